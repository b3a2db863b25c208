import { createECDH, createPrivateKey, ECDH, hash } from 'node:crypto'
import { leftPadded } from './der.ts'

/*
 * Keys of SM2 and their forms: what OpenSSL can do. What it cannot is in `sm2-operations.ts`. Scalars
 * and coordinates have 32 bytes.
 */
/** Length of a scalar and of a coordinate in bytes. */
export const SM2_WIDTH = 32
const WIDTH = SM2_WIDTH
const POINT_BYTES = 1 + 2 * WIDTH
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
  return sm2ValidPoint(bytes.subarray(SPKI_PREFIX.length))
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

/** The point, if it is uncompressed and on the curve: OpenSSL looks. */
export function sm2ValidPoint(point: Uint8Array): Buffer | undefined {
  if (point.length !== POINT_BYTES || point[0] !== UNCOMPRESSED) return undefined
  try {
    return ECDH.convertKey(Buffer.from(point), 'SM2') as Buffer // without an encoding it is one
  } catch {
    return undefined
  }
}
