import type { EncryptionAlgorithm } from '../core/algorithms.ts'
import { fault } from '../core/fault.ts'
import type { KeyId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { specOf } from '../core/key-specs.ts'
import { parseCiphertext } from '../crypto/ciphertext.ts'
import type { CallerContext } from '../crypto/encryption-context.ts'
import { authorise } from './authorise.ts'
import { callerContext } from './caller-context.ts'
import type { Deps } from './deps.ts'
import { primaryOf, useKey } from './find-key.ts'
import type { Handler, RequestContext } from './handler.ts'
import type { WarmKey } from './key-cache.ts'
import { loadPrivate } from './load-version.ts'
import { withPin } from './pins.ts'
import { keyOfCiphertext, protect, unprotectAny } from './protect.ts'
import { whenReady } from './when-ready.ts'

const SYMMETRIC = 'SYMMETRIC_DEFAULT'
const DECRYPT_RIGHT = { permission: 'kms:cmk:crypto', grant: 'decrypt-data' } as const

export const encryptData: Handler<'EncryptData'> = (deps, caller, request, context) =>
  whenReady(useKey(deps, caller, request.key_id, context.admission, context), (warm) => {
    const algorithm = requireEncryption(warm.key, request.encryption_algorithm)
    const bound = callerContext(request)
    const ciphertext =
      algorithm === SYMMETRIC
        ? protect(deps, warm, 'data', bound, request.plain_text, context)
        : encryptBare(deps, warm, algorithm, bound, request.plain_text, context)
    return whenReady(ciphertext, (bytes) => ({ key_id: warm.key.id, cipher_text: bytes }))
  })

export const decryptData: Handler<'DecryptData'> = async (deps, caller, request, context) => {
  const asymmetric = request.encryption_algorithm ?? SYMMETRIC
  const bound = callerContext(request)
  if (asymmetric !== SYMMETRIC) {
    const keyId = request.key_id
    const admission = authorise(deps, caller, DECRYPT_RIGHT, keyId, context)
    if (keyId === undefined) throw fault('parameter-missing', { name: 'key_id' })
    const warm = await useKey(deps, caller, keyId, admission, context)
    const algorithm = requireEncryption(warm.key, asymmetric)
    const plaintext = await decryptBare(deps, warm, algorithm, bound, request.cipher_text, context)
    return present(keyId, plaintext)
  }
  const parsed = parseCiphertext(request.cipher_text)
  const named = parsed.kind === 'ok' ? parsed.ciphertext.keyId : undefined
  const own = named && (await keyOfCiphertext(deps, named))
  const keyId = request.key_id ?? own
  const admission = authorise(deps, caller, DECRYPT_RIGHT, keyId, context)
  if (parsed.kind !== 'ok' || keyId === undefined) throw fault('decryption-failed')
  context.keyId = keyId
  const warm = await useKey(deps, caller, keyId, admission, context)
  requireEncryption(warm.key, SYMMETRIC)
  if (own !== keyId) throw fault('decryption-failed')
  const pinned = await withPin(deps, caller, warm.key, request, bound, false)
  const plaintext = await unprotectAny(
    deps,
    warm,
    ['data', 'datakey-pair'],
    pinned,
    parsed.ciphertext,
    context,
  )
  return present(keyId, plaintext)
}

/**
 * The algorithm to encrypt with: the one that was asked for, or a symmetric key's only one.
 *
 * @throws {Fault} `key-usage-mismatch` for a key or an algorithm of another kind
 */
export function requireEncryption(
  key: Key,
  algorithm: EncryptionAlgorithm = SYMMETRIC,
): EncryptionAlgorithm {
  if (key.usage !== 'ENCRYPT_DECRYPT' || !specOf(key.spec).encryption.includes(algorithm)) {
    throw fault('key-usage-mismatch', { keyId: key.id })
  }
  return algorithm
}

/**
 * Encrypts with a public key: the cipher text is bare, so that clients outside can make and open
 * such ones, and nothing can be bound to it.
 *
 * @throws {Fault} `encryption-context-malformed`; `field-invalid` for too long a plaintext
 */
export async function encryptBare(
  deps: Deps,
  warm: WarmKey,
  algorithm: EncryptionAlgorithm,
  bound: CallerContext,
  plaintext: Uint8Array,
  context: RequestContext,
): Promise<Uint8Array> {
  requireUnbound(bound)
  const ciphertext = await (await loadPrivate(deps, warm)).encrypt(algorithm, plaintext)
  if (ciphertext === undefined) throw fault('field-invalid', { name: 'plain_text' })
  context.keyVersion = primaryOf(warm.key)
  return ciphertext
}

/**
 * Decrypts what was encrypted with the public key, here or elsewhere.
 *
 * @throws {Fault} `encryption-context-malformed`, `decryption-failed`
 */
export async function decryptBare(
  deps: Deps,
  warm: WarmKey,
  algorithm: EncryptionAlgorithm,
  bound: CallerContext,
  ciphertext: Uint8Array,
  context: RequestContext,
): Promise<Buffer> {
  requireUnbound(bound)
  const plaintext = await (await loadPrivate(deps, warm)).decrypt(algorithm, ciphertext)
  if (plaintext === undefined) throw fault('decryption-failed')
  context.keyVersion = primaryOf(warm.key)
  return plaintext
}

function requireUnbound(bound: CallerContext): void {
  if (bound.kind !== 'none') throw fault('encryption-context-malformed')
}

function present(keyId: KeyId, plaintext: Buffer) {
  return { key_id: keyId, plain_text: plaintext.toString('utf8'), plain_text_base64: plaintext }
}
