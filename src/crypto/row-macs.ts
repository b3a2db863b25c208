import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { RootKeyId } from '../core/ids.ts'
import type { RootKey } from './root-key.ts'

const FORMAT = 1
const ID_BYTES = 8
const PREFIX_BYTES = 1 + ID_BYTES
const MAC_BYTES = 32

/** Authenticates rows of the store, each by a text that stands for no other row. */
export interface RowMacs {
  /** MAC of a row under the current root key: format (1) ‖ root key id (8) ‖ HMAC-SHA-256 (32). */
  readonly of: (row: string) => Uint8Array
  /**
   * How a row stands to a MAC: `current` and `former` bear the MAC of that root key, `wrong` bears
   * none of ours.
   */
  readonly check: (row: string, mac: Uint8Array) => 'current' | 'former' | 'wrong'
}

/**
 * HMAC-SHA-256 under the *rows* key of a root key. A key takes any number of rows.
 *
 * @param former Root keys that some row may still be under.
 * Source: RFC 2104; FIPS 198-1.
 */
export function rowMacs(current: RootKey, former: readonly RootKey[] = []): RowMacs {
  const keys = new Map<RootKeyId, KeyObject>()
  for (const { id, rows } of [...former, current]) {
    keys.set(
      id,
      rows.lend((bytes) => createSecretKey(bytes)),
    )
  }
  const prefix = Buffer.concat([Buffer.of(FORMAT), Buffer.from(current.id, 'hex')])
  const digest = (key: KeyObject, row: string) => createHmac('sha256', key).update(row).digest()
  const currentKey = current.rows.lend((bytes) => createSecretKey(bytes))
  return {
    of: (row) => Buffer.concat([prefix, digest(currentKey, row)], PREFIX_BYTES + MAC_BYTES),
    check(row, mac) {
      if (mac.length !== PREFIX_BYTES + MAC_BYTES || mac[0] !== FORMAT) return 'wrong'
      const id = Buffer.from(mac.subarray(1, PREFIX_BYTES)).toString('hex') as RootKeyId
      const key = keys.get(id)
      if (key === undefined) return 'wrong'
      if (!timingSafeEqual(digest(key, row), mac.subarray(PREFIX_BYTES))) return 'wrong'
      return id === current.id ? 'current' : 'former'
    },
  }
}
