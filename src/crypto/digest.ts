import { hash, timingSafeEqual } from 'node:crypto'
import type { HashName } from '../core/algorithms.ts'

/** Length of a SHA-256 or SM3 digest in bytes. */
export const DIGEST_BYTES = 32

/** SHA-256 of `bytes`, 32 bytes. Source: FIPS 180-4. */
export function sha256(bytes: Uint8Array | string): Buffer {
  return hash('sha256', bytes, 'buffer')
}

/**
 * Writes the SHA-256 of `bytes` into `target` at `at`. As text of one letter a byte the digest costs
 * a third of what it costs as a buffer of its own. Source: FIPS 180-4.
 */
export function sha256Into(target: Buffer, at: number, bytes: Uint8Array): void {
  target.write(hash('sha256', bytes, 'latin1'), at, 'latin1')
}

/** SHA-512 of `bytes`, 64 bytes. Source: FIPS 180-4. */
export function sha512(bytes: Uint8Array): Buffer {
  return hash('sha512', bytes, 'buffer')
}

/** The hash of `bytes` by its name. Source: FIPS 180-4; GB/T 32905-2016. */
export function hashOf(name: HashName, bytes: Uint8Array): Buffer {
  return hash(name, bytes, 'buffer')
}

/** The digest that travels with a data key, 32 bytes. Source: FIPS 180-4; GB/T 32905-2016. */
export function dataKeyDigest(name: 'sha256' | 'sm3', dataKey: Uint8Array): Buffer {
  return hash(name, dataKey, 'buffer')
}

/** Whether two byte strings are equal; how long it takes says nothing of where they differ. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
