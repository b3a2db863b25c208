import type { KeyVersion } from '../../client/index.ts'

/** How much a key is used. */
export interface KeyUse {
  readonly protects: number
  readonly opens: number
  /** Of `opens`, those of what versions before the primary one had protected. */
  readonly openedWithOld: number
}

/** Sums up the use of versions. */
export function useOf(
  versions: readonly Pick<KeyVersion, 'state' | 'protect_count' | 'open_count'>[],
): KeyUse {
  const sum = (of: typeof versions, name: 'protect_count' | 'open_count') =>
    of.reduce((all, version) => all + version[name], 0)
  return {
    protects: sum(versions, 'protect_count'),
    opens: sum(versions, 'open_count'),
    openedWithOld: sum(
      versions.filter(({ state }) => state !== 'primary'),
      'open_count',
    ),
  }
}
