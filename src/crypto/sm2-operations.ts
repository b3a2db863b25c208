import { sm2 } from 'sm-crypto-v2'
import {
  decodeIntegerPair,
  decodeSequence,
  encodeIntegerPair,
  encodeSequence,
  leftPadded,
} from './der.ts'
import { sm2Generate, sm2ValidPoint, SM2_WIDTH as WIDTH } from './sm2.ts'

/*
 * SM2 by sm-crypto-v2, for OpenSSL as Node offers it signs plain ECDSA or with an empty user id, and
 * does not encrypt at all. Forms are checked here, before the library sees them, for it checks neither
 * ranges nor whether an encoded point is on the curve. Only worker threads load this.
 */
const POINT_BYTES = 1 + 2 * WIDTH
const DIGEST_BYTES = 32
/** C1 C3 C2, the order of GB/T 32918.4-2016. */
const C1C3C2 = 1
const UNCOMPRESSED = 4
const ORDER = Buffer.from('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123', 'hex')

/** A signature over a digest, in DER. */
export function sm2SignDigest(scalar: Uint8Array, digest: Uint8Array): Uint8Array {
  // The random multiple of the base point comes from OpenSSL, which is quicker at it.
  const { scalar: k, point } = sm2Generate()
  const multiple = { k: toBigInt(k), x1: toBigInt(point.subarray(1, 1 + WIDTH)) }
  const signature = sm2.doSignature(digest, toHex(scalar), { hash: false, pointPool: [multiple] })
  k.fill(0)
  return encodeIntegerPair(Buffer.from(signature, 'hex'))
}

/** Whether `signature`, in DER, is one over the digest. */
export function sm2VerifyDigest(
  point: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const pair = decodeIntegerPair(signature, WIDTH)
  if (pair === undefined || !inRange(pair.subarray(0, WIDTH)) || !inRange(pair.subarray(WIDTH))) {
    return false
  }
  try {
    return sm2.doVerifySignature(digest, toHex(pair), toHex(point), { hash: false })
  } catch {
    return false
  }
}

/** SM2 encryption: SEQUENCE of x, y, C3, C2 in DER. Source: GB/T 32918.4-2016; GM/T 0009-2012 §7.2. */
export function sm2EncryptRaw(point: Uint8Array, plaintext: Uint8Array): Uint8Array {
  for (;;) {
    const raw = Buffer.from(sm2.doEncrypt(plaintext, toHex(point), C1C3C2), 'hex')
    const text = raw.subarray(2 * WIDTH + DIGEST_BYTES)
    // Step A5: a mask of zeros would show the plaintext.
    if (text.equals(plaintext)) continue
    return encodeSequence([
      { kind: 'integer', bytes: raw.subarray(0, WIDTH) },
      { kind: 'integer', bytes: raw.subarray(WIDTH, 2 * WIDTH) },
      { kind: 'octets', bytes: raw.subarray(2 * WIDTH, 2 * WIDTH + DIGEST_BYTES) },
      { kind: 'octets', bytes: text },
    ])
  }
}

/** The plaintext of SM2 encryption in DER, or as bare C1 ‖ C3 ‖ C2; undefined if it is neither. */
export function sm2DecryptRaw(scalar: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
  const parts = partsOf(ciphertext)
  const point = parts && sm2ValidPoint(parts.point)
  if (parts === undefined || point === undefined || parts.text.length === 0) return undefined
  const raw = Buffer.concat([point.subarray(1), parts.digest, parts.text])
  try {
    const options = { output: 'array' } as const
    const plaintext = sm2.doDecrypt(toHex(raw), toHex(scalar), C1C3C2, options)
    return plaintext.length === parts.text.length ? plaintext : undefined
  } catch {
    return undefined
  }
}

/** The x coordinate of the product of scalar and point. Source: SP 800-56A §5.7.1.2. */
export function sm2SharedX(scalar: Uint8Array, point: Uint8Array): Uint8Array {
  // OpenSSL refuses key pairs on this curve here.
  return sm2.ecdh(scalar, point, true).subarray(1)
}

function partsOf(ciphertext: Uint8Array) {
  if (ciphertext[0] === UNCOMPRESSED) {
    if (ciphertext.length < POINT_BYTES + DIGEST_BYTES) return undefined
    const textAt = POINT_BYTES + DIGEST_BYTES
    return {
      point: ciphertext.subarray(0, POINT_BYTES),
      digest: ciphertext.subarray(POINT_BYTES, textAt),
      text: ciphertext.subarray(textAt),
    }
  }
  const values = decodeSequence(ciphertext)
  const [x, y, digest, text] = values ?? []
  const isWellFormed =
    values?.length === 4 &&
    x?.kind === 'integer' &&
    y?.kind === 'integer' &&
    digest?.kind === 'octets' &&
    digest.bytes.length === DIGEST_BYTES &&
    text?.kind === 'octets'
  if (!isWellFormed) return undefined
  const left = leftPadded(x.bytes, WIDTH)
  const right = leftPadded(y.bytes, WIDTH)
  if (left === undefined || right === undefined) return undefined
  const point = Buffer.concat([Buffer.from([UNCOMPRESSED]), left, right])
  return { point, digest: digest.bytes, text: text.bytes }
}

/** Whether an integer of 32 bytes is at least 1 and below the order of the curve. */
function inRange(integer: Buffer): boolean {
  return integer.some((byte) => byte !== 0) && Buffer.compare(integer, ORDER) < 0
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}
