import { createECDH, createPrivateKey, ECDH, hash } from 'node:crypto'
import { sm2 } from 'sm-crypto-v2'
import {
  decodeIntegerPair,
  decodeSequence,
  encodeIntegerPair,
  encodeSequence,
  leftPadded,
} from './der.ts'

/*
 * SM2 by sm-crypto-v2, for OpenSSL as Node offers it signs plain ECDSA or with an empty user id, and
 * does not encrypt at all. Scalars and coordinates have 32 bytes. Forms are checked here, before the
 * library sees them, for it checks neither ranges nor whether an encoded point is on the curve.
 */
const WIDTH = 32
const POINT_BYTES = 1 + 2 * WIDTH
const DIGEST_BYTES = 32
/** C1 C3 C2, the order of GB/T 32918.4-2016. */
const C1C3C2 = 1
const UNCOMPRESSED = 4
/** User id of both sides when none was agreed on. Source: GM/T 0009-2012 §10. */
const USER_ID = Buffer.from('1234567812345678', 'ascii')
/** a ‖ b ‖ x ‖ y of the curve. Source: GB/T 32918.5-2017. */
const CURVE = Buffer.from(
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc' +
    '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93' +
    '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
    'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
  'hex',
)
const ORDER = Buffer.from('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123', 'hex')
/** SubjectPublicKeyInfo and PKCS #8 of a key on the curve, up to the point and the scalar. */
const SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex')
const PKCS8_PREFIX = Buffer.from(
  '308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420',
  'hex',
)
const PKCS8_POINT_PREFIX = Buffer.from('a144034200', 'hex')

/** A new key pair: scalar, and uncompressed point. */
export function sm2Generate(): { readonly scalar: Buffer; readonly point: Buffer } {
  const ecdh = createECDH('SM2')
  const point = ecdh.generateKeys()
  return { scalar: leftPadded(ecdh.getPrivateKey(), WIDTH) ?? Buffer.alloc(0), point }
}

/** The point of a scalar. */
export function sm2PointOf(scalar: Uint8Array): Buffer {
  const ecdh = createECDH('SM2')
  ecdh.setPrivateKey(scalar)
  return ecdh.getPublicKey()
}

/** The private key as PKCS #8 in DER. */
export function sm2Pkcs8(scalar: Uint8Array): Buffer {
  return Buffer.concat([PKCS8_PREFIX, scalar, PKCS8_POINT_PREFIX, sm2PointOf(scalar)])
}

/** The public key as SubjectPublicKeyInfo in DER. */
export function sm2Spki(point: Uint8Array): Buffer {
  return Buffer.concat([SPKI_PREFIX, point])
}

/** The scalar of a private key as PKCS #8 in DER; undefined when it is not one on this curve. */
export function sm2ScalarOf(pkcs8: Uint8Array): Buffer | undefined {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
    const canonical = key.export({ format: 'der', type: 'pkcs8' })
    if (!canonical.subarray(0, PKCS8_PREFIX.length).equals(PKCS8_PREFIX)) return undefined
    return canonical.subarray(PKCS8_PREFIX.length, PKCS8_PREFIX.length + WIDTH)
  } catch {
    return undefined
  }
}

/** The point of a SubjectPublicKeyInfo in DER; undefined when it is none on this curve. */
export function sm2PointOfSpki(spki: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(spki)
  if (!bytes.subarray(0, SPKI_PREFIX.length).equals(SPKI_PREFIX)) return undefined
  return validPoint(bytes.subarray(SPKI_PREFIX.length))
}

/**
 * The digest that a signature is made over: SM3(Z ‖ message), where Z binds user id, curve and key.
 * Source: GB/T 32918.2-2016 §5.5, §6.1.
 */
export function sm2MessageDigest(point: Uint8Array, message: Uint8Array): Buffer {
  const bits = Buffer.alloc(2)
  bits.writeUInt16BE(USER_ID.length * 8)
  const z = hash('sm3', Buffer.concat([bits, USER_ID, CURVE, point.subarray(1)]), 'buffer')
  return hash('sm3', Buffer.concat([z, message]), 'buffer')
}

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
  const point = parts && validPoint(parts.point)
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

/** The point, if it is uncompressed and on the curve: OpenSSL looks. */
function validPoint(point: Uint8Array): Buffer | undefined {
  if (point.length !== POINT_BYTES || point[0] !== UNCOMPRESSED) return undefined
  try {
    return ECDH.convertKey(Buffer.from(point), 'SM2') as Buffer // without an encoding it is one
  } catch {
    return undefined
  }
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
