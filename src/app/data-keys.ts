import type { RequestFor } from '../contract/operations/index.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import { specOf } from '../core/key-specs.ts'
import { DATAKEY_BITS, DATAKEY_BYTES } from '../core/limits.ts'
import { parseCiphertext } from '../crypto/ciphertext.ts'
import { dataKeyDigest, equalInConstantTime } from '../crypto/digest.ts'
import { randomSecret } from '../crypto/random.ts'
import { callerContext } from './caller-context.ts'
import type { Deps } from './deps.ts'
import { useKey } from './find-key.ts'
import type { Handler, RequestContext } from './handler.ts'
import type { WarmKey } from './key-cache.ts'
import { withPin } from './pins.ts'
import { keyOfCiphertext, protect, unprotectAny } from './protect.ts'
import { requireEncryption } from './small-data.ts'

/** Length in bits of a data key by its spec. Source: KMS API, CreateDatakey, `key_spec`. */
const SPEC_BITS = {
  AES_256: 256,
  AES_128: 128,
  SM4: 128,
  HMAC_256: 256,
  HMAC_384: 384,
  HMAC_512: 512,
  HMAC_SM3: 256,
} as const

const DEFAULT_BITS = 256
const DIGEST_BYTES = 32

export const createDatakey: Handler<'CreateDatakey'> = async (deps, caller, request, context) => {
  const bytes = wantedBytes(request, 'datakey-length-out-of-range')
  const warm = await usableKey(deps, caller, request.key_id, context)
  const dataKey = randomSecret(bytes)
  const bound = await withPin(deps, caller, warm.key, request, callerContext(request), true)
  return dataKey.lend(async (plaintext) => ({
    key_id: warm.key.id,
    plain_text: plaintext,
    cipher_text: await protect(deps, warm, 'datakey', bound, plaintext, context),
  }))
}

export const createDatakeyWithoutPlaintext: Handler<'CreateDatakeyWithoutPlaintext'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const bytes = wantedBytes(request, 'datakey-length-out-of-range-without-plaintext')
  const warm = await usableKey(deps, caller, request.key_id, context)
  const dataKey = randomSecret(bytes)
  const bound = await withPin(deps, caller, warm.key, request, callerContext(request), true)
  const cipherText = await dataKey.lend((plaintext) =>
    protect(deps, warm, 'datakey', bound, plaintext, context),
  )
  dataKey.wipe()
  return { key_id: warm.key.id, cipher_text: cipherText }
}

/** The caller sends its key with a digest of it, so that a mistake on the way is noticed. */
export const encryptDatakey: Handler<'EncryptDatakey'> = async (deps, caller, request, context) => {
  const bytes = request.datakey_plain_length
  if (bytes < DATAKEY_BYTES.min || bytes > DATAKEY_BYTES.max) {
    throw fault('datakey-plain-length-out-of-range', DATAKEY_BYTES)
  }
  const sent = request.plain_text
  if (sent.length !== bytes + DIGEST_BYTES) throw fault('datakey-plain-length-mismatch')
  const warm = await usableKey(deps, caller, request.key_id, context)
  const dataKey = sent.subarray(0, bytes)
  const digest = dataKeyDigest(specOf(warm.key.spec).dataKeyDigest, dataKey)
  if (!equalInConstantTime(digest, sent.subarray(bytes))) {
    throw fault('datakey-plaintext-digest-mismatch')
  }
  const bound = await withPin(deps, caller, warm.key, request, callerContext(request), true)
  return {
    key_id: warm.key.id,
    cipher_text: await protect(deps, warm, 'datakey', bound, dataKey, context),
    datakey_length: bytes,
  }
}

export const decryptDatakey: Handler<'DecryptDatakey'> = async (deps, caller, request, context) => {
  const bytes = request.datakey_cipher_length
  if (bytes < DATAKEY_BYTES.min || bytes > DATAKEY_BYTES.max) {
    throw fault('datakey-cipher-length-out-of-range', DATAKEY_BYTES)
  }
  const warm = await usableKey(deps, caller, request.key_id, context)
  const parsed = parseCiphertext(request.cipher_text)
  if (parsed.kind === 'malformed') throw fault('datakey-ciphertext-invalid')
  if (parsed.kind === 'digest-mismatch') throw fault('datakey-ciphertext-digest-mismatch')
  const { ciphertext } = parsed
  if (ciphertext.plaintextBytes !== bytes) throw fault('datakey-cipher-length-mismatch')
  if ((await keyOfCiphertext(deps, ciphertext.keyId)) !== warm.key.id) {
    throw fault('decryption-failed')
  }
  const bound = await withPin(deps, caller, warm.key, request, callerContext(request), false)
  const dataKey = await unprotectAny(
    deps,
    warm,
    ['datakey', 'datakey-pair'],
    bound,
    ciphertext,
    context,
  )
  return {
    data_key: dataKey,
    datakey_length: bytes,
    datakey_dgst: dataKeyDigest(specOf(warm.key.spec).dataKeyDigest, dataKey),
  }
}

async function usableKey(
  deps: Deps,
  caller: Caller,
  keyId: WarmKey['key']['id'],
  context: RequestContext,
) {
  const warm = await useKey(deps, caller, keyId, context.admission, context)
  requireEncryption(warm.key)
  return warm
}

/** Bytes of the data key that is wanted; a length wins over a spec. */
function wantedBytes(
  request: Pick<RequestFor<'CreateDatakey'>, 'datakey_length' | 'key_spec'>,
  outOfRange: 'datakey-length-out-of-range' | 'datakey-length-out-of-range-without-plaintext',
): number {
  const bits =
    request.datakey_length ??
    (request.key_spec === undefined ? DEFAULT_BITS : SPEC_BITS[request.key_spec])
  if (bits < DATAKEY_BITS.min || bits > DATAKEY_BITS.max) throw fault(outOfRange, DATAKEY_BITS)
  if (bits % 8 !== 0) throw fault('datakey-length-not-multiple')
  return bits / 8
}
