import { randomUUID } from 'node:crypto'
import { aKey } from '../../test/a-key.ts'
import { FIRST_VERSION, type KeyId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import type { StoredKey, StoredKeyVersion } from './key-store.ts'
import type { Storage } from './storage.ts'

/**
 * Two stores over one database, as two nodes have it; one and the same where an engine serves one
 * node alone.
 */
export interface TwoStores {
  readonly one: Storage
  readonly other: Storage
  readonly close: () => Promise<void>
}

/** Opens two stores over a new, empty database. */
export type OpenTwoStores = () => Promise<TwoStores>

/** A quota that nobody reaches. */
export const NO_QUOTA = 1_000_000

/** A key that no other test has, with another id and alias, changed as told. */
export function someKey(changes: Partial<Key> = {}): Key {
  const id = randomUUID() as KeyId
  return aKey({ id, alias: `alias-${id}`, ...changes })
}

/** The first version of a key. */
export function firstVersionOf(key: Key): StoredKeyVersion {
  return {
    keyId: key.id,
    version: FIRST_VERSION,
    materialId: randomUUID() as StoredKeyVersion['materialId'],
    origin: 'kms',
    wrappedMaterial: Uint8Array.from([1, 2, 255]),
    createdAt: key.createdAt,
  }
}

/** Stores a key that no other test has. */
export async function storedKey(storage: Storage, changes: Partial<Key> = {}): Promise<StoredKey> {
  const key = someKey(changes)
  const outcome = await storage.keys.insert(key, [firstVersionOf(key)], NO_QUOTA)
  const stored = await storage.keys.find(key.id)
  if (stored === undefined) throw new Error(`the key was not stored: ${outcome}`)
  return stored
}

/** Does something many times at once, by turns on one store and on the other. */
export function atOnce<T>(
  { one, other }: TwoStores,
  times: number,
  work: (storage: Storage, index: number) => Promise<T>,
): Promise<readonly T[]> {
  return Promise.all(
    Array.from({ length: times }, (_, index) => work(index % 2 === 0 ? one : other, index)),
  )
}
