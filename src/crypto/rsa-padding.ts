import { constants, hash } from 'node:crypto'
import { equalInConstantTime } from './digest.ts'

/*
 * Padding of a ready digest for an RSA signature. Node signs messages only, not digests, so the
 * padding is made here and the RSA operation itself is OpenSSL's.
 */

/** A hash that RSA signatures are made over. */
export type RsaHash = 'sha256' | 'sha384' | 'sha512'

/** DER of AlgorithmIdentifier and the header of the digest. Source: RFC 8017 §9.2, note 1. */
const DIGEST_INFO_PREFIX = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
} as const satisfies Record<RsaHash, Buffer>

const TRAILER = 0xbc
/** Octets of padding that PKCS #1 v1.5 asks for at least. */
const MIN_PADDING_BYTES = 8

/** How node:crypto is told of the padding of a signature. */
export function rsaSigningOptions(isProbabilistic: boolean) {
  return isProbabilistic
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING }
}

/** EMSA-PKCS1-v1_5 of a digest, as long as the modulus. Source: RFC 8017 §9.2. */
export function padPkcs1(hashName: RsaHash, digest: Uint8Array, modulusBits: number): Buffer {
  const info = Buffer.concat([DIGEST_INFO_PREFIX[hashName], digest])
  const bytes = Math.ceil(modulusBits / 8)
  const paddingBytes = bytes - info.length - 3
  if (paddingBytes < MIN_PADDING_BYTES) throw new Error('the modulus is too short for the hash')
  return Buffer.concat([
    Buffer.from([0, 1]),
    Buffer.alloc(paddingBytes, 0xff),
    Buffer.from([0]),
    info,
  ])
}

/** EMSA-PSS of a digest, as long as the modulus; the salt is as long as the digest. Source: RFC 8017 §9.1.1. */
export function padPss(
  hashName: RsaHash,
  digest: Uint8Array,
  modulusBits: number,
  salt: Uint8Array,
): Buffer {
  const { encodedBytes, maskBytes, topMask } = pssLayout(digest, modulusBits)
  const seed = pssSeed(hashName, digest, salt)
  const block = Buffer.alloc(maskBytes)
  block[maskBytes - salt.length - 1] = 1
  block.set(salt, maskBytes - salt.length)
  const masked = xor(block, mask(hashName, seed, maskBytes))
  masked[0] = (masked[0] ?? 0) & topMask
  return Buffer.concat([
    Buffer.alloc(Math.ceil(modulusBits / 8) - encodedBytes),
    masked,
    seed,
    Buffer.from([TRAILER]),
  ])
}

/** Whether `encoded` is EMSA-PSS of the digest with a salt as long as it. Source: RFC 8017 §9.1.2. */
export function isPss(
  hashName: RsaHash,
  digest: Uint8Array,
  modulusBits: number,
  encoded: Uint8Array,
): boolean {
  const { encodedBytes, maskBytes, topMask } = pssLayout(digest, modulusBits)
  const extra = encoded.length - encodedBytes
  if (extra < 0 || encoded.subarray(0, extra).some((byte) => byte !== 0)) return false
  const message = encoded.subarray(extra)
  if (message[encodedBytes - 1] !== TRAILER || ((message[0] ?? 0) & ~topMask & 0xff) !== 0)
    return false
  const seed = message.subarray(maskBytes, maskBytes + digest.length)
  const block = xor(message.subarray(0, maskBytes), mask(hashName, seed, maskBytes))
  block[0] = (block[0] ?? 0) & topMask
  const saltAt = maskBytes - digest.length
  if (block[saltAt - 1] !== 1 || block.subarray(0, saltAt - 1).some((byte) => byte !== 0))
    return false
  return equalInConstantTime(pssSeed(hashName, digest, block.subarray(saltAt)), seed)
}

function pssLayout(digest: Uint8Array, modulusBits: number) {
  const encodedBits = modulusBits - 1
  const encodedBytes = Math.ceil(encodedBits / 8)
  const maskBytes = encodedBytes - digest.length - 1
  if (maskBytes < digest.length + 1) throw new Error('the modulus is too short for the hash')
  return { encodedBytes, maskBytes, topMask: 0xff >> (8 * encodedBytes - encodedBits) }
}

function pssSeed(hashName: RsaHash, digest: Uint8Array, salt: Uint8Array): Buffer {
  return hash(hashName, Buffer.concat([Buffer.alloc(8), digest, salt]), 'buffer')
}

/** MGF1. Source: RFC 8017 §B.2.1. */
function mask(hashName: RsaHash, seed: Uint8Array, bytes: number): Buffer {
  const parts: Buffer[] = []
  const counter = Buffer.alloc(4)
  for (let have = 0, number = 0; have < bytes; number++) {
    counter.writeUInt32BE(number)
    const part = hash(hashName, Buffer.concat([seed, counter]), 'buffer')
    parts.push(part)
    have += part.length
  }
  return Buffer.concat(parts).subarray(0, bytes)
}

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  const result = Buffer.alloc(a.length)
  for (let i = 0; i < a.length; i++) result[i] = (a[i] ?? 0) ^ (b[i] ?? 0)
  return result
}
