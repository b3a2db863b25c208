import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { countRecords, type Rewrapped, rewrapRecords } from '../backup/rewrap-records.ts'
import type { RootKeyId } from '../core/ids.ts'
import { ROOT_KEY_BYTES, RootKeyRing, rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { systemClock } from '../ports/clock.ts'
import { ROOT_KEY_ID } from '../ports/meta-store.ts'
import { openRootKeys, type RootMaterials, type Seal } from '../ports/seal.ts'
import { openStoreToWrite } from '../storage/copy/open-ends.ts'
import type { StoreEnd, StorePlace } from '../storage/copy/store-end.ts'
import { DATABASE_FILE } from './data-folder.ts'
import { isServed } from './in-force.ts'
import {
  type NodeReport,
  parseReport,
  parseRotation,
  ROOT_NODE_PREFIX,
  ROOT_ROTATION,
  type RootRotation,
  type RotationStep,
} from './root-facts.ts'
import { placeOfStore, type StoreSettings } from './store-settings.ts'

/** Servers look every second; one that has much to do takes longer. */
const ANSWER_WITHIN_MS = 30_000
/** As long as servers that nobody counted have to tell of themselves. */
const ANSWER_AT_LEAST_MS = 3000
const LOOK_EVERY_MS = 100
/** How long a request that wrapped something under the old root key may take to write it. */
const REQUESTS_END_MS = 2000

/** The store whose root key is changed, and the seal of one of its nodes. */
export interface RotationPlace {
  readonly directory: string
  readonly settings: StoreSettings
  readonly seal: Seal
  /** How many servers run on the store, on PostgreSQL; on SQLite that is seen. */
  readonly nodes: number | undefined
}

/** Who is told how far the change is. */
export interface RotationListener {
  readonly onStep: (rotation: Pick<RootRotation, 'from' | 'to' | 'step'>) => void
  readonly onRewrap: (records: number) => Promise<void>
  /** Told how many records were looked at since the last time. */
  readonly onRecords: (records: number) => void
}

/** What a change of the root key came to. */
export interface RotatedRoot extends Rewrapped {
  readonly from: RootKeyId
  readonly to: RootKeyId
}

/** Servers do not have what they need to go on; nothing was changed that they cannot work with. */
export class NodesNotReady extends Error {
  override readonly name = 'NodesNotReady'
  readonly ready: number
  readonly of: number
  readonly to: RootKeyId
  /** Names of those that run and are not ready. */
  readonly late: readonly string[]

  constructor(facts: Pick<NodesNotReady, 'ready' | 'of' | 'to' | 'late'>) {
    super(`${facts.ready} of ${facts.of} servers are ready for the root key ${facts.to}`)
    this.ready = facts.ready
    this.of = facts.of
    this.to = facts.to
    this.late = facts.late
  }
}

/**
 * Changes the root key, while servers go on, and puts every record under the new one. Killed at any point,
 * it is to be called again and goes on. ADR 0061 says what holds after each step.
 *
 * @throws {NodesNotReady}
 */
export async function rotateRoot(
  place: RotationPlace,
  listener: RotationListener,
): Promise<RotatedRoot> {
  const store = await openStoreToWrite(storeOf(place))
  try {
    let rotation = await beginOrGoOn(store, place.seal)
    const reach = async (step: RotationStep) => {
      rotation = { ...rotation, step, at: systemClock.now() }
      await putFact(store, ROOT_ROTATION, JSON.stringify(rotation))
      listener.onStep(rotation)
    }
    const { from, to } = rotation
    listener.onStep(rotation)
    if (rotation.step === 'begun') await reach('announced')
    if (rotation.step === 'announced') {
      await awaitNodes(store, place, ({ held }) => held.includes(to), to)
      await putFact(store, ROOT_KEY_ID, to)
      await reach('rewrapping')
    }
    await awaitNodes(store, place, ({ current }) => current === to, to)
    if (serversOn(place) > 0) await setTimeout(REQUESTS_END_MS)
    const rewrapped = await rewrapAll(store, place.seal, to, listener)
    await putCurrentFirst(place.seal, to)
    await reach('rewrapped')
    return { from, to, ...rewrapped }
  } finally {
    await store.close()
  }
}

/** What there is to say of the root key of a store. */
export interface RootStatus {
  /** The one that the store names; undefined before the first start. */
  readonly current: string | undefined
  readonly rotation: RootRotation | undefined
  /** How many records are under each. */
  readonly records: ReadonlyMap<RootKeyId, number>
}

/** Looks at all records, opens none, and changes nothing. */
export async function rootStatus(
  place: Omit<RotationPlace, 'seal' | 'nodes'>,
): Promise<RootStatus> {
  const store = await openStoreToWrite(storeOf(place))
  try {
    return {
      current: await fact(store, ROOT_KEY_ID),
      rotation: parseRotation(await fact(store, ROOT_ROTATION)),
      records: await countRecords(store),
    }
  } finally {
    await store.close()
  }
}

/** The change that is under way, or a new one whose root key the seal keeps from now on. */
async function beginOrGoOn(store: StoreEnd, seal: Seal): Promise<RootRotation> {
  const current = await fact(store, ROOT_KEY_ID)
  const kept = await openRootKeys(seal)
  const isKept = (id: string) => [kept.current, ...kept.former].some((root) => root.id === id)
  if (current === undefined)
    throw new Error('no server ever ran on the store: it has no root key yet')
  if (!isKept(current)) {
    throw new Error(`the store needs the root key ${current}, which the seal here does not keep`)
  }
  const known = parseRotation(await fact(store, ROOT_ROTATION))
  if (known !== undefined && known.step !== 'rewrapped') {
    if (isKept(known.to)) return known
    if (known.step !== 'begun') {
      throw new Error(
        `the root key ${known.to} takes the place of ${known.from}, and the seal here does not keep it: ` +
          'go on where it was begun, or copy the root key file from there',
      )
    }
  }
  const material = SecretBytes.random(ROOT_KEY_BYTES)
  const { id: to } = rootKeyFrom(material)
  const from = current as RootKeyId // a server wrote it
  const rotation: RootRotation = { from, to, step: 'begun', at: systemClock.now() }
  // The name first: a key in the seal that nobody knows the purpose of would stay there for ever.
  await putFact(store, ROOT_ROTATION, JSON.stringify(rotation))
  const roots = await seal.unwrap()
  await seal.replace([...roots, material])
  for (const root of [...roots, material]) root.wipe()
  return rotation
}

/**
 * Waits until every server that runs is ready.
 *
 * @throws {NodesNotReady}
 */
async function awaitNodes(
  store: StoreEnd,
  place: RotationPlace,
  isReady: (report: NodeReport) => boolean,
  to: RootKeyId,
): Promise<void> {
  const isShared = place.settings.store !== undefined
  const expected = serversOn(place)
  if (expected === 0 && !isShared) return
  // What servers that are gone said does not count: those that run say it again.
  await store.query(`delete from meta where name like ${store.mark(1)}`, [`${ROOT_NODE_PREFIX}%`])
  const begunAtMs = performance.now()
  for (;;) {
    await setTimeout(LOOK_EVERY_MS)
    const tookMs = performance.now() - begunAtMs
    const reports = await reportsOf(store)
    const ready = [...reports.values()].filter(isReady).length
    const hadTime = !isShared || tookMs >= ANSWER_AT_LEAST_MS
    if (hadTime && ready >= expected && ready === reports.size) return
    if (tookMs < ANSWER_WITHIN_MS) continue
    const late = [...reports].filter(([, report]) => !isReady(report)).map(([name]) => name)
    throw new NodesNotReady({ ready, of: Math.max(expected, reports.size), to, late })
  }
}

/** How many servers run at least. */
function serversOn({ directory, settings, nodes }: RotationPlace): number {
  return settings.store === undefined ? Number(isServed(directory)) : (nodes ?? 0)
}

async function reportsOf(store: StoreEnd): Promise<ReadonlyMap<string, NodeReport>> {
  const text = `select name, value from meta where name like ${store.mark(1)}`
  const rows = await store.query(text, [`${ROOT_NODE_PREFIX}%`])
  return new Map(
    rows.map(({ name, value }) => [
      String(name).slice(ROOT_NODE_PREFIX.length),
      parseReport(String(value)),
    ]),
  )
}

/** Goes over all records until a whole round finds none under another root key. */
async function rewrapAll(
  store: StoreEnd,
  seal: Seal,
  to: RootKeyId,
  listener: RotationListener,
): Promise<Rewrapped> {
  const ring = await ringWith(seal, to)
  let changed = 0
  for (;;) {
    const counts = await countRecords(store)
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
    if (total === (counts.get(to) ?? 0)) return { records: total, changed }
    await listener.onRewrap(total)
    changed += (await rewrapRecords(store, ring, listener.onRecords)).changed
  }
}

async function ringWith(seal: Seal, to: RootKeyId): Promise<RootKeyRing> {
  const kept = await openRootKeys(seal)
  const all = [kept.current, ...kept.former]
  const current = all.find(({ id }) => id === to)
  if (current === undefined) throw new Error(`the seal does not keep the root key ${to}`)
  return new RootKeyRing(
    current,
    all.filter((root) => root !== current),
  )
}

/** The seal names first what new records are under, as it does when nothing is being changed. */
async function putCurrentFirst(seal: Seal, to: RootKeyId): Promise<void> {
  const roots = await seal.unwrap()
  const isCurrent = (material: SecretBytes) => rootKeyFrom(material).id === to
  const [current, ...more] = roots.filter(isCurrent)
  if (current === undefined || more.length > 0) throw new Error('the seal does not keep it once')
  const others = roots.filter((material) => material !== current)
  const ordered: RootMaterials = [current, ...others]
  if (roots[0] !== current) await seal.replace(ordered)
  for (const root of roots) root.wipe()
}

async function fact(store: StoreEnd, name: string): Promise<string | undefined> {
  const text = `select value from meta where name = ${store.mark(1)}`
  const [row] = await store.query(text, [name])
  return row === undefined ? undefined : String(row['value'])
}

async function putFact(store: StoreEnd, name: string, value: string): Promise<void> {
  const text =
    `insert into meta (name, value) values (${store.mark(1)}, ${store.mark(2)}) ` +
    'on conflict (name) do update set value = excluded.value'
  await store.query(text, [name, value])
}

function storeOf({ directory, settings }: Omit<RotationPlace, 'seal' | 'nodes'>): StorePlace {
  const place = placeOfStore(settings)
  return place === undefined
    ? { kind: 'sqlite', file: join(directory, DATABASE_FILE) }
    : { kind: 'postgres', place }
}
