import {
  constants,
  createPublicKey,
  type KeyObject,
  publicDecrypt,
  publicEncrypt,
  verify as verifyMessage,
} from 'node:crypto'
import { promisify } from 'node:util'
import { type SigningAlgorithm, signingRowOf } from '../core/algorithms.ts'
import { type AsymmetricKey, CANNOT, type PublicKey } from './asymmetric-key.ts'
import { equalInConstantTime } from './digest.ts'
import { randomSecret } from './random.ts'
import { isPss, padPkcs1, padPss, type RsaHash, rsaSigningOptions } from './rsa-padding.ts'
import { runSlowly } from './slow-work.ts'

const MEMORY_BYTES = 8192
const verifyInPool = promisify(verifyMessage)
/** What OAEP with SHA-256 takes of the modulus: two hashes and two octets. Source: RFC 8017 §7.1.1. */
const OAEP_OVERHEAD_BYTES = 66

/** An RSA key. Source: RFC 8017. */
export function rsaKey(privateKey: KeyObject): AsymmetricKey {
  const modulusBits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0
  const modulusBytes = modulusBits / 8
  return {
    ...CANNOT,
    ...rsaPublicKey(createPublicKey(privateKey as never)), // the types know no KeyObject here
    kind: 'asymmetric',
    memoryBytes: MEMORY_BYTES,

    async sign(algorithm, message) {
      const { hash, isProbabilistic } = paddingOf(algorithm)
      if (message.kind === 'raw') {
        return runSlowly('rsaSign', privateKey, hash, isProbabilistic, message.bytes)
      }
      const { bytes } = message
      const block = isProbabilistic
        ? randomSecret(bytes.length).lend((salt) => padPss(hash, bytes, modulusBits, salt))
        : padPkcs1(hash, bytes, modulusBits)
      return runSlowly('rsaPrivate', privateKey, block)
    },

    async decrypt(_algorithm, ciphertext) {
      if (ciphertext.length !== modulusBytes) return undefined
      const plaintext = await runSlowly('rsaOaepDecrypt', privateKey, ciphertext)
      return plaintext && Buffer.from(plaintext)
    },
  }
}

/** The public half of an RSA key. Source: RFC 8017. */
export function rsaPublicKey(publicKey: KeyObject): PublicKey {
  const modulusBits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0
  const modulusBytes = modulusBits / 8
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }),

    async verify(algorithm, message, signature) {
      if (signature.length !== modulusBytes) return false
      const { hash, isProbabilistic } = paddingOf(algorithm)
      if (message.kind === 'raw') {
        const key = { key: publicKey, ...rsaSigningOptions(isProbabilistic) }
        return verifyInPool(hash, message.bytes, key, signature)
      }
      let block: Buffer
      try {
        block = publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature)
      } catch {
        return false // not below the modulus
      }
      return isProbabilistic
        ? isPss(hash, message.bytes, modulusBits, block)
        : equalInConstantTime(block, padPkcs1(hash, message.bytes, modulusBits))
    },

    async encrypt(_algorithm, plaintext) {
      if (plaintext.length > modulusBytes - OAEP_OVERHEAD_BYTES) return undefined
      const padding = constants.RSA_PKCS1_OAEP_PADDING
      return publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, plaintext)
    },
  }
}

function paddingOf(algorithm: SigningAlgorithm): { hash: RsaHash; isProbabilistic: boolean } {
  const { scheme, hash } = signingRowOf(algorithm)
  if (hash === undefined || hash === 'sm3') throw new Error(`${algorithm} is not for RSA`)
  return { hash, isProbabilistic: scheme === 'rsa-pss' }
}
