import { hash, randomBytes } from 'node:crypto'

/** Length of the key of {@link tableHash} in bytes. */
export const TABLE_KEY_BYTES = 16

/** Writes a fresh key for {@link tableHash}. */
export function newTableKey(key: Uint8Array): void {
  key.set(randomBytes(TABLE_KEY_BYTES))
}

/**
 * Hash of what a caller named, for its place in a table: SHA-256 over a secret key and the text, so that
 * nobody can choose names which meet others there. It is no MAC, and nobody is shown it.
 *
 * @param key {@link TABLE_KEY_BYTES} that all who share the table share.
 * @returns 32 bytes.
 */
export function tableHash(key: Uint8Array, text: string): Buffer {
  return hash('sha256', Buffer.concat([key, Buffer.from(text)]), 'buffer')
}
