import { LRUCache } from 'lru-cache'
import type { Grant } from '../core/grant.ts'
import type { KeyId, VersionNumber } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import type { LoadedVersion as LoadedMaterial } from '../crypto/suite.ts'
import type { Change } from '../ports/change-feed.ts'
import type { TokenCipher } from './token-keys.ts'

/** What a key costs in the cache besides its ciphers, in bytes, by estimate. */
const KEY_BYTES = 1024

/** A key version that is ready for use, here or in a token. */
export type LoadedVersion = LoadedMaterial | TokenCipher

/** A key with those of its versions that were used lately, ready for use. */
export interface WarmKey {
  readonly key: Key
  readonly versions: Map<VersionNumber, LoadedVersion>
  /** All grants on the key; undefined until somebody needed one. */
  grants: readonly Grant[] | undefined
}

/** Figures for metrics. */
export interface CacheFigures {
  readonly keys: number
  readonly bytes: number
  readonly hits: number
  readonly misses: number
}

/**
 * Keys in use, bounded by bytes, the least recently used dropped first. Material is held only inside
 * loaded versions and goes with them. What a change in the store touches is dropped, and what was being
 * loaded while a change came in is not kept.
 */
export class KeyCache {
  readonly #keys: LRUCache<KeyId, WarmKey>
  #changes = 0
  #hits = 0
  #misses = 0

  constructor(maxBytes: number) {
    this.#keys = new LRUCache<KeyId, WarmKey>({
      maxSize: maxBytes,
      sizeCalculation: (warm) => {
        let bytes = KEY_BYTES
        for (const loaded of warm.versions.values()) bytes += loaded.memoryBytes
        return bytes
      },
    })
  }

  /** The key, if it is warm. */
  get(keyId: KeyId): WarmKey | undefined {
    const warm = this.#keys.get(keyId)
    if (warm === undefined) this.#misses++
    else this.#hits++
    return warm
  }

  /** To be taken before a key is read from the store, and handed to {@link put} with it. */
  ticket(): number {
    return this.#changes
  }

  /** Keeps a key, unless something changed since `ticket` was taken. */
  put(warm: WarmKey, ticket: number): void {
    if (ticket === this.#changes) this.#keys.set(warm.key.id, warm)
  }

  /** Adds a version to a warm key. */
  addVersion(warm: WarmKey, version: VersionNumber, loaded: LoadedVersion): void {
    warm.versions.set(version, loaded)
    if (this.#keys.peek(warm.key.id) === warm) {
      this.#keys.delete(warm.key.id)
      this.#keys.set(warm.key.id, warm)
    }
  }

  /** Drops what `change` touches. */
  apply(change: Change): void {
    if (change.kind === 'keystore') this.clear()
    if (change.kind !== 'key') return
    this.#changes++
    this.#keys.delete(change.id as KeyId) // the change log holds ids of keys for this kind
  }

  /** Drops everything. */
  clear(): void {
    this.#changes++
    this.#keys.clear()
  }

  figures(): CacheFigures {
    return {
      keys: this.#keys.size,
      bytes: this.#keys.calculatedSize,
      hits: this.#hits,
      misses: this.#misses,
    }
  }
}
