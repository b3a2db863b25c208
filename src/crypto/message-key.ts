import {
  createPublicKey,
  type KeyObject,
  sign as signMessage,
  verify as verifyMessage,
} from 'node:crypto'
import { promisify } from 'node:util'
import { signingRowOf } from '../core/algorithms.ts'
import { type AsymmetricKey, CANNOT, type PublicKey, type SignedMessage } from './asymmetric-key.ts'
import { sha512 } from './digest.ts'
import { runSlowly } from './slow-work.ts'

const MEMORY_BYTES = { ed25519: 2048, 'ml-dsa': 16_384 } as const
const POINT_BYTES = 32
const signInPool = promisify(signMessage)
const verifyInPool = promisify(verifyMessage)

/** A key whose scheme signs messages rather than their hashes. Source: RFC 8032; FIPS 204. */
export function messageKey(privateKey: KeyObject, kind: 'ed25519' | 'ml-dsa'): AsymmetricKey {
  return {
    ...CANNOT,
    ...messagePublicKey(createPublicKey(privateKey as never)), // the types know no KeyObject here
    kind: 'asymmetric',
    memoryBytes: MEMORY_BYTES[kind],
    async sign(algorithm, message) {
      return signingRowOf(algorithm).scheme === 'ed25519ph'
        ? runSlowly('ed25519phSign', privateKey, prehash(message))
        : signInPool(null, message.bytes, privateKey)
    },
  }
}

/** The public half of such a key. */
export function messagePublicKey(publicKey: KeyObject): PublicKey {
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  return {
    publicKey: spki,
    encrypt: CANNOT.encrypt,
    async verify(algorithm, message, signature) {
      return signingRowOf(algorithm).scheme === 'ed25519ph'
        ? runSlowly('ed25519phVerify', spki.subarray(-POINT_BYTES), prehash(message), signature)
        : verifyInPool(null, message.bytes, publicKey, signature)
    },
  }
}

function prehash(message: SignedMessage): Uint8Array {
  return message.kind === 'digest' ? message.bytes : sha512(message.bytes)
}
