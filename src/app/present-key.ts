import type { ReplyFor } from '../contract/operations/index.ts'
import { DEFAULT_KEYSTORE, type Key, type Regional } from '../core/key.ts'
import { deletionAt } from '../core/key-state.ts'

type KeyDetails = ReplyFor<'ListKeyDetail'>['key_info']

/** `key_type` of every key: the documents give it no other value. */
const KEY_TYPE = '1'

const REGIONAL = {
  single: 'SINGLE',
  primary: 'PRIMARY',
  replica: 'REPLICA',
} as const satisfies Record<Regional['kind'], string>

/** A key as `describe-key` and `list-keys` tell it. */
export function presentKey(key: Key, region: string): KeyDetails {
  return {
    key_id: key.id,
    domain_id: key.tenantId,
    key_alias: key.alias,
    realm: region,
    key_spec: key.spec,
    key_usage: key.usage,
    key_description: key.description,
    creation_date: key.createdAt,
    scheduled_deletion_date: deletionAt(key) ?? 'none',
    key_state: key.state.kind,
    default_key_flag: key.isDefault,
    key_type: KEY_TYPE,
    expiration_time: key.materialExpiresAt ?? 'none',
    origin: key.origin,
    key_rotation_enabled: key.schedule.kind === 'on',
    sys_enterprise_project_id: key.enterpriseProjectId,
    keystore_id: key.keystoreId,
    keystore_type: key.keystoreId === DEFAULT_KEYSTORE ? 'DEFAULT' : 'DHSM',
    multi_region_key_type: REGIONAL[key.regional.kind],
    pending_days: '',
  }
}
