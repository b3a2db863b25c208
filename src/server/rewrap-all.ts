import { countRecords, type Rewrapped, rewrapRecords } from '../backup/rewrap-records.ts'
import type { RootKeyId } from '../core/ids.ts'
import { type RootKey, RootKeyRing } from '../crypto/root-key.ts'
import { rowMacs } from '../crypto/row-macs.ts'
import { ROWS_GUARDED } from '../ports/meta-store.ts'
import { openRootKeys, type Seal } from '../ports/seal.ts'
import type { StoreEnd } from '../storage/copy/store-end.ts'
import { factState, guardedFact } from './guard-store.ts'
import { openPastRoots, pastRootsText, rootOfPastRoots } from './past-roots.ts'
import { PAST_ROOTS } from './root-facts.ts'
import { fact, putFact } from './root-place.ts'

/** Who is told how far the rewrapping is. */
export interface RewrapListener {
  readonly onRewrap: (records: number) => Promise<void>
  /** Told how many records were looked at since the last time. */
  readonly onRecords: (records: number) => void
}

/** Rows that could not be taken along to the new root key; all others were. */
export class RowsLeft extends Error {
  override readonly name = 'RowsLeft'
  /** The first of them, by table and key, with why. */
  readonly rows: readonly string[]
  readonly rowCount: number

  constructor(left: readonly string[]) {
    super(`${left.length} rows are not under the new root key`)
    this.rows = left.slice(0, MAX_NAMED)
    this.rowCount = left.length
  }
}

/** Rows that are named; the others are counted. */
const MAX_NAMED = 100

/**
 * Goes over all records and MACs until a whole round finds none under another root key, and puts what is left of
 * past root keys, and the fact that rows bear MACs, under it too.
 *
 * @throws {RowsLeft} when nothing more can be done but for rows that are damaged
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
      await renewGuardedFact(store, ring)
      return { records: total, changed }
    }
    await listener.onRewrap(total)
    const round = await rewrapRecords(store, ring, listener.onRecords)
    changed += round.changed
    if (round.changed === 0 && round.left.length > 0) throw new RowsLeft(round.left)
  }
}

/**
 * Refuses a store that has rows without MACs: to give them some is for the start of a server, once.
 *
 * @throws {Error}
 */
export async function requireGuarded(store: StoreEnd, root: RootKey): Promise<void> {
  if (factState(rowMacs(root), await fact(store, ROWS_GUARDED)) !== 'none') return
  throw new Error(
    'rows of the store do not bear MACs yet: start the server of this version on it once',
  )
}

async function renewGuardedFact(store: StoreEnd, ring: RootKeyRing): Promise<void> {
  const macs = rowMacs(ring)
  if (factState(macs, await fact(store, ROWS_GUARDED)) === 'former') {
    await putFact(store, ROWS_GUARDED, guardedFact(macs))
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
