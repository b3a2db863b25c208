import type { RequestFor } from '../contract/operations/index.ts'
import { fault } from '../core/fault.ts'
import { nextVersion, type VersionNumber } from '../core/ids.ts'
import {
  deleteMaterial,
  expireMaterial,
  IMPORT_PARAMETERS_MS,
  planImport,
  requireExternal,
} from '../core/imported-material.ts'
import type { Key } from '../core/key.ts'
import { specOf } from '../core/key-specs.ts'
import type { EpochMs } from '../core/time.ts'
import { equalInConstantTime, sha256 } from '../crypto/digest.ts'
import {
  generateWrappingPair,
  unwrapPrivateKey,
  unwrapWithPair,
} from '../crypto/import-wrapping.ts'
import { normalisePrivateKey } from '../crypto/key-pair.ts'
import { randomUuid } from '../crypto/random.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { unwrapRecord, wrapRecord } from '../crypto/wrapped-record.ts'
import type { ExpiredMaterial, StoredKeyVersion } from '../ports/key-store.ts'
import type { Deps } from './deps.ts'
import { loadKey } from './find-key.ts'
import type { Handler } from './handler.ts'
import { type ImportToken, openImportToken, sealImportToken } from './import-token.ts'

/** How often a write is tried again when others keep coming first. */
const MAX_TRIES = 100
/** Most versions of a key that its material is compared with. */
const MAX_COMPARED = 1000

export const createParametersForImport: Handler<'CreateParametersForImport'> = async (
  deps,
  caller,
  request,
) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  requireExternal(key)
  const algorithm = request.wrapping_algorithm
  const { publicKey, privateKey } = await generateWrappingPair(algorithm)
  const expiresAt = (deps.clock.now() + IMPORT_PARAMETERS_MS) as EpochMs
  const token = sealImportToken(deps.root, key, { algorithm, privateKey }, expiresAt)
  privateKey.wipe()
  return {
    key_id: key.id,
    import_token: token,
    expiration_time: Math.floor(expiresAt / 1000),
    public_key: publicKey,
  }
}

export const importKeyMaterial: Handler<'ImportKeyMaterial'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  requireExternal(key)
  const now = deps.clock.now()
  const token = openImportToken(deps.root, key, request.import_token, now)
  const expiresAt = request.expiration_time
  if (expiresAt !== undefined && expiresAt <= now) throw fault('material-expiry-past')
  const material = await openMaterial(key, token, request)
  token.privateKey.wipe()
  try {
    context.keyVersion = await storeMaterial(deps, request.key_id, material, expiresAt)
  } finally {
    material.wipe()
  }
  return {}
}

export const deleteImportedKeyMaterial: Handler<'DeleteImportedKeyMaterial'> = async (
  deps,
  caller,
  request,
) => {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const seen = await loadKey(deps, caller, request.key_id)
    const outcome = await deps.keys.deleteMaterial(seen, deleteMaterial(seen.key))
    if (outcome === 'stale') continue
    await deps.changes.afterCommit()
    return {}
  }
  throw fault('storage-failed', {}, new Error('deleting material: others always came first'))
}

/** Deletes material whose time has come; answers the key that it was of, if it was still there. */
export async function expireIfDue(
  deps: Deps,
  { keyId, version }: ExpiredMaterial,
): Promise<Key | undefined> {
  const seen = await deps.keys.find(keyId)
  const stored = await deps.keys.findVersion(keyId, version)
  if (seen === undefined || (stored?.expiresAt ?? Infinity) > deps.clock.now()) return undefined
  const key = expireMaterial(seen.key, version)
  if ((await deps.keys.expireMaterial(seen, key, version)) === 'stale') return undefined
  await deps.changes.afterCommit()
  return key
}

/** The material in the form in which it is kept. */
async function openMaterial(
  key: Key,
  { algorithm, privateKey }: ImportToken,
  request: RequestFor<'ImportKeyMaterial'>,
): Promise<SecretBytes> {
  const opened = await unwrapWithPair(algorithm, privateKey, request.encrypted_key_material)
  if (opened === undefined) throw fault('material-invalid')
  const kind = specOf(key.spec).material
  const wrapped = request.encrypted_privatekey
  if (kind.kind === 'bytes') {
    if (wrapped !== undefined) throw fault('field-invalid', { name: 'encrypted_privatekey' })
    if (opened.length !== kind.bytes) throw fault('material-invalid')
    return opened
  }
  if (wrapped === undefined) throw fault('parameter-missing', { name: 'encrypted_privatekey' })
  const pkcs8 = unwrapPrivateKey(opened, wrapped)
  opened.wipe()
  const material = pkcs8?.lend((der) => normalisePrivateKey(kind, der))
  pkcs8?.wipe()
  if (material === undefined) throw fault('material-invalid')
  return material
}

/** Stores material where it belongs; answers the version that it is, or will be, the material of. */
async function storeMaterial(
  deps: Deps,
  keyId: Key['id'],
  material: SecretBytes,
  expiresAt: EpochMs | undefined,
): Promise<VersionNumber> {
  const digest = new SecretBytes(material.lend(sha256))
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const seen = await deps.keys.find(keyId)
    if (seen === undefined) throw fault('key-not-found', { keyId })
    const same = await findSame(deps, seen.key, digest)
    const known = same && { version: same.version, isGone: same.wrappedMaterial.length === 0 }
    const plan = planImport(seen.key, known, expiresAt)
    const primary = seen.key.primaryVersion
    const version =
      plan.kind === 'fill' ? plan.version : nextVersion(primary ?? (0 as VersionNumber))
    const stored: StoredKeyVersion = {
      ...wrapMaterial(deps, seen.key, version, material, digest),
      materialId: same?.materialId ?? (randomUuid() as StoredKeyVersion['materialId']),
      createdAt: same?.createdAt ?? deps.clock.now(),
      expiresAt,
    }
    const outcome =
      plan.kind === 'fill'
        ? await deps.keys.putImported(seen, plan.key, stored)
        : await deps.keys.putWaiting(seen, stored)
    if (outcome === 'stale') continue
    await deps.changes.afterCommit()
    return version
  }
  throw fault('storage-failed', {}, new Error(`importing into ${keyId}: others always came first`))
}

function wrapMaterial(
  deps: Deps,
  { projectId, id: keyId, spec }: Key,
  version: VersionNumber,
  material: SecretBytes,
  digest: SecretBytes,
) {
  const origin = 'external' as const
  return {
    keyId,
    version,
    origin,
    wrappedMaterial: wrapRecord(
      deps.root,
      { kind: 'keyMaterial', projectId, keyId, version, spec, origin },
      material,
    ),
    wrappedDigest: wrapRecord(deps.root, { kind: 'materialDigest', keyId, version }, digest),
  }
}

/** The version that has or had this very material. */
async function findSame(
  deps: Deps,
  key: Key,
  digest: SecretBytes,
): Promise<StoredKeyVersion | undefined> {
  for (const stored of await deps.keys.importedVersions(key.id, MAX_COMPARED)) {
    const { version, wrappedDigest } = stored
    const binding = { kind: 'materialDigest', keyId: key.id, version } as const
    const known = wrappedDigest && unwrapRecord(deps.root, binding, wrappedDigest)
    if (known === undefined) {
      throw fault('storage-failed', {}, new Error(`a digest of ${key.id} does not unwrap`))
    }
    if (known.lend((a) => digest.lend((b) => equalInConstantTime(a, b)))) return stored
  }
  return undefined
}
