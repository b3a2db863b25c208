import { join } from 'node:path'
import type { RootKey } from '../crypto/root-key.ts'
import { type RowMacs, rowMacs } from '../crypto/row-macs.ts'
import { ROWS_GUARDED } from '../ports/meta-store.ts'
import { type DamagedRow, everyGuardedRow, GUARDED_TABLES, nameOfRow } from '../ports/row-guard.ts'
import type { Storage } from '../ports/storage.ts'
import { GUARDED_MARK, isMarkedGuarded } from './guarded-mark.ts'
import type { Logger } from './log.ts'

/** What the fact that all rows bear MACs is a MAC of. */
const FACT_TEXT = `keyturn/v1/rows-guarded;${GUARDED_TABLES.join(',')}`

/** How long nothing more is said of a damaged row that somebody asks for again. */
const SAY_AGAIN_MS = 60_000
/** Rows that are remembered as told of. */
const MOST_TOLD = 1000

/**
 * Guards the rows of a store. One that an older version of Keyturn wrote is guarded from now on: its rows
 * get their MACs as they are, once, before anything is served; a crash on the way is made good by the next start.
 *
 * @param directory The data folder, whose mark says that they have them already.
 * @throws {Error} when the fact that the rows are guarded was changed, or taken away
 */
export async function guardStore(
  storage: Storage,
  root: RootKey,
  log: Logger,
  directory: string,
): Promise<void> {
  const macs = rowMacs(root)
  watchRows(storage, macs, log)
  if (await isGuarded(storage, macs)) return
  await requireUnmarked(storage, directory)
  // One node does it; the others wait, and find it done.
  await storage.exclusively('row MACs', async () => {
    if (await isGuarded(storage, macs)) return
    let written = 0
    await everyGuardedRow(storage.guard, 'begin', (batch) => {
      written += batch.written
    })
    if (written > 0) {
      log.warn(
        { rows: written },
        'rows of keys and versions were without MACs and have them now: right once, at the first ' +
          'start after an upgrade; at any other time somebody took the MACs away',
      )
    }
    await storage.meta.put(ROWS_GUARDED, guardedFact(macs))
  })
}

/** A store with keys that had MACs and has none is not the one that it was. */
async function requireUnmarked({ guard }: Storage, directory: string): Promise<void> {
  if (!isMarkedGuarded(directory)) return
  const { rows } = await guard.batch('keys', 'check', 1, undefined)
  if (rows === 0) return
  throw new Error(
    'the store does not say that its rows bear MACs, but it did: somebody took that away, or put a store of an ' +
      `older version in its place. If that was you, remove ${join(directory, GUARDED_MARK)}; ` +
      'otherwise restore the store from a backup, and find out who did it',
  )
}

async function isGuarded({ meta }: Storage, macs: RowMacs): Promise<boolean> {
  return factState(macs, await meta.get(ROWS_GUARDED)) !== 'none'
}

/** What the fact that every row bears a MAC is to be, under the current root key. */
export function guardedFact(macs: RowMacs): string {
  return Buffer.from(macs.of(FACT_TEXT)).toString('hex')
}

/**
 * How it stands with the fact that every row bears a MAC: it is under the `current` root key or a `former` one,
 * or there is `none`.
 *
 * @throws {Error} when it was changed
 */
export function factState(macs: RowMacs, fact: string | undefined): 'current' | 'former' | 'none' {
  if (fact === undefined) return 'none'
  const state = macs.check(FACT_TEXT, Buffer.from(fact, 'hex'))
  if (state !== 'wrong') return state
  throw new Error(
    'the fact in the store that its rows are guarded was changed by something else than Keyturn: ' +
      'restore the store from a backup, or find out who did it',
  )
}

/** Rows of a store are written and read with MACs from now on; the log names those that are damaged. */
export function watchRows(storage: Storage, macs: RowMacs, log: Logger): void {
  const toldAtMs = new Map<string, number>()
  storage.guard.watch(macs, ({ row }: DamagedRow) => {
    const name = nameOfRow(row)
    const nowMs = performance.now()
    const before = toldAtMs.get(name)
    if (before !== undefined && nowMs - before < SAY_AGAIN_MS) return
    if (toldAtMs.size >= MOST_TOLD) toldAtMs.clear()
    toldAtMs.set(name, nowMs)
    const { table, keyId, version } = row
    log.error(
      { table, keyId, version },
      'a row of the store was changed by something else than Keyturn, and is not used',
    )
  })
}
