import type { RequestFor } from '../contract/operations/index.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import { MAX_PLAINTEXT_BYTES } from '../core/limits.ts'
import { generatePair, type PairKind } from '../crypto/key-pair.ts'
import { callerContext } from './caller-context.ts'
import type { Deps } from './deps.ts'
import { useKey } from './find-key.ts'
import type { Handler, RequestContext } from './handler.ts'
import { withPin } from './pins.ts'
import { protect } from './protect.ts'
import { requireEncryption } from './small-data.ts'

/** What each spec of a data key pair is. Source: KMS SDK 3.1.209, `key_spec`. */
const PAIR_KINDS = {
  RSA_2048: { kind: 'rsa', modulusBits: 2048 },
  RSA_3072: { kind: 'rsa', modulusBits: 3072 },
  RSA_4096: { kind: 'rsa', modulusBits: 4096 },
  ECC_NIST_P256: { kind: 'ec', curve: 'prime256v1' },
  ECC_NIST_P384: { kind: 'ec', curve: 'secp384r1' },
  ECC_NIST_P521: { kind: 'ec', curve: 'secp521r1' },
  ECC_SECG_P256K1: { kind: 'ec', curve: 'secp256k1' },
  SM2: { kind: 'ec', curve: 'SM2' },
} as const satisfies Record<string, PairKind>

export const createRsaDatakeyPair: Handler<'CreateRsaDatakeyPair'> = makePair

export const createEcDatakeyPair: Handler<'CreateEcDatakeyPair'> = makePair

/** The private half is encrypted as neither data nor a data key, so that the operations for both open it. */
async function makePair(
  deps: Deps,
  caller: Caller,
  request: RequestFor<'CreateRsaDatakeyPair'> | RequestFor<'CreateEcDatakeyPair'>,
  context: RequestContext,
) {
  const warm = await useKey(deps, caller, request.key_id, context.admission, context)
  requireEncryption(warm.key)
  const bound = await withPin(deps, caller, warm.key, request, callerContext(request), true)
  const { publicKey, privateKey } = await generatePair(PAIR_KINDS[request.key_spec])
  if (privateKey.length > MAX_PLAINTEXT_BYTES) throw fault('datakey-spec-invalid')
  return privateKey.lend(async (der) => {
    const cipherText = await protect(deps, warm, 'datakey-pair', bound, der, context)
    const isPlain = request.with_plain_text ?? true
    return {
      key_id: warm.key.id,
      key_spec: request.key_spec,
      public_key: publicKey,
      private_key_cipher_text: cipherText,
      ...(isPlain ? { private_key_plain_text: der } : {}),
    }
  })
}
