import { randomFillSync, randomUUID, randomUUIDv7 } from 'node:crypto'
import { SecretBytes } from './secret-bytes.ts'

const POOL_BYTES = 32 * 1024
const pool = Buffer.alloc(POOL_BYTES)
let next = POOL_BYTES

/**
 * Copies fresh random bytes to `target` at `offset`. They come from a pool, filled by the system's
 * generator many at a time; each byte is given out once and wiped from the pool.
 *
 * @param length At most 1024 bytes.
 */
export function fillRandom(target: Uint8Array, offset: number, length: number): void {
  if (length > POOL_BYTES - next) {
    randomFillSync(pool)
    next = 0
  }
  // A loop: so few bytes are copied and wiped sooner than two calls are made.
  for (let at = offset; at < offset + length; at++) {
    target[at] = pool[next] ?? 0
    pool[next++] = 0
  }
}

/** `bytes` random bytes as hexadecimal digits, for ids that are no secrets. */
export function randomHex(bytes: number): string {
  const id = Buffer.allocUnsafe(bytes)
  fillRandom(id, 0, bytes)
  return id.toString('hex')
}

/** A random UUID. Source: RFC 9562 §5.4. */
export function randomUuid(): string {
  return randomUUID()
}

/** A random UUID that sorts by the time it was made. Source: RFC 9562 §5.7. */
export function orderedUuid(): string {
  return randomUUIDv7()
}

/** `length` random bytes that are a secret, at most 1024: data keys and random numbers. */
export function randomSecret(length: number): SecretBytes {
  const bytes = new Uint8Array(length)
  fillRandom(bytes, 0, length)
  return new SecretBytes(bytes)
}

const UPPER_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const ALPHANUMERIC = `${UPPER_AND_DIGITS}abcdefghijklmnopqrstuvwxyz`

/** `length` random upper-case letters and digits, each equally likely; for ids. */
export function randomUpperAlphanumeric(length: number): string {
  return Buffer.from(pick(UPPER_AND_DIGITS, length)).toString('latin1')
}

/** `length` random letters and digits, each equally likely, as the bytes of their ASCII text. */
export function randomAlphanumericSecret(length: number): SecretBytes {
  return new SecretBytes(pick(ALPHANUMERIC, length))
}

/** Letters by rejection: a byte past the last whole multiple of the alphabet is not used. */
function pick(alphabet: string, length: number): Uint8Array {
  const limit = 256 - (256 % alphabet.length)
  const letters = new Uint8Array(length)
  const byte = new Uint8Array(1)
  for (let filled = 0; filled < length; ) {
    fillRandom(byte, 0, 1)
    const value = byte[0] ?? 0
    if (value < limit) letters[filled++] = alphabet.charCodeAt(value % alphabet.length)
  }
  return letters
}
