import type { TextualCipherText } from '../contract/crypto-fields.ts'
import type { RequestFor } from '../contract/operations/index.ts'
import type { EncryptionAlgorithm } from '../core/algorithms.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import type { KeyId, VersionNumber } from '../core/ids.ts'
import { parseCiphertext } from '../crypto/ciphertext.ts'
import { authorise } from './authorise.ts'
import { callerContext } from './caller-context.ts'
import type { Deps } from './deps.ts'
import { primaryOf, useKey } from './find-key.ts'
import type { Handler, RequestContext } from './handler.ts'
import { keyOfCiphertext, protect, unprotect } from './protect.ts'
import { decryptBare, encryptBare, requireEncryption } from './small-data.ts'

/** What a cipher text is: data, or a data key. Its form says which, for only those have two. */
const KINDS = {
  base64: { kind: 'data', encrypt: 'encrypt-data', decrypt: 'decrypt-data', of: 'kms:cmk:crypto' },
  hex: {
    kind: 'datakey',
    encrypt: 'encrypt-datakey',
    decrypt: 'decrypt-datakey',
    of: 'kms:dek:crypto',
  },
} as const

/** What came out of the source key. */
interface Opened {
  readonly keyId: KeyId
  readonly version: VersionNumber
  readonly algorithm: EncryptionAlgorithm
  readonly plaintext: Buffer
}

/** The caller needs the rights to decrypt with the one key and to encrypt with the other. */
export const reEncrypt: Handler<'ReEncrypt'> = async (deps, caller, request, context) => {
  const { form } = request.cipher_text
  const { kind, encrypt, of: permission } = KINDS[form]
  const targetId = request.destination_key_id
  context.keyId = targetId
  const right = { permission, grant: encrypt }
  const admission = authorise(deps, caller, right, targetId, context)
  const target = await useKey(deps, caller, targetId, admission, context)
  const algorithm = requireEncryption(target.key, request.destination_encryption_algorithm)
  const bound = callerContext({
    additional_authenticated_data: request.destination_additional_authenticated_data,
    encryption_context: request.destination_encryption_context,
  })
  const opened = await open(deps, caller, request, context)
  const { datakey_cipher_length: expected } = request
  if (form === 'hex' && expected !== undefined && expected !== opened.plaintext.length) {
    throw fault('datakey-cipher-length-mismatch')
  }
  const isFramed = algorithm === 'SYMMETRIC_DEFAULT'
  const bytes = isFramed
    ? await protect(deps, target, kind, bound, opened.plaintext, context)
    : await encryptBare(deps, target, algorithm, bound, opened.plaintext, context)
  opened.plaintext.fill(0)
  const cipherText: TextualCipherText = { form, bytes }
  return {
    key_id: target.key.id,
    source_key_id: opened.keyId,
    source_encryption_algorithm: opened.algorithm,
    destination_encryption_algorithm: algorithm,
    cipher_text: cipherText,
  }
}

async function open(
  deps: Deps,
  caller: Caller,
  request: RequestFor<'ReEncrypt'>,
  context: RequestContext,
): Promise<Opened> {
  const { form, bytes } = request.cipher_text
  const { kind, decrypt, of: permission } = KINDS[form]
  const wanted = request.source_encryption_algorithm ?? 'SYMMETRIC_DEFAULT'
  const bound = callerContext({
    additional_authenticated_data: request.source_additional_authenticated_data,
    encryption_context: request.source_encryption_context,
  })
  const right = { permission, grant: decrypt }
  const scratch: RequestContext = { ...context, keyProjectId: undefined, baseUrl: '' }
  if (wanted !== 'SYMMETRIC_DEFAULT') {
    const keyId = request.source_key_id
    if (keyId === undefined) throw fault('parameter-missing', { name: 'source_key_id' })
    const admission = authorise(deps, caller, right, keyId, context)
    const source = await useKey(deps, caller, keyId, admission, scratch)
    const version = primaryOf(source.key)
    context.reopened = { keyId, version, projectId: scratch.keyProjectId }
    const algorithm = requireEncryption(source.key, wanted)
    const plaintext = await decryptBare(deps, source, algorithm, bound, bytes, scratch)
    return { keyId, version, algorithm, plaintext }
  }
  const parsed = parseCiphertext(bytes)
  const named = parsed.kind === 'ok' ? parsed.ciphertext.keyId : undefined
  const own = named && (await keyOfCiphertext(deps, named))
  const keyId = request.source_key_id ?? own
  const admission = authorise(deps, caller, right, keyId, context)
  if (parsed.kind !== 'ok' || keyId === undefined) throw fault('decryption-failed')
  const source = await useKey(deps, caller, keyId, admission, scratch)
  const { version } = parsed.ciphertext
  context.reopened = { keyId, version, projectId: scratch.keyProjectId }
  const algorithm = requireEncryption(source.key, wanted)
  if (own !== keyId) throw fault('decryption-failed')
  const plaintext = await unprotect(deps, source, kind, bound, parsed.ciphertext, scratch)
  return { keyId, version, algorithm, plaintext }
}
