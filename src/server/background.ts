import type { EpochMs } from '../core/time.ts'
import { type ClockDoubt, systemClock } from '../ports/clock.ts'
import type { Storage } from '../ports/storage.ts'
import { Scheduler, type SchedulerEvents } from '../scheduler/scheduler.ts'
import { describeError } from './log.ts'
import type { ThreadParts } from './thread-parts.ts'
import { type Delivery, makeDelivery } from './webhook.ts'
import { destructionRecord, expiryRecord } from './work-records.ts'

/** How long the change log is kept: far longer than anybody may go without reading it. */
const KEEP_CHANGES_MS = 60 * 60 * 1000
const HOUSEKEEPING_MS = 10 * 60 * 1000

/** How often the clock of the system has jumped. */
export interface ClockJumps {
  readonly back: number
  readonly forward: number
  readonly stopped: number
}

const DOUBTS = {
  step: 'the clock moved by more than --clock-step-limit: nothing is destroyed or expires until it is right again, or keyturn clock confirm says that it is',
  database:
    'the clock and that of the database differ by more than --clock-step-limit: nothing is destroyed or expires until they agree',
} as const satisfies Record<ClockDoubt, string>

/** Work that no request asks for: once on a machine, whatever the number of its threads. */
export interface Background {
  readonly scheduler: Scheduler
  /** Delivers events; undefined when nobody wants them. */
  readonly delivery: Delivery | undefined
  readonly clockJumps: ClockJumps
  /** Begins to do what is due by itself. */
  readonly start: () => void
  readonly stop: () => Promise<void>
}

/** Makes ready to rotate, destroy, expire and forget what is due. */
export function makeBackground(parts: ThreadParts): Background {
  const { deps, audit, log, metrics, storage, memory } = parts
  const clockJumps = { back: 0, forward: 0, stopped: 0 }
  const events: SchedulerEvents = {
    async destroyed(key, at) {
      metrics.countDestruction()
      log.info({ keyId: key.id, at }, 'key destroyed')
      await audit.append(destructionRecord(key, at))
    },
    async expired(key, at) {
      log.info({ keyId: key.id, at }, 'imported material expired')
      await audit.append(expiryRecord(key, at))
    },
    failed: (error) =>
      log.error({ error: describeError(error) }, 'the scheduler failed; it goes on'),
    clockWentBack(from, to) {
      clockJumps.back++
      log.warn({ from, to }, 'the clock went back')
    },
    clockWentForward(from, to) {
      clockJumps.forward++
      log.warn({ from, to }, 'the clock jumped forward, or the machine was asleep')
    },
    clockStopped(at) {
      clockJumps.stopped++
      log.warn({ at }, 'the clock stands still')
    },
    clockDoubted(doubt, aheadMs) {
      if (doubt === undefined) log.warn({ aheadMs }, 'the clock is believed again')
      else log.error({ doubt, aheadMs }, DOUBTS[doubt])
    },
  }
  const delivery = makeDelivery(parts.settings, storage.outbox, log)
  const scheduler = new Scheduler(deps, events, { requestsServed: memory.requestsServed })
  const housekeeping = setInterval(() => {
    keepHouse(storage, deps.clock.now(), deps.guardedClock?.now()).catch((error) =>
      log.warn({ error: describeError(error) }, 'housekeeping failed'),
    )
  }, HOUSEKEEPING_MS).unref()
  return {
    scheduler,
    delivery,
    clockJumps,
    start: () => scheduler.start(),
    async stop() {
      clearInterval(housekeeping)
      await Promise.all([scheduler.stop(), delivery?.stop()])
    },
  }
}

/**
 * Forgets what nobody needs any more.
 *
 * @param keyTime The time for keys.
 * @param believedTime The time of the system as far as it is believed.
 * @param systemTime What the clock of the system says.
 */
export async function keepHouse(
  storage: Pick<Storage, 'changes' | 'identity' | 'outbox'>,
  keyTime: EpochMs,
  believedTime = systemClock.now(),
  systemTime = systemClock.now(),
): Promise<void> {
  // With a clock that runs ahead tokens that were revoked would come to life when it is right again.
  const now = Math.min(systemTime, believedTime) as EpochMs
  await storage.changes.forget((now - KEEP_CHANGES_MS) as EpochMs)
  await storage.identity.forgetRevokedTokens(now)
  await storage.outbox.forget(keyTime)
}
