import { fault } from '../core/fault.ts'
import { FIRST_VERSION, type KeyId } from '../core/ids.ts'
import { DEFAULT_KEYSTORE, type Key } from '../core/key.ts'
import { type NewKey, newDefaultKey, newKey } from '../core/new-key.ts'
import { requireTag, type Tag, withTags } from '../core/tag.ts'
import { randomUuid } from '../crypto/random.ts'
import type { InsertOutcome } from '../ports/key-store.ts'
import type { Deps } from './deps.ts'
import { projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { findKeystore, isInside } from './keystores.ts'
import { discardVersion, makeVersion } from './make-version.ts'

export const createKey: Handler<'CreateKey'> = async (deps, caller, request, context) => {
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
    keystoreId: request.keystore_id ?? DEFAULT_KEYSTORE,
  }
  const key = newKey(wanted, deps.clock.now())
  if (isInside(key)) {
    if (key.origin !== 'kms') throw fault('field-invalid', { name: 'origin' })
    await findKeystore(deps, key.projectId, key.keystoreId)
  }
  const tags = withTags(
    [],
    (request.tags ?? []).map(({ key: name, value }) => requireTag({ name, value: value ?? '' })),
  )
  const outcome = await store(deps, key, tags)
  if (outcome === 'alias-taken') throw fault('alias-taken')
  if (outcome === 'quota-reached') throw fault('key-quota-reached', { quota: deps.keyQuota })
  context.keyId = key.id
  return { key_info: { key_id: key.id, domain_id: key.tenantId, region_id: deps.region } }
}

export const ensureDefaultKey: Handler<'EnsureDefaultKey'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const key = newDefaultKey(
    {
      id: randomUuid() as KeyId,
      projectId: projectOf(caller),
      tenantId: caller.tenantId,
      description: '',
      spec: 'AES_256',
      usage: undefined,
      origin: 'kms',
      enterpriseProjectId: '0',
      keystoreId: DEFAULT_KEYSTORE,
    },
    request.service,
    deps.clock.now(),
  )
  const known =
    (await deps.keys.findByAlias(key.projectId, key.alias)) ??
    ((await store(deps, key, [])) === 'alias-taken'
      ? await deps.keys.findByAlias(key.projectId, key.alias)
      : { key })
  if (known === undefined) throw new Error(`the default key ${key.alias} came and went`)
  context.keyId = known.key.id
  return { key_id: known.key.id, key_alias: known.key.alias }
}

async function store(deps: Deps, key: Key, tags: readonly Tag[]): Promise<InsertOutcome> {
  const first =
    key.origin === 'kms' ? await makeVersion(deps, key, FIRST_VERSION, key.createdAt) : undefined
  const versions = first === undefined ? [] : [first]
  const outcome = await deps.keys.insert(key, versions, deps.keyQuota, tags)
  if (outcome === 'inserted') await deps.changes.afterCommit()
  else if (first !== undefined) await discardVersion(deps, key, first)
  return outcome
}
