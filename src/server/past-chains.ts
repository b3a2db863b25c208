import { createPublicKey, type KeyObject } from 'node:crypto'
import { isGenuine } from '../audit/checkpoint.ts'
import { CHAIN_START } from '../audit/format.ts'
import { findNewestFile, readChainEnd } from '../audit/recover.ts'
import type { EpochMs } from '../core/time.ts'
import { ed25519Key } from '../crypto/ed25519-key.ts'
import type { PastChain, PastRoot, RootKey } from '../crypto/root-key.ts'
import type { AuditCheckpoint } from '../ports/audit-log.ts'
import type { Row, StoreEnd } from '../storage/copy/store-end.ts'
import { auditFolders } from './audit-chains.ts'
import type { RotationPlace } from './root-place.ts'

/** The root keys on whose word is decided where chains stand. */
export interface RootsAtDrop {
  /** Seals all that is written now. */
  readonly current: RootKey
  /** Are dropped. */
  readonly dropped: readonly RootKey[]
  /** Were dropped before. */
  readonly past: readonly PastRoot[]
}

/**
 * Where the audit chains of a store stand once every server seals by `current` alone, so that what stands after it
 * is by no other. A chain whose files are here is read. Of the others the newest checkpoint tells: one by
 * `current` was made after the last seal by another; a chain with an older one is open, for whoever wrote it
 * may have been killed before its next checkpoint.
 */
export async function chainsAtDrop(
  store: StoreEnd,
  place: Omit<RotationPlace, 'seal' | 'nodes'>,
  roots: RootsAtDrop,
): Promise<ReadonlyMap<string, PastChain>> {
  const found = new Map<string, PastChain>()
  for (const chain of await registeredChains(store)) {
    const stood = standsBy(await newestCheckpoint(store, chain), chain, roots)
    if (stood !== undefined) found.set(chain, stood)
  }
  const { store: url } = place.settings
  const settings = { data: place.directory, 'node-name': undefined, store: url }
  for (const { directory } of await auditFolders(settings)) {
    const newest = findNewestFile(directory)
    if (newest === undefined) continue
    const vouched = (await newestCheckpoint(store, newest.chain))?.count ?? 0
    const end = readChainEnd(directory, newest, vouched)
    // A log that was cut is not what counts.
    if (end.count >= vouched) found.set(newest.chain, { ...end, isOpen: false })
  }
  return found
}

/** What a checkpoint says of a chain; undefined where no root key that is dropped now has sealed any of it. */
function standsBy(
  newest: AuditCheckpoint | undefined,
  chain: string,
  { current, dropped, past }: RootsAtDrop,
): PastChain | undefined {
  if (newest === undefined) return { count: 0, head: CHAIN_START, isOpen: true }
  const { count, head } = newest
  const isBy = (root: RootKey) => isGenuine(newest, publicKeyOf(root))
  if (isBy(current)) return { count, head, isOpen: false }
  if (dropped.some(isBy)) return { count, head, isOpen: true }
  const before = past.find(({ checkpointPublic }) => isGenuine(newest, checkpointPublic))
  if (before === undefined) return { count: 0, head: CHAIN_START, isOpen: true }
  const wasOpen = before.chains.get(chain)?.isOpen ?? false
  return wasOpen ? { count, head, isOpen: true } : undefined
}

function publicKeyOf({ checkpoint }: RootKey): KeyObject {
  return createPublicKey(ed25519Key(checkpoint))
}

async function registeredChains(store: StoreEnd): Promise<readonly string[]> {
  const rows = await store.query('select chain from audit_chains order by chain')
  return rows.map(({ chain }) => String(chain))
}

async function newestCheckpoint(
  store: StoreEnd,
  chain: string,
): Promise<AuditCheckpoint | undefined> {
  const text =
    'select chain, "count", head, signature, "at" from checkpoints ' +
    `where chain = ${store.mark(1)} order by "count" desc limit 1`
  const [row] = await store.query(text, [chain])
  return row && toCheckpoint(row)
}

function toCheckpoint({ chain, count, head, signature, at }: Row): AuditCheckpoint {
  return {
    chain: String(chain),
    count: Number(count),
    head: bytesOf(head),
    signature: bytesOf(signature),
    at: Number(at) as EpochMs, // a server wrote it
  }
}

function bytesOf(value: Row[string] | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new Error('a checkpoint of the audit log has no bytes where it should')
}
