import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import type { ProjectId } from '../core/ids.ts'
import { DEFAULT_KEYSTORE, type Key } from '../core/key.ts'
import { randomHex, randomUuid } from '../crypto/random.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { KeyToken } from '../ports/key-token.ts'
import type { Keystore } from '../ports/keystore-registry.ts'
import type { Deps } from './deps.ts'
import { projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import type { LoadedVersion } from './key-cache.ts'
import { askToken, loadTokenKey, tokenSpecOf } from './token-keys.ts'

const PAGE = 1000
const LABEL_SUFFIX_BYTES = 8

export const createKeyStore: Handler<'CreateKeyStore'> = async (deps, caller, request) => {
  const kind = request.keystore_type ?? 'DHSM'
  if (kind === 'DEFAULT') throw fault('field-invalid', { name: 'keystore_type' })
  const isDedicated = kind === 'DHSM'
  const clusterId = (isDedicated ? request.hsm_cluster_id : request.cluster_id) ?? ''
  const name = isDedicated ? 'hsm_cluster_id' : 'cluster_id'
  const token = deps.tokens.get(clusterId)
  if (token === undefined) throw fault('field-invalid', { name })
  await askToken(token.hasKey('keyturn')) // whether it can be reached at all
  const keystore: Keystore = {
    id: randomUuid(),
    projectId: projectOf(caller),
    tenantId: caller.tenantId,
    alias: request.keystore_alias,
    kind,
    clusterId,
    isEnabled: true,
    createdAt: deps.clock.now(),
  }
  if ((await deps.keystores.insert(keystore)) === 'alias-taken') throw fault('alias-taken')
  return { keystore: { keystore_id: keystore.id, domain_id: keystore.tenantId } }
}

export const showKeyStore: Handler<'ShowKeyStore'> = async (deps, caller, request) => {
  return { keystore: present(await loadKeystore(deps, caller, request.keystore_id)) }
}

export const listKeyStores: Handler<'ListKeyStores'> = async (deps, caller, request) => {
  const projectId = projectOf(caller)
  const page = await deps.pagePlaces.page(
    `keystores of ${projectId}`,
    request.offset ?? 0,
    request.limit ?? PAGE,
    {
      page: (page) => deps.keystores.page(projectId, page),
      numbers: (page) => deps.keystores.numbers(projectId, page),
    },
  )
  const keystores = page.map(({ value }) => present(value))
  return { total: await deps.keystores.count(projectId), keystores }
}

export const enableKeyStore: Handler<'EnableKeyStore'> = (deps, caller, request) =>
  setEnabled(deps, caller, request.keystore_id, true)

export const disableKeyStore: Handler<'DisableKeyStore'> = (deps, caller, request) =>
  setEnabled(deps, caller, request.keystore_id, false)

export const deleteKeyStore: Handler<'DeleteKeyStore'> = async (deps, caller, request) => {
  const { id } = await loadKeystore(deps, caller, request.keystore_id)
  if (!(await deps.keystores.remove(id))) throw fault('keystore-unusable')
  await deps.changes.afterCommit()
  return {}
}

/** Whether a key lives inside a token. */
export function isInside(key: Pick<Key, 'keystoreId'>): boolean {
  return key.keystoreId !== DEFAULT_KEYSTORE
}

/**
 * Makes a version of a key inside the token of its key store.
 *
 * @returns The label under which the token knows it: what is wrapped in place of material.
 * @throws {Fault} `keystore-unusable`, `keystore-disabled`, `field-invalid` for a spec that tokens
 *   do not make, `upstream-invalid`, `upstream-timeout`
 */
export async function makeInside(deps: InsideDeps, key: Key): Promise<SecretBytes> {
  const spec = tokenSpecOf(key)
  if (spec === undefined) throw fault('field-invalid', { name: 'key_spec' })
  const token = await tokenOf(deps, key)
  const label = `keyturn-${key.id}-${randomHex(LABEL_SUFFIX_BYTES)}`
  await askToken(token.makeKey(label, spec))
  return new SecretBytes(Buffer.from(label))
}

/** Destroys what {@link makeInside} made. */
export async function destroyInside(deps: InsideDeps, key: Key, label: SecretBytes): Promise<void> {
  const token = await tokenOf(deps, key, true)
  await askToken(token.destroyKey(label.lend(asText)))
}

/** A version of a key inside the token of its key store. @throws {Fault} as {@link makeInside} */
export async function loadInside(
  deps: InsideDeps,
  key: Key,
  label: SecretBytes,
): Promise<LoadedVersion> {
  return loadTokenKey(await tokenOf(deps, key), key.spec, label.lend(asText))
}

/** What work with tokens needs. */
export type InsideDeps = Pick<Deps, 'keystores' | 'tokens'>

/** The key store of a project. @throws {Fault} `keystore-unusable` */
export async function findKeystore(
  deps: InsideDeps,
  projectId: ProjectId,
  id: string,
): Promise<Keystore> {
  const keystore = await deps.keystores.find(id)
  if (keystore?.projectId !== projectId) throw fault('keystore-unusable')
  return keystore
}

async function tokenOf(deps: InsideDeps, key: Key, evenDisabled = false): Promise<KeyToken> {
  const keystore = await findKeystore(deps, key.projectId, key.keystoreId)
  if (!keystore.isEnabled && !evenDisabled) throw fault('keystore-disabled')
  const token = deps.tokens.get(keystore.clusterId)
  if (token === undefined) {
    throw fault('upstream-invalid', {}, new Error(`no token ${keystore.clusterId} is configured`))
  }
  return token
}

function loadKeystore(deps: Deps, caller: Caller, id: string): Promise<Keystore> {
  return findKeystore(deps, projectOf(caller), id)
}

async function setEnabled(deps: Deps, caller: Caller, keystoreId: string, isEnabled: boolean) {
  const { id } = await loadKeystore(deps, caller, keystoreId)
  if (!(await deps.keystores.enable(id, isEnabled))) throw fault('keystore-unusable')
  await deps.changes.afterCommit()
  return { keystore: { keystore_id: id, keystore_state: isEnabled } }
}

function present(keystore: Keystore) {
  const isDedicated = keystore.kind === 'DHSM'
  return {
    keystore_id: keystore.id,
    domain_id: keystore.tenantId,
    keystore_alias: keystore.alias,
    keystore_type: keystore.kind,
    hsm_cluster_id: isDedicated ? keystore.clusterId : '',
    cluster_id: isDedicated ? '' : keystore.clusterId,
    keystore_state: keystore.isEnabled,
    create_time: keystore.createdAt,
  }
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
