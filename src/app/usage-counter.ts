import type { KeyId, VersionNumber } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import type { KeyUse, UsageStore, VersionUsage } from '../ports/usage-store.ts'

/** Most versions that one write of the store counts: so long does everybody else wait for it. */
const BATCH = 256

interface Count {
  readonly version: VersionNumber
  protectCount: number
  protectBytes: number
  openCount: number
  lastUsedAt: EpochMs
}

/**
 * Counts uses of keys in memory, where it costs a request next to nothing, and hands the counts to
 * the store now and then. What could not be written stays to be written; a process that is killed
 * takes with it what it counted since the last time.
 */
export class UsageCounter {
  /** Since when uses are counted: what came before is not among them. */
  readonly countedSince: EpochMs
  readonly #store: UsageStore
  #counts = new Map<KeyId, Count[]>()
  #writing: Promise<void> | undefined

  /** @param countedSince Since when uses are counted in this store. */
  constructor(store: UsageStore, countedSince: EpochMs) {
    this.#store = store
    this.countedSince = countedSince
  }

  /**
   * Counts a use.
   *
   * @param protectedBytes Bytes of plaintext, where a symmetric key protected some.
   */
  note(keyId: KeyId, version: VersionNumber, use: KeyUse, now: EpochMs, protectedBytes = 0): void {
    const count = this.#countOf(keyId, version)
    if (use === 'protect') count.protectCount++
    else count.openCount++
    count.protectBytes += protectedBytes
    if (now > count.lastUsedAt) count.lastUsedAt = now
  }

  /** Writes what was counted until now. @throws {StorageError} when some of it has to wait */
  async flush(): Promise<void> {
    // One after the other; what is counted while one writes is for the next.
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined)
    if (this.#counts.size === 0) return
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined
    })
    await this.#writing
  }

  /** What the store has counted of versions of one key, that stand in order of their numbers. */
  async ofVersions(
    versions: readonly Pick<VersionUsage, 'keyId' | 'version'>[],
  ): Promise<ReadonlyMap<VersionNumber, VersionUsage>> {
    const [first, last] = [versions[0], versions.at(-1)]
    if (first === undefined || last === undefined) return new Map()
    const bounds = [first.version, last.version].sort((one, two) => one - two)
    const [from = first.version, to = last.version] = bounds
    const found = await this.#store.ofVersions(first.keyId, from, to)
    return new Map(found.map((usage) => [usage.version, usage]))
  }

  async #write(): Promise<void> {
    const uses = [...this.#counts].flatMap(([keyId, counts]) =>
      counts.map((count): VersionUsage => ({ keyId, ...count })),
    )
    this.#counts = new Map()
    for (let from = 0; from < uses.length; from += BATCH) {
      try {
        await this.#store.add(uses.slice(from, from + BATCH))
      } catch (error) {
        for (const use of uses.slice(from)) this.#putBack(use)
        throw error
      }
    }
  }

  #putBack(use: VersionUsage): void {
    const { keyId, version, protectCount, protectBytes, openCount, lastUsedAt } = use
    const count = this.#countOf(keyId, version)
    count.protectBytes += protectBytes
    count.protectCount += protectCount
    count.openCount += openCount
    if (lastUsedAt > count.lastUsedAt) count.lastUsedAt = lastUsedAt
  }

  #countOf(keyId: KeyId, version: VersionNumber): Count {
    let counts = this.#counts.get(keyId)
    if (counts === undefined) {
      counts = []
      this.#counts.set(keyId, counts)
    }
    // Most keys are used in one version, few in more than two.
    let count = counts.find((one) => one.version === version)
    if (count === undefined) {
      count = { version, protectCount: 0, protectBytes: 0, openCount: 0, lastUsedAt: 0 as EpochMs }
      counts.push(count)
    }
    return count
  }
}
