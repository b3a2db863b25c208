import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { RootKeyId } from '../core/ids.ts'
import type { RootKey } from './root-key.ts'
import type { SecretBytes } from './secret-bytes.ts'

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
 * @param root Asked anew each time: a ring says which root key is current now, and which others some row
 *   may still be under.
 * Source: RFC 2104; FIPS 198-1.
 */
export function rowMacs(root: RootKey): RowMacs {
  return {
    of(row) {
      const { prefix, key } = macKeyOf(root)
      return Buffer.concat([prefix, digest(key, row)], PREFIX_BYTES + MAC_BYTES)
    },
    check(row, mac) {
      if (mac.length !== PREFIX_BYTES + MAC_BYTES) return 'wrong'
      const { prefix, key } = macKeyOf(root)
      if (startsWith(mac, prefix)) return isOf(key, row, mac) ? 'current' : 'wrong'
      const former = root.others
        ?.map(macKeyOf)
        .find((candidate) => startsWith(mac, candidate.prefix))
      return former !== undefined && isOf(former.key, row, mac) ? 'former' : 'wrong'
    },
  }
}

/** Id of the root key that a MAC of a row names; undefined when it is no MAC. */
export function rootKeyIdOfMac(mac: Uint8Array): RootKeyId | undefined {
  if (mac.length !== PREFIX_BYTES + MAC_BYTES || mac[0] !== FORMAT) return undefined
  return Buffer.from(mac.subarray(1, PREFIX_BYTES)).toString('hex') as RootKeyId
}

interface MacKey {
  readonly prefix: Buffer
  readonly key: KeyObject
}

const macKeys = new WeakMap<SecretBytes, MacKey>()

function macKeyOf({ id, rows }: Pick<RootKey, 'id' | 'rows'>): MacKey {
  let known = macKeys.get(rows)
  if (known === undefined) {
    const prefix = Buffer.concat([Buffer.of(FORMAT), Buffer.from(id, 'hex')])
    known = { prefix, key: rows.lend((bytes) => createSecretKey(bytes)) }
    macKeys.set(rows, known)
  }
  return known
}

function startsWith(mac: Uint8Array, prefix: Buffer): boolean {
  return prefix.equals(mac.subarray(0, PREFIX_BYTES))
}

function isOf(key: KeyObject, row: string, mac: Uint8Array): boolean {
  return timingSafeEqual(digest(key, row), mac.subarray(PREFIX_BYTES))
}

function digest(key: KeyObject, row: string): Buffer {
  return createHmac('sha256', key).update(row).digest()
}
