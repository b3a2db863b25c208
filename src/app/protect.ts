import { fault } from '../core/fault.ts'
import type { KeyId, VersionNumber } from '../core/ids.ts'
import {
  type Ciphertext,
  decryptMessage,
  encryptMessage,
  type ProtectedKind,
} from '../crypto/ciphertext.ts'
import type { DataCipher } from '../crypto/data-cipher.ts'
import type { CallerContext } from '../crypto/encryption-context.ts'
import type { Deps } from './deps.ts'
import { primaryOf } from './find-key.ts'
import type { RequestContext } from './handler.ts'
import type { WarmKey } from './key-cache.ts'
import { loadVersion } from './load-version.ts'
import { whenReady } from './when-ready.ts'

/**
 * Encrypts with the primary version of a symmetric key, at once when that is ready for use; notes the
 * version for the audit.
 */
export function protect(
  deps: Deps,
  warm: WarmKey,
  kind: ProtectedKind,
  bound: CallerContext,
  plaintext: Uint8Array,
  context: RequestContext,
): Buffer | Promise<Buffer> {
  const version = primaryOf(warm.key)
  const known = warm.versions.get(version)
  const cipher = known?.kind === 'cipher' ? known : encryptingCipher(deps, warm, version)
  return whenReady(cipher, (ready) => {
    context.keyVersion = version
    context.protectedBytes += plaintext.length
    return encryptMessage(ready, { keyId: warm.key.id, version, kind, context: bound }, plaintext)
  })
}

/**
 * Decrypts with the version that the cipher text names; notes it for the audit.
 *
 * @throws {Fault} `decryption-failed`, whatever the reason
 */
export function unprotect(
  deps: Deps,
  warm: WarmKey,
  kind: ProtectedKind,
  bound: CallerContext,
  ciphertext: Ciphertext,
  context: RequestContext,
): Promise<Buffer> {
  return unprotectAny(deps, warm, [kind], bound, ciphertext, context)
}

/** As {@link unprotect}, for a cipher text that is of one of several kinds. */
export async function unprotectAny(
  deps: Deps,
  warm: WarmKey,
  kinds: readonly ProtectedKind[],
  bound: CallerContext,
  ciphertext: Ciphertext,
  context: RequestContext,
): Promise<Buffer> {
  const { version } = ciphertext
  for (const kind of kinds) {
    const known = warm.versions.get(version)
    const cipher = known?.kind === 'cipher' ? known : await decryptingCipher(deps, warm, ciphertext)
    const plaintext = cipher && decryptMessage(cipher, ciphertext, kind, bound)
    if (plaintext === undefined) continue
    context.keyVersion = version
    return plaintext
  }
  throw fault('decryption-failed')
}

/**
 * The key here that a cipher text is under: the one it names or, when that lives in another region,
 * its replica or primary in this one.
 */
export async function keyOfCiphertext(deps: Deps, named: KeyId): Promise<KeyId> {
  if (!deps.peers.isConfigured) return named
  return (await deps.replicas.findByPeerKey(named))?.keyId ?? named
}

async function encryptingCipher(
  deps: Deps,
  warm: WarmKey,
  version: VersionNumber,
): Promise<DataCipher> {
  const loaded = await loadVersion(deps, warm, version)
  if (loaded?.kind === 'cipher') return loaded
  if (loaded?.kind === 'token-cipher') return loaded.forEncryption()
  throw new Error(`key ${warm.key.id} has no cipher for its primary version`)
}

async function decryptingCipher(
  deps: Deps,
  warm: WarmKey,
  { version, nonce }: Ciphertext,
): Promise<DataCipher | undefined> {
  const loaded = await loadVersion(deps, warm, version)
  if (loaded?.kind === 'cipher') return loaded
  return loaded?.kind === 'token-cipher' ? loaded.forDecryption(nonce) : undefined
}
