import { fault } from '../core/fault.ts'
import type { Key } from '../core/key.ts'
import { decryptMessage, encryptMessage, parseCiphertext } from '../crypto/ciphertext.ts'
import { authorise } from './authorise.ts'
import { callerContext } from './caller-context.ts'
import { cipherOf, primaryOf, useKey } from './find-key.ts'
import type { Handler } from './handler.ts'

const SYMMETRIC = 'SYMMETRIC_DEFAULT'

export const encryptData: Handler<'EncryptData'> = async (deps, caller, request, context) => {
  const warm = await useKey(deps, caller, request.key_id)
  requireEncryption(warm.key, request.encryption_algorithm)
  const version = primaryOf(warm.key)
  const cipher = warm.ciphers.get(version) ?? (await cipherOf(deps, warm, version))
  if (cipher === undefined) throw new Error(`key ${warm.key.id} lacks its primary version`)
  context.keyVersion = version
  return {
    key_id: warm.key.id,
    cipher_text: encryptMessage(
      cipher,
      { keyId: warm.key.id, version, kind: 'data', context: callerContext(request) },
      request.plain_text,
    ),
  }
}

export const decryptData: Handler<'DecryptData'> = async (deps, caller, request, context) => {
  const parsed = parseCiphertext(request.cipher_text)
  const keyId = request.key_id ?? (parsed.kind === 'ok' ? parsed.ciphertext.keyId : undefined)
  authorise(deps, caller, 'kms:cmk:crypto', keyId, context)
  if (parsed.kind !== 'ok' || keyId === undefined) throw fault('decryption-failed')
  context.keyId = keyId
  const warm = await useKey(deps, caller, keyId)
  requireEncryption(warm.key, request.encryption_algorithm)
  const { ciphertext } = parsed
  if (ciphertext.keyId !== keyId) throw fault('decryption-failed')
  const cipher =
    warm.ciphers.get(ciphertext.version) ?? (await cipherOf(deps, warm, ciphertext.version))
  const plaintext = cipher && decryptMessage(cipher, ciphertext, 'data', callerContext(request))
  if (plaintext === undefined) throw fault('decryption-failed')
  context.keyVersion = ciphertext.version
  return { key_id: keyId, plain_text: plaintext.toString('utf8'), plain_text_base64: plaintext }
}

/**
 * @throws {Fault} `key-usage-mismatch` for a key or an algorithm of another kind
 */
export function requireEncryption(key: Key, algorithm: string = SYMMETRIC): void {
  if (key.usage !== 'ENCRYPT_DECRYPT' || algorithm !== SYMMETRIC) {
    throw fault('key-usage-mismatch', { keyId: key.id })
  }
}
