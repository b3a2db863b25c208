import { Type } from 'typebox'
import { fault } from '../../core/fault.ts'
import { MAX_PAGE_ALIASES } from '../../core/limits.ts'
import { optional, plain } from '../field.ts'
import {
  epochMsText,
  keyId,
  marker,
  nextMarker,
  number,
  pageLimit,
  tenantId,
  text,
} from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'

const alias = plain(Type.String({ pattern: '^[a-zA-Z0-9:/_-]{1,255}$' }), () =>
  fault('alias-invalid'),
)

/** An alias with all that the wire tells of it. */
const ALIAS = {
  domain_id: tenantId,
  key_id: keyId,
  alias: text,
  alias_urn: text,
  create_time: epochMsText,
  update_time: epochMsText,
}

const ALIAS_FAULTS = [
  'key-not-found',
  'key-pending-deletion',
  'default-key',
  'alias-invalid',
] as const

export const CreateAlias = operation({
  id: 'CreateAlias',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/aliases',
  access: needs('kms:alias:create'),
  summary: 'Give a key one more name',
  request: { key_id: keyId, alias },
  response: ALIAS,
  faults: [...ALIAS_FAULTS, 'alias-taken', 'alias-quota-reached'],
  source: 'KMS SDK 3.1.209, CreateAlias',
})

export const AssociateAlias = operation({
  id: 'AssociateAlias',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/alias/associate',
  access: needs('kms:alias:associate'),
  summary: 'Let an alias stand for another key',
  request: { alias, target_key_id: keyId },
  response: ALIAS,
  faults: [...ALIAS_FAULTS, 'alias-quota-reached', 'alias-not-found'],
  source: 'KMS SDK 3.1.209, AssociateAlias',
})

export const DeleteAlias = operation({
  id: 'DeleteAlias',
  method: 'DELETE',
  path: '/v1.0/{project_id}/kms/aliases',
  access: needs('kms:alias:delete'),
  summary: 'Take aliases from a key',
  request: { key_id: keyId, aliases: listOf(alias) },
  status: 204,
  faults: [...ALIAS_FAULTS, 'alias-not-found'],
  source: 'KMS SDK 3.1.209, DeleteAlias',
})

export const ListAliases = operation({
  id: 'ListAliases',
  method: 'GET',
  path: '/v1.0/{project_id}/kms/aliases',
  access: needs('kms:alias:list'),
  summary: 'List the aliases of a key, or of the project, page by page',
  query: {
    key_id: optional(keyId),
    limit: optional(pageLimit(MAX_PAGE_ALIASES)),
    marker: optional(marker),
  },
  response: {
    aliases: listOf(objectOf(ALIAS)),
    page_info: objectOf({ next_marker: nextMarker, current_count: number }),
  },
  listedFor: '^huaweicloud-usdk',
  faults: ['key-not-found', 'limit-out-of-range', 'marker-out-of-range'],
  source: 'KMS SDK 3.1.209, ListAliases; others, as the Terraform provider, expect no list',
})
