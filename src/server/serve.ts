import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { nextNoticeAt } from '../app/give-notice.ts'
import { type EpochMs, earliest } from '../core/time.ts'
import { randomHex } from '../crypto/random.ts'
import type { RootKeyRing } from '../crypto/root-key.ts'
import { makeFolder } from '../files/sync-path.ts'
import { connectionFigures } from '../http/open-connections.ts'
import { type Clock, systemClock } from '../ports/clock.ts'
import type { Storage } from '../ports/storage.ts'
import { makeTimePass, type SettableClock, VirtualClock } from '../scheduler/virtual-clock.ts'
import { LOCK_FILE, lockFolder } from '../storage/folder-lock.ts'
import { nodeName } from './audit-chains.ts'
import { startAuditSinks } from './audit-sinks.ts'
import { makeBackground } from './background.ts'
import { bootstrap, recordEndpoint } from './bootstrap.ts'
import { problemOfBounds } from './connection-bounds.ts'
import { openDataFolder } from './data-folder.ts'
import { followRoots } from './follow-roots.ts'
import { openFront, urlOf } from './front.ts'
import { guardedClock } from './guarded-clock.ts'
import { markGuarded } from './guarded-mark.ts'
import { tellStaleness } from './in-force.ts'
import { describeError, type Logger } from './log.ts'
import { newMachineMemory } from './machine-memory.ts'
import { machineMetrics } from './machine-metrics.ts'
import { metricsPage } from './metrics.ts'
import { warnOfOpenFolder } from './open-folder.ts'
import { awaitSeal, type OpenableSeal, type SealWatch } from './open-seal.ts'
import { clockStepLimitMs, SettingsError, workerCount } from './settings.ts'
import type { Settings } from './settings-table.ts'
import { openThreadParts, type ServeOverrides } from './thread-parts.ts'
import { startWorkerThreads } from './worker-threads.ts'

export { type SealedServer, type SealWatch, StoppedWhileSealed } from './open-seal.ts'
export type { ServeOverrides } from './thread-parts.ts'

/** A server that runs. */
export interface RunningServer {
  /** Scheme, host and port. */
  readonly url: string
  readonly directory: string
  /** Whether the first credentials were made at this start. */
  readonly isFirstStart: boolean
  /** How many threads serve requests. */
  readonly workers: number
  /** Lets milliseconds pass; undefined on the system's clock. */
  readonly advanceClock: ((stepMs: number) => Promise<void>) | undefined
  readonly clock: Clock
  readonly storage: Storage
  /** Fulfilled when the server cannot go on, with the reason. */
  readonly died: Promise<string>
  /** Answers what is under way, takes nothing new, writes everything down. */
  readonly stop: () => Promise<void>
}

