import type { EpochMs } from '../core/time.ts'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventOutbox, WaitingEvent } from '../ports/event-outbox.ts'
import type { PostEvent } from './post-event.ts'
import { endpointPauseMs, eventPauseMs } from './retry-times.ts'
import { signWebhook } from './sign-webhook.ts'

/** How often the store is asked for events that wait, in milliseconds. */
const TICK_MS = 1000
/** How many events are on their way at a time. */
export const MAX_AT_A_TIME = 8
/** How many events are taken up at a time. */
const BATCH = 32
/** Longest that a batch can last, in times that an answer may take, and one more. */
const LEASE_TIMEOUTS = BATCH / MAX_AT_A_TIME + 1
/** After so many failures in a row what is left of a batch is given back untried. */
const MANY_FAILURES = 3
/** How long events that are on their way may take when the server stops, in milliseconds. */
const STOP_MS = 2000

/** What is told of deliveries. */
export interface DeliveryEvents {
  /** An attempt has ended. */
  readonly attempted: (outcome: 'delivered' | 'failed') => void
  /** The receiver fails; told at the 1st, 2nd, 4th, 8th … failure in a row. */
  readonly receiverFails: (reason: string, failures: number) => void
  readonly receiverRecovered: (failures: number) => void
  /** The receiver wants no more events. */
  readonly receiverGone: () => void
  /** Something else failed; it is tried again. */
  readonly failed: (error: unknown) => void
}

/** What events are delivered with. */
export interface DeliveryParts {
  readonly outbox: EventOutbox
  readonly post: PostEvent
  /** How long an attempt may take at most. */
  readonly timeoutMs: number
  /** What events are signed with, as it is now. */
  readonly secrets: () => readonly SecretBytes[]
  /** Wall-clock time. */
  readonly clock: Clock
  readonly events: DeliveryEvents
}

/**
 * Delivers events from the outbox to a receiver, until it takes them: each at least once, under the
 * same id whenever it is sent again, about in the order in which they happened. Nodes share the work.
 */
export class EventDelivery {
  readonly #parts: DeliveryParts
  readonly #stopping = new AbortController()
  readonly #cutOff = new AbortController()
  #failures = 0
  /** Batches in a row of which nothing was taken: what goes out together fails together. */
  #failedBatches = 0
  #isGone = false
  #loop: Promise<void> | undefined

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** Whether the receiver has said that it wants no more events. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Begins to deliver. */
  start(): void {
    this.#loop ??= this.#deliverAll()
  }

  /** Stops; what is on its way may still arrive for a moment. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    const timer = setTimeout(() => this.#cutOff.abort(), STOP_MS)
    await this.#loop
    clearTimeout(timer)
  }

  async #deliverAll(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted && !this.#isGone) {
      let took = 0
      try {
        took = await this.#deliverBatch()
      } catch (error) {
        this.#parts.events.failed(error)
      }
      if (this.#failures > 0) await pause(endpointPauseMs(this.#failedBatches), signal)
      else if (took === 0) await pause(TICK_MS, signal)
    }
  }

  async #deliverBatch(): Promise<number> {
    const { outbox, clock, timeoutMs } = this.#parts
    const now = clock.now()
    // Nobody else takes them up meanwhile; if this node dies, somebody does then.
    const lease = (now + LEASE_TIMEOUTS * timeoutMs) as EpochMs
    const isFailing = this.#failures > 0
    const batch = [...(await outbox.claim(now, lease, isFailing ? 1 : BATCH))]
    const took = batch.length
    const failuresBefore = this.#failures
    const delivered: string[] = []
    const isHopeless = () => this.#failures >= failuresBefore + MANY_FAILURES
    const line = async () => {
      for (let event = batch.shift(); event !== undefined; event = batch.shift()) {
        if (this.#mustStop() || isHopeless()) await this.#giveBack(event)
        else await this.#deliver(event, delivered)
      }
    }
    const lines = await Promise.allSettled(Array.from({ length: MAX_AT_A_TIME }, line))
    if (delivered.length > 0) this.#failedBatches = 0
    if (took > 0 && this.#failures > 0) this.#failedBatches++
    await outbox.delivered(delivered)
    for (const { reason } of lines.filter((one) => one.status === 'rejected')) throw reason
    return took
  }

  #mustStop(): boolean {
    return this.#stopping.signal.aborted || this.#isGone
  }

  /** Gives an event back that was taken up and not sent. */
  async #giveBack(event: WaitingEvent): Promise<void> {
    const { outbox, clock } = this.#parts
    const nextAt = (clock.now() + endpointPauseMs(this.#failedBatches + 1)) as EpochMs
    await outbox.postpone(event.id, nextAt, undefined)
  }

  async #deliver(event: WaitingEvent, delivered: string[]): Promise<void> {
    const { outbox, post, secrets, clock, events } = this.#parts
    const atSeconds = Math.floor(clock.now() / 1000)
    const headers = signWebhook(secrets(), event.id, atSeconds, event.body)
    const outcome = await post({ ...headers }, event.body, this.#cutOff.signal)
    switch (outcome.kind) {
      case 'delivered':
        delivered.push(event.id)
        events.attempted('delivered')
        if (this.#failures > 0) events.receiverRecovered(this.#failures)
        this.#failures = 0
        return
      case 'gone':
        if (!this.#isGone) events.receiverGone()
        this.#isGone = true
        await outbox.postpone(event.id, clock.now(), 'HTTP 410')
        return
      case 'failed': {
        events.attempted('failed')
        this.#failures++
        if (Number.isInteger(Math.log2(this.#failures))) {
          events.receiverFails(outcome.reason, this.#failures)
        }
        const waitMs = Math.max(eventPauseMs(event.attempts + 1), outcome.retryAfterMs ?? 0)
        await outbox.postpone(event.id, (clock.now() + waitMs) as EpochMs, outcome.reason)
        return
      }
      default:
        throw outcome satisfies never
    }
  }
}

/** Waits so long, or until `signal` ends it. It does not keep the process alive. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms).unref()
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
}
