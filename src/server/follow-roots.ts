import type { RootKey, RootKeyRing } from '../crypto/root-key.ts'
import { type MetaStore, ROOT_KEY_ID } from '../ports/meta-store.ts'
import { openRootKeys, type Seal } from '../ports/seal.ts'
import { describeError, type Logger } from './log.ts'
import { believedRoots } from './past-roots.ts'
import {
  type NodeReport,
  PAST_ROOTS,
  parseRotation,
  ROOT_NODE_PREFIX,
  ROOT_ROTATION,
} from './root-facts.ts'

/** How often a server looks whether its root key is being changed, in milliseconds. */
const LOOK_EVERY_MS = 1000

/** What follows a change of the root key. */
export interface FollowOptions {
  readonly meta: MetaStore
  readonly ring: RootKeyRing
  /** Reads its file anew each time. */
  readonly seal: Seal
  /** Name of this server, unlike that of any other on the store. */
  readonly node: string
  readonly log: Logger
  /** Tells the threads of new root keys; fulfilled when all have them. */
  readonly tell: () => Promise<void>
}

/** Watches the store for a change of the root key, and goes along with it. */
export interface RootFollower {
  /** Looks now, and not only when it is time. */
  readonly look: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Begins to watch. */
export function followRoots(options: FollowOptions): RootFollower {
  let looking: Promise<void> | undefined
  let isTold = false
  const look = () => {
    looking ??= attempt().finally(() => {
      looking = undefined
    })
    return looking
  }

  async function attempt(): Promise<void> {
    try {
      await follow(options)
      isTold = false
    } catch (error) {
      if (!isTold)
        options.log.error({ error: describeError(error) }, 'the root key cannot be changed')
      isTold = true
    }
  }

  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref()
  return {
    look,
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}

async function follow(options: FollowOptions): Promise<void> {
  const { meta, ring, node } = options
  const rotation = parseRotation(await meta.get(ROOT_ROTATION))
  if (rotation === undefined) return
  const wanted = (await meta.get(ROOT_KEY_ID)) ?? ring.id
  const next = rotation.step === 'begun' ? wanted : rotation.to
  await bringUpToDate(options, next, wanted)
  if (['begun', 'rewrapped', 'retired'].includes(rotation.step)) return
  const report: NodeReport = { current: ring.id, held: ring.all.map(({ id }) => id) }
  await meta.put(`${ROOT_NODE_PREFIX}${node}`, JSON.stringify(report))
}

async function bringUpToDate(
  { meta, ring, seal, log, tell }: FollowOptions,
  next: string,
  wanted: string,
): Promise<void> {
  const has = (id: string) => ring.all.some((root) => root.id === id)
  let all: readonly RootKey[] = ring.all
  if (ring.id !== wanted || !has(next)) {
    const kept = await openRootKeys(seal)
    // Those that are here stay the objects that they are: others may be at work with them.
    all = [...ring.all, ...[kept.current, ...kept.former].filter(({ id }) => !has(id))]
  }
  const believed = believedRoots(all, wanted, await meta.get(PAST_ROOTS))
  if (believed === undefined) {
    throw new Error(
      `the store goes over to the root key ${wanted}, which is not here: copy the root key file to this node`,
    )
  }
  if (namesOf(believed) === namesOf(ring)) return
  const [current, ...others] = believed.all
  ring.take(current, others, believed.past)
  await tell()
  log.info({ rootKeys: ring.all.map(({ id }) => id) }, 'took up root keys')
}

function namesOf({ all, past }: RootKeyRing): string {
  return [all, past].map((roots) => roots.map(({ id }) => id).join(' ')).join('; ')
}
