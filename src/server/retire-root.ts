import { setTimeout } from 'node:timers/promises'
import { TOKEN_LIFETIME_MS } from '../auth/token.ts'
import type { RootKeyId } from '../core/ids.ts'
import { pastRootOf } from '../crypto/past-roots.ts'
import { allRootKeys, rootKeyFrom } from '../crypto/root-key.ts'
import { systemClock } from '../ports/clock.ts'
import { ROOT_KEY_ID } from '../ports/meta-store.ts'
import type { Seal } from '../ports/seal.ts'
import { openStoreToWrite } from '../storage/copy/open-ends.ts'
import type { StoreEnd } from '../storage/copy/store-end.ts'
import { awaitNodes, REQUESTS_END_MS, serversOn } from './await-nodes.ts'
import { holderName, holdingSeal } from './hold-root.ts'
import { chainsAtDrop } from './past-chains.ts'
import { openPastRoots, pastRootsText } from './past-roots.ts'
import { rewrapAll, ringWith } from './rewrap-all.ts'
import {
  isUnderWay,
  PAST_ROOTS,
  parseRotation,
  ROOT_ROTATION,
  type RotationStep,
} from './root-facts.ts'
import { fact, putFact, type RotationPlace, storeOf } from './root-place.ts'
import type { RotationListener } from './rotate-root.ts'

/** Why old root keys are not dropped now; nothing was changed. */
export class RetireRefusal extends Error {
  override readonly name = 'RetireRefusal'
  /** `nothing`, the root key was never changed; `unfinished`, a change is under way; `early`, sign-ins last. */
  readonly kind: 'nothing' | 'unfinished' | 'early'
  /** How long tokens of before may still last; 0 unless `early`. */
  readonly waitMs: number

  constructor(kind: RetireRefusal['kind'], waitMs = 0) {
    super(`no root key is dropped: ${kind}`)
    this.kind = kind
    this.waitMs = waitMs
  }
}

/**
 * Drops every root key but the current one, after a change of it: servers believe them no more, then the seal
 * keeps them no more. What verifies older parts of the audit log and older statements stays in the store. Killed
 * at any point, it is to be called again. ADR 0066 says what holds after each step.
 *
 * @param endsSignIns Whether it may be done while tokens made under an old root key would still be good.
 * @returns Ids of those that were dropped.
 * @throws {RetireRefusal}
 * @throws {NodesNotReady}
 * @throws {RowsLeft}
 * @throws {HeldByAnother} before anything was changed
 */
export async function retireRoots(
  place: RotationPlace,
  listener: RotationListener,
  endsSignIns: boolean,
): Promise<readonly RootKeyId[]> {
  return holdingSeal(place, 'root retire', () => retire(place, listener, endsSignIns))
}

async function retire(
  place: RotationPlace,
  listener: RotationListener,
  endsSignIns: boolean,
): Promise<readonly RootKeyId[]> {
  const store = await openStoreToWrite(storeOf(place), holderName('root retire'))
  try {
    const rotation = parseRotation(await fact(store, ROOT_ROTATION))
    if (rotation === undefined) throw new RetireRefusal('nothing')
    if (isUnderWay(rotation.step)) throw new RetireRefusal('unfinished')
    const { to } = rotation
    if ((await fact(store, ROOT_KEY_ID)) !== to) throw new RetireRefusal('unfinished')
    const reach = async (step: RotationStep) => {
      const reached = { ...rotation, step, at: systemClock.now() }
      await putFact(store, ROOT_ROTATION, JSON.stringify(reached))
      listener.onStep(reached)
    }
    const ring = await ringWith(place.seal, to)
    const past = openPastRoots(ring, await fact(store, PAST_ROOTS))
    const added = ring.others.filter((root) => past.every(({ id }) => id !== root.id))
    // Those that are past already nobody believes: there is nothing to wait for.
    const waitMs = added.length === 0 ? 0 : rotation.at + TOKEN_LIFETIME_MS - systemClock.now()
    if (waitMs > 0 && !endsSignIns) throw new RetireRefusal('early', waitMs)
    await rewrapAll(store, place.seal, to, listener)
    if (added.length > 0) {
      // Since the change was done all servers seal by the current one: what a dropped one sealed is there.
      const current = ring.all[0]
      const chains = await chainsAtDrop(store, place, { current, dropped: added, past })
      const all = [...past, ...added.map((root) => pastRootOf(root, chains))]
      // From here on no server that starts believes them; those that run follow within a second.
      await putFact(store, PAST_ROOTS, pastRootsText(ring, all))
    }
    await reach('retiring')
    await awaitDropped(store, place, to)
    // A server may have wrapped something under an old one until it dropped it.
    await rewrapAll(store, place.seal, to, listener)
    await keepOnly(place.seal, to)
    await reach('retired')
    return allRootKeys(ring).flatMap(({ id }) => (id === to ? [] : [id]))
  } finally {
    await store.close()
  }
}

async function awaitDropped(store: StoreEnd, place: RotationPlace, to: RootKeyId): Promise<void> {
  await awaitNodes(store, place, ({ held }) => held.every((id) => id === to), to)
  if (serversOn(place) > 0) await setTimeout(REQUESTS_END_MS)
}

async function keepOnly(seal: Seal, to: RootKeyId): Promise<void> {
  const roots = await seal.unwrap()
  try {
    const current = roots.find((material) => rootKeyFrom(material).id === to)
    if (current === undefined) throw new Error(`the seal does not keep the root key ${to}`)
    if (roots.length > 1) await seal.replace([current])
  } finally {
    for (const root of roots) root.wipe()
  }
}