/** What answers requests: this thread, or others. */
interface Serving {
  readonly url: string
  /** Fulfilled once all that answer have other root keys. */
  readonly takeRoots: (ring: RootKeyRing) => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * Builds the server that the settings ask for, and starts it. A server whose seal does not open by itself
 * waits until it is unsealed.
 *
 * @throws {StoppedWhileSealed}
 */
export async function serve(
  settings: Settings,
  log: Logger,
  overrides: ServeOverrides = {},
  watch: SealWatch = {},
): Promise<RunningServer> {
  const directory = resolve(settings.data)
  await makeFolder(directory)
  warnOfOpenFolder(directory, log)
  const opened = new AsyncDisposableStack()
  try {
    opened.defer(lockFolder(join(directory, LOCK_FILE)))
    const waited = await awaitSeal(directory, settings, log, opened, watch)
    return await serveFolder({ ...settings, listen: waited.listen }, log, overrides, waited, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

/**
 * As {@link serve}, once the data folder is ours.
 *
 * @param opened Takes what has to be closed, in the order in which it was opened.
 */
async function serveFolder(
  settings: Settings,
  log: Logger,
  overrides: ServeOverrides,
  { seal, endWaiting, tellUnsealed }: OpenableSeal,
  opened: AsyncDisposableStack,
): Promise<RunningServer> {
  const workers = workerCount(settings)
  const directory = resolve(settings.data)
  const memory = newMachineMemory(workers === 1 ? 0 : workers)
  const folder = await openDataFolder(directory, settings, log, memory, seal)
  opened.defer(() => folder.storage.close())
  await markGuarded(directory)
  const { root } = folder
  const tellRoots = () => tellUnsealed(root.all.map(({ id }) => id))
  tellRoots()
  const storage = overrides.storage?.(folder.storage) ?? folder.storage
  const isFirstStart =
    settings.identity === 'embedded' &&
    (await storage.exclusively('first start', () =>
      bootstrap({ directory, storage, root, clock: systemClock, region: settings.region }),
    ))

  await tellStaleness(storage.meta, settings['staleness-ms'])

  const virtual = virtualClockOf(settings.clock)
  const clocks = virtual === undefined ? {} : overrides.guard?.(virtual)
  const guarded =
    clocks &&
    guardedClock({
      memory: memory.buffers.clock,
      limitMs: clockStepLimitMs(settings),
      storage,
      ...clocks,
    })
  await guarded?.compare()
  const clock = guarded ?? virtual ?? systemClock
  const advanceClock =
    virtual &&
    makeTimePass({
      clock: guarded === undefined ? virtual : movedWith(virtual, guarded),
      nextDueAt: async (after) =>
        earliest(await storage.keys.nextDueAt(after), await nextNoticeAt(parts.deps)),
      async runDue() {
        await guarded?.compare()
        await background.scheduler.runDue()
        await guarded?.note()
      },
    })
  const syncSoon = () => background.scheduler.syncSoon()
  const sinks = await startAuditSinks(settings, memory, log)
  opened.defer(() => sinks.close())
  const parts = await openThreadParts({
    slot: 0,
    servers: workers,
    settings,
    log,
    memory,
    root,
    storage,
    clock,
    guardedClock: guarded,
    advanceClock,
    syncSoon,
    wrapAudit: overrides.audit,
  })
  opened.defer(() => parts.close())
  const background = makeBackground(parts)
  opened.defer(() => background.stop())
  const machine = machineMetrics({
    keys: storage.keys,
    outbox: storage.outbox,
    delivery: background.delivery,
    clockJumps: background.clockJumps,
    clock,
    guardedClock: guarded,
    tokens: parts.deps.tokens,
    certificate: settings['tls-cert'],
    auditSinks: () => sinks.figures(),
    isSealed: () => false,
    connections: () => connectionFigures(memory.buffers.connections),
  })
  const fewDescriptors = problemOfBounds(settings)
  if (fewDescriptors !== undefined) log.warn(fewDescriptors)
  const death = Promise.withResolvers<string>()
  await endWaiting()
  const serving = await (workers === 1 ? serveHere() : serveInThreads())
  opened.defer(() => serving.stop())
  const roots = followRoots({
    meta: folder.storage.meta,
    ring: root,
    seal,
    node: `${nodeName(settings)}/${randomHex(4)}`,
    log,
    async tell() {
      await parts.rootsChanged()
      await serving.takeRoots(root)
      tellRoots()
    },
  })
  opened.defer(() => roots.stop())
  await roots.look()
  await recordEndpoint(directory, settings['public-url'] ?? serving.url)
  background.delivery?.start()
  // A virtual clock does what is due when it is told to go on, and not by itself.
  if (virtual === undefined) background.start()

  async function serveHere(): Promise<Serving> {
    const page = async () => metricsPage([await machine.snapshot(), await parts.metrics.snapshot()])
    const front = await openFront(parts, { isShared: false, metricsPage: page })
    return {
      url: urlOf(front, settings),
      takeRoots: async () => undefined,
      stop: () => front.drain(),
    }
  }

  async function serveInThreads(): Promise<Serving> {
    const threads = await startWorkerThreads({
      settings,
      count: workers,
      memory,
      root,
      syncSoon,
      metricsPage: async () =>
        metricsPage([
          await machine.snapshot(),
          await parts.metrics.snapshot(),
          ...(await threads.snapshots()),
        ]),
      onDeath(slot, error) {
        log.fatal({ slot, error: describeError(error) }, 'a thread died')
        death.resolve(`thread ${slot} died`)
      },
    })
    return {
      url: urlOf(threads, settings),
      takeRoots: (ring) => threads.takeRoots(ring),
      stop: () => threads.stop(),
    }
  }

  return {
    url: serving.url,
    directory,
    isFirstStart,
    workers,
    advanceClock,
    clock,
    storage,
    died: death.promise,
    async stop() {
      memory.beginLeaving()
      // What falls due now is for whoever goes on; nobody waits for a backlog.
      const idle = background.stop()
      await setTimeout(settings['handover-ms'])
      await opened.disposeAsync()
      await idle
    },
  }
}

/** The believed time, which goes on as the clock does that is moved. */
function movedWith(virtual: VirtualClock, believed: Clock): SettableClock {
  return {
    now: believed.now,
    set: (time) => virtual.set((virtual.now() + time - believed.now()) as EpochMs),
  }
}

function virtualClockOf(text: string): VirtualClock | undefined {
  if (text === 'system') return undefined
  const match = /^virtual(?::(.+))?$/.exec(text)
  const start = match?.[1] === undefined ? Date.now() : Date.parse(match[1])
  if (match === null || Number.isNaN(start)) {
    throw new SettingsError({
      en: '--clock must be system, virtual or virtual:TIME (ISO 8601)',
      zh: '--clock 只能是 system、virtual 或 virtual:TIME（ISO 8601）',
    })
  }
  return new VirtualClock(start as EpochMs)
}
