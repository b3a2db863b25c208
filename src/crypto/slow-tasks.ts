import { constants, type KeyObject, privateDecrypt, privateEncrypt, sign } from 'node:crypto'
import { twistedEdwards } from '@noble/curves/abstract/edwards.js'
import { ed25519ph } from '@noble/curves/ed25519.js'
import { p256, p384 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { type RsaHash, rsaSigningOptions } from './rsa-padding.ts'
import {
  sm2DecryptRaw,
  sm2EncryptRaw,
  sm2SharedX,
  sm2SignDigest,
  sm2VerifyDigest,
} from './sm2-operations.ts'

/*
 * Work that takes long enough to hold up other requests. It runs in worker threads; what it gets and
 * answers is copied between them.
 */

const CURVES = { prime256v1: p256, secp384r1: p384, secp256k1 } as const

/** Ed25519ph for messages that were hashed already. */
const ed25519OfDigest = twistedEdwards({
  ...ed25519ph.CURVE,
  prehash: (digest) => digest as Uint8Array, // nobody gives it text
})

/** A curve whose signatures over digests are made by noble. */
export type NobleCurve = keyof typeof CURVES

/** All slow work, by name. Functions answer undefined where the input is to blame. */
export const SLOW_TASKS = {
  /** The bare RSA operation on a block as long as the modulus. Source: RFC 8017 §5.2.1. */
  rsaPrivate: (key: KeyObject, block: Uint8Array): Uint8Array =>
    privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, block),

  /** An RSA signature of a message; a PSS salt is as long as the hash. Source: RFC 8017 §8. */
  rsaSign: (key: KeyObject, hash: RsaHash, isPss: boolean, message: Uint8Array): Uint8Array =>
    sign(hash, message, { key, ...rsaSigningOptions(isPss) }),

  /** RSAES-OAEP with SHA-256 in both places. Source: RFC 8017 §7.1.2. */
  rsaOaepDecrypt: (key: KeyObject, ciphertext: Uint8Array): Uint8Array | undefined => {
    try {
      const padding = constants.RSA_PKCS1_OAEP_PADDING
      return privateDecrypt({ key, padding, oaepHash: 'sha256' }, ciphertext)
    } catch {
      return undefined
    }
  },

  /**
   * ECDSA over a digest, r ‖ s. The nonce is derived from key and digest, with fresh randomness mixed
   * in. Source: FIPS 186-5 §6.4; RFC 6979 §3.6.
   */
  ecdsaSign: (curve: NobleCurve, key: KeyObject, digest: Uint8Array): Uint8Array => {
    const scalar = Buffer.from(String(key.export({ format: 'jwk' }).d), 'base64url')
    const options = { lowS: false, prehash: false, extraEntropy: true } as const
    const signature = CURVES[curve].sign(digest, scalar, options).toCompactRawBytes()
    scalar.fill(0)
    return signature
  },

  /** Whether r ‖ s is a signature over the digest; `point` is uncompressed. */
  ecdsaVerify: (
    curve: NobleCurve,
    point: Uint8Array,
    digest: Uint8Array,
    signature: Uint8Array,
  ): boolean => {
    try {
      return CURVES[curve].verify(signature, digest, point, { lowS: false, prehash: false })
    } catch {
      return false
    }
  },

  /** Ed25519ph of a 64-byte SHA-512 digest, 64 bytes. Source: RFC 8032 §5.1. */
  ed25519phSign: (key: KeyObject, digest: Uint8Array): Uint8Array => {
    const seed = Buffer.from(String(key.export({ format: 'jwk' }).d), 'base64url')
    const signature = ed25519OfDigest.sign(digest, seed)
    seed.fill(0)
    return signature
  },

  ed25519phVerify: (point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean => {
    try {
      return ed25519OfDigest.verify(signature, digest, point, { zip215: false })
    } catch {
      return false
    }
  },

  sm2Sign: sm2SignDigest,
  sm2Verify: sm2VerifyDigest,
  sm2Encrypt: sm2EncryptRaw,
  sm2Decrypt: sm2DecryptRaw,
  sm2Agree: sm2SharedX,
} as const

/** Name of a piece of slow work. */
export type SlowTask = keyof typeof SLOW_TASKS
