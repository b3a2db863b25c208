import { countRecords, type Rewrapped, rewrapRecords } from '../backup/rewrap-records.ts'
import type { RootKeyId } from '../core/ids.ts'
import { RootKeyRing } from '../crypto/root-key.ts'
import { openRootKeys, type Seal } from '../ports/seal.ts'
import type { StoreEnd } from '../storage/copy/store-end.ts'
import { openPastRoots, pastRootsText, rootOfPastRoots } from './past-roots.ts'
import { PAST_ROOTS } from './root-facts.ts'
import { fact, putFact } from './root-place.ts'

/** Who is told how far the rewrapping is. */
export interface RewrapListener {
  readonly onRewrap: (records: number) => Promise<void>
  /** Told how many records were looked at since the last time. */
  readonly onRecords: (records: number) => void
}

/**
 * Goes over all records until a whole round finds none under another root key, and puts what is left of past
 * root keys under it too.
 */
export async function rewrapAll(
  store: StoreEnd,
  seal: Seal,
  to: RootKeyId,
  listener: RewrapListener,
): Promise<Rewrapped> {
  const ring = await ringWith(seal, to)
  let changed = 0
  for (;;) {
    const counts = await countRecords(store)
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
    if (total === (counts.get(to) ?? 0)) {
      await rewrapPast(store, ring, to)
      return { records: total, changed }
    }
    await listener.onRewrap(total)
    changed += (await rewrapRecords(store, ring, listener.onRecords)).changed
  }
}

/** All root keys of a seal, one of them current. @throws {Error} when it does not keep that */
export async function ringWith(seal: Seal, to: RootKeyId): Promise<RootKeyRing> {
  const kept = await openRootKeys(seal)
  const all = [kept.current, ...kept.former]
  const current = all.find(({ id }) => id === to)
  if (current === undefined) throw new Error(`the seal does not keep the root key ${to}`)
  return new RootKeyRing(
    current,
    all.filter((root) => root !== current),
  )
}

async function rewrapPast(store: StoreEnd, ring: RootKeyRing, to: RootKeyId): Promise<void> {
  const text = await fact(store, PAST_ROOTS)
  if (text === undefined || rootOfPastRoots(text) === to) return
  await putFact(store, PAST_ROOTS, pastRootsText(ring, openPastRoots(ring, text)))
}
