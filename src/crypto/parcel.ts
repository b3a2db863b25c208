import { hkdfSync } from 'node:crypto'
import { type DataCipher, NONCE_BYTES, TAG_BYTES } from './data-cipher.ts'
import { SecretBytes } from './secret-bytes.ts'
import { xaes256Gcm } from './xaes-256-gcm.ts'

const TAG_AT = NONCE_BYTES
const TEXT_AT = NONCE_BYTES + TAG_BYTES
const OFFSETS = { nonceAt: 0, tagAt: TAG_AT, textAt: TEXT_AT } as const
/** Shortest secret that two regions may share, in bytes. */
export const MIN_SHARED_SECRET_BYTES = 32

/**
 * The cipher of parcels between two regions: XAES-256-GCM under a key derived from their shared
 * secret. Source: RFC 5869; C2SP, XAES-256-GCM.
 */
export function parcelCipher(sharedSecret: SecretBytes): DataCipher {
  if (sharedSecret.length < MIN_SHARED_SECRET_BYTES) throw new Error('a shared secret is too short')
  const key = sharedSecret.lend((bytes) =>
    hkdfSync('sha256', bytes, new Uint8Array(0), 'keyturn/v1/parcel', 32),
  )
  return xaes256Gcm(new SecretBytes(new Uint8Array(key)), 0)
}

/** A parcel from one region to another: nonce, 24 ‖ tag, 16 ‖ cipher text. */
export function sealParcel(
  cipher: DataCipher,
  from: string,
  to: string,
  content: Uint8Array,
): Buffer {
  const parcel = Buffer.alloc(TEXT_AT + content.length)
  cipher.encryptInto(parcel, OFFSETS, content, route(from, to))
  return parcel
}

/** What a parcel holds; undefined when it is not one from that region to that region. */
export function openParcel(
  cipher: DataCipher,
  from: string,
  to: string,
  parcel: Uint8Array,
): Buffer | undefined {
  if (parcel.length < TEXT_AT) return undefined
  return cipher.decrypt(
    parcel.subarray(0, TAG_AT),
    parcel.subarray(TAG_AT, TEXT_AT),
    parcel.subarray(TEXT_AT),
    route(from, to),
  )
}

/** Names of regions have no line breaks. */
function route(from: string, to: string): Buffer {
  return Buffer.from(`${from}\n${to}`)
}
