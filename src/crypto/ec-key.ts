import {
  createECDH,
  createPublicKey,
  type KeyObject,
  sign as signMessage,
  verify as verifyMessage,
} from 'node:crypto'
import { promisify } from 'node:util'
import { type SigningAlgorithm, signingRowOf } from '../core/algorithms.ts'
import { type AsymmetricKey, CANNOT, type PublicKey } from './asymmetric-key.ts'
import { decodeIntegerPair, encodeIntegerPair } from './der.ts'
import { SecretBytes } from './secret-bytes.ts'
import type { NobleCurve } from './slow-tasks.ts'
import { runSlowly } from './slow-work.ts'

const MEMORY_BYTES = 4096
const signInPool = promisify(signMessage)
const verifyInPool = promisify(verifyMessage)
/** Bytes of a coordinate, and of a scalar. */
const WIDTH = { prime256v1: 32, secp384r1: 48, secp256k1: 32 } as const satisfies Record<
  NobleCurve,
  number
>

/** A key on a NIST curve or secp256k1. Source: FIPS 186-5; SEC 1. */
export function ecKey(privateKey: KeyObject, curve: NobleCurve): AsymmetricKey {
  return {
    ...CANNOT,
    ...ecPublicKey(createPublicKey(privateKey as never), curve), // the types know no KeyObject here
    kind: 'asymmetric',
    memoryBytes: MEMORY_BYTES,

    async sign(algorithm, message) {
      if (message.kind === 'raw') return signInPool(hashOf(algorithm), message.bytes, privateKey)
      return encodeIntegerPair(await runSlowly('ecdsaSign', curve, privateKey, message.bytes))
    },

    async agree(peer) {
      const peerPoint = validPeer(peer, curve)
      return peerPoint && sharedX(curve, privateKey, peerPoint)
    },
  }
}

/** The public half of a key on a NIST curve or secp256k1. Source: FIPS 186-5; SEC 1. */
export function ecPublicKey(publicKey: KeyObject, curve: NobleCurve): PublicKey {
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const width = WIDTH[curve]
  const point = pointOf(spki, width)
  return {
    publicKey: spki,
    encrypt: CANNOT.encrypt,

    async verify(algorithm, message, signature) {
      const pair = decodeIntegerPair(signature, width)
      if (pair === undefined) return false
      return message.kind === 'raw'
        ? verifyInPool(hashOf(algorithm), message.bytes, publicKey, signature)
        : runSlowly('ecdsaVerify', curve, point, message.bytes, pair)
    },
  }
}

/** The point of a peer's SubjectPublicKeyInfo, if it is on `curve`: OpenSSL looks when it reads it. */
function validPeer(spki: Uint8Array, curve: NobleCurve): Buffer | undefined {
  try {
    const peer = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    if (peer.asymmetricKeyDetails?.namedCurve !== curve) return undefined
    const canonical = peer.export({ format: 'der', type: 'spki' })
    return canonical.length === spki.length ? pointOf(canonical, WIDTH[curve]) : undefined
  } catch {
    return undefined
  }
}

function sharedX(curve: NobleCurve, privateKey: KeyObject, peer: Buffer): SecretBytes | undefined {
  const scalar = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url')
  const ecdh = createECDH(curve)
  ecdh.setPrivateKey(scalar)
  scalar.fill(0)
  try {
    return new SecretBytes(ecdh.computeSecret(peer))
  } catch {
    return undefined
  }
}

/** The uncompressed point at the end of a SubjectPublicKeyInfo. */
function pointOf(spki: Buffer, width: number): Buffer {
  return spki.subarray(spki.length - 2 * width - 1)
}

function hashOf(algorithm: SigningAlgorithm): string {
  const { hash } = signingRowOf(algorithm)
  if (hash === undefined) throw new Error(`${algorithm} is not for this curve`)
  return hash
}
