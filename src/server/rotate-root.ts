import { setTimeout } from 'node:timers/promises'
import { countRecords, type RecordCounts, type Rewrapped } from '../backup/rewrap-records.ts'
import type { RootKeyId } from '../core/ids.ts'
import { ROOT_KEY_BYTES, RootKeyRing, rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { systemClock } from '../ports/clock.ts'
import { ROOT_KEY_ID } from '../ports/meta-store.ts'
import { openRootKeys, type RootMaterials, type Seal } from '../ports/seal.ts'
import { openSource, openStoreToWrite } from '../storage/copy/open-ends.ts'
import type { StoreEnd } from '../storage/copy/store-end.ts'
import { awaitNodes, REQUESTS_END_MS, serversOn } from './await-nodes.ts'
import { holderName, holdingSeal } from './hold-root.ts'
import { type RewrapListener, requireGuarded, rewrapAll } from './rewrap-all.ts'
import {
  isUnderWay,
  parseRotation,
  ROOT_ROTATION,
  type RootRotation,
  type RotationStep,
} from './root-facts.ts'
import { fact, putFact, type RotationPlace, storeOf } from './root-place.ts'

/** Who is told how far the change is. */
export interface RotationListener extends RewrapListener {
  readonly onStep: (rotation: Pick<RootRotation, 'from' | 'to' | 'step'>) => void
}

/** What a change of the root key came to. */
export interface RotatedRoot extends Rewrapped {
  readonly from: RootKeyId
  readonly to: RootKeyId
}

/**
 * Changes the root key, while servers go on, and puts every record under the new one. Killed at any point,
 * it is to be called again and goes on. ADR 0061 says what holds after each step.
 *
 * @throws {NodesNotReady}
 * @throws {RowsLeft}
 * @throws {HeldByAnother} before anything was changed
 */
export async function rotateRoot(
  place: RotationPlace,
  listener: RotationListener,
): Promise<RotatedRoot> {
  return holdingSeal(place, 'root rotate', () => rotate(place, listener))
}

async function rotate(place: RotationPlace, listener: RotationListener): Promise<RotatedRoot> {
  const store = await openStoreToWrite(storeOf(place), holderName('root rotate'))
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
  /** How many records and MACs are under each. */
  readonly records: RecordCounts
}

/** Looks at all records, opens none, and changes nothing. */
export async function rootStatus(
  place: Omit<RotationPlace, 'seal' | 'nodes'>,
): Promise<RootStatus> {
  const store = await openSource(storeOf(place))
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
  await requireGuarded(store, new RootKeyRing(kept.current, kept.former))
  const known = parseRotation(await fact(store, ROOT_ROTATION))
  if (known !== undefined && isUnderWay(known.step)) {
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
