import { fault } from '../core/fault.ts'
import { FIRST_VERSION, type KeyId } from '../core/ids.ts'
import { type NewKey, newKey } from '../core/new-key.ts'
import { randomUuid } from '../crypto/random.ts'
import { projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { makeVersion } from './rotate-key.ts'

/** The only key store there is: the server's own. */
const DEFAULT_KEYSTORE = '0'

export const createKey: Handler<'CreateKey'> = async (deps, caller, request, context) => {
  if ((request.keystore_id ?? DEFAULT_KEYSTORE) !== DEFAULT_KEYSTORE) {
    throw fault('field-invalid', { name: 'keystore_id' })
  }
  const wanted: NewKey = {
    id: randomUuid() as KeyId,
    projectId: projectOf(caller),
    tenantId: caller.tenantId,
    alias: request.key_alias,
    description: request.key_description ?? '',
    spec: request.key_spec ?? 'AES_256',
    usage: request.key_usage,
    origin: request.origin ?? 'kms',
    enterpriseProjectId: request.enterprise_project_id ?? '0',
    keystoreId: DEFAULT_KEYSTORE,
  }
  const key = newKey(wanted, deps.clock.now())
  const first =
    key.origin === 'kms' ? await makeVersion(deps, key, FIRST_VERSION, key.createdAt) : undefined
  const outcome = await deps.keys.insert(key, first, deps.keyQuota)
  if (outcome === 'alias-taken') throw fault('alias-taken')
  if (outcome === 'quota-reached') throw fault('key-quota-reached', { quota: deps.keyQuota })
  await deps.changes.catchUp()
  context.keyId = key.id
  return { key_info: { key_id: key.id, domain_id: key.tenantId, region_id: deps.region } }
}
