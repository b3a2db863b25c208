import { setTimeout } from 'node:timers/promises'
import type { RootKeyId } from '../core/ids.ts'
import type { StoreEnd } from '../storage/copy/store-end.ts'
import { isServed } from './in-force.ts'
import { type NodeReport, parseReport, ROOT_NODE_PREFIX } from './root-facts.ts'
import type { RotationPlace } from './root-place.ts'

/** Servers look every second; one that has much to do takes longer. */
const ANSWER_WITHIN_MS = 30_000
/** As long as servers that nobody counted have to tell of themselves. */
const ANSWER_AT_LEAST_MS = 3000
const LOOK_EVERY_MS = 100
/** How long a request that wrapped something under the old root key may take to write it. */
export const REQUESTS_END_MS = 2000

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
 * Waits until every server that runs is ready.
 *
 * @throws {NodesNotReady}
 */
export async function awaitNodes(
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
export function serversOn({ directory, settings, nodes }: RotationPlace): number {
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
