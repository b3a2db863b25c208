import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../../ports/clock.ts'
import { recordNumber } from '../format.ts'
import type { ThreadFolder } from '../log-reader.ts'
import { lineTime } from '../record-line.ts'
import type { AuditSink } from './audit-sink.ts'
import { FollowedChains } from './followed-chains.ts'
import { readPlaces, type SinkPlaces, writePlaces } from './sink-places.ts'
import { SINK_TIMEOUT_MS } from './sink-timeout.ts'

const POLL_MS = 100
const JUDGE_MS = 200
const MAX_RETRY_PAUSE_MS = 2000
/** How long closing waits for what is left to be sent. */
const CLOSE_MS = 5000
/** So much may be unsettled: it is what is sent again after a failure. */
const SETTLE_AFTER_BYTES = 8 * 1024 * 1024
/** A receiver that so often in turn, from the first, does not close its side never does. */
const MAX_UNKNOWN_SETTLES = 3
/** How long the receipt is awaited of a receiver that gave one before: it may have much to read yet. */
const RECEIPT_MS = 60_000
/** How long that of one that is believed without. */
const NO_RECEIPT_MS = 500
const NO_RECEIPT = 'the receiver did not close its side: whether it has everything is unknown'

/** What a forwarder needs. */
export interface ForwarderOptions {
  /** Name of the sink; how far it was served is in `sink-NAME` beside the log. */
  readonly name: string
  readonly sink: AuditSink
  /** Folder of the log. */
  readonly directory: string
  /** The folders of all threads that ever wrote there. */
  readonly folders: () => Promise<readonly ThreadFolder[]>
  readonly clock: Clock
  /** For how long a record may be in the files alone before it is late. */
  readonly lagMs: number
  /** Told when the sink fails, is late, or is well again. */
  readonly tell: (state: SinkState) => void
}

/** How a sink is. */
export interface SinkState {
  readonly name: string
  /** Whether records wait for longer than they may, or could not be sent for so long. */
  readonly isLate: boolean
  /** Why nothing can be sent now; undefined when it can. */
  readonly problem: string | undefined
}

/** Figures of a sink for metrics. */
export interface SinkFigures extends SinkState {
  /** Lines sent, also again. */
  readonly lines: number
  readonly failures: number
}

/**
 * Brings the lines of all chains of a node to a sink, out of the files, which are its queue: so it
 * takes no memory, and a restart goes on where it was. After a failure it begins again where all is
 * known to have arrived: a line may come twice, none is left out.
 */
export class Forwarder {
  readonly #options: ForwarderOptions
  readonly #path: string
  readonly #chains: FollowedChains
  readonly #judging: NodeJS.Timeout
  readonly #stopped = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #settled: SinkPlaces
  /** Places that are reached once nothing sent is unsure any more, with the bytes sent up to them. */
  #marks: { readonly bytes: number; readonly places: SinkPlaces }[] = []
  #sentBytes = 0
  #settledBytes = 0
  #settledAtMs = performance.now()
  readonly #startedAt: number
  /** Whether the receiver ever gave a receipt; never: it is believed without. */
  #receipts: 'unknown' | 'given' | 'never' = 'unknown'
  #unknownSettles = 0
  /** Until a receipt says otherwise it may be that what is sent arrives nowhere: a load balancer takes it as well. */
  #isDoubted = true
  /** Highest number that was sent of each chain. */
  readonly #furthest = new Map<string, number>()
  #oldestUnsentAt: number | undefined
  #brokenSinceMs: number | undefined
  #problem: string | undefined
  #told: SinkState
  #lines = 0
  #failures = 0

  private constructor(options: ForwarderOptions, path: string, settled: SinkPlaces) {
    this.#options = options
    this.#path = path
    this.#startedAt = options.clock.now()
    this.#settled = settled
    this.#chains = new FollowedChains(options.folders, settled)
    this.#told = { name: options.name, isLate: false, problem: undefined }
    this.#judging = setInterval(() => this.#judge(), JUDGE_MS).unref()
    this.#running = this.#run()
  }

  /**
   * Begins to forward. A sink that was never served gets what is written from now on. To be called
   * before this start writes anything.
   */
  static async start(options: ForwarderOptions): Promise<Forwarder> {
    await mkdir(options.directory, { recursive: true, mode: 0o700 })
    const path = join(options.directory, `sink-${options.name}`)
    let places = readPlaces(path)
    if (places === undefined) {
      places = await endsOf(options.folders)
      await writePlaces(path, places)
    }
    return new Forwarder(options, path, places)
  }

  figures(): SinkFigures {
    return { ...this.#state(), lines: this.#lines, failures: this.#failures }
  }

  /** Sends what is left, if that goes, and ends. */
  async close(): Promise<void> {
    this.#stopped.abort()
    await this.#running
    clearInterval(this.#judging)
    const deadlineMs = performance.now() + CLOSE_MS
    try {
      this.#chains.lookAgain()
      while ((await this.#sendSome()) && performance.now() < deadlineMs) {
        // as long as something is left
      }
      if (await this.#options.sink.settle(AbortSignal.timeout(SINK_TIMEOUT_MS))) {
        // A reader that is there takes what the pipe holds.
        await writePlaces(this.#path, this.#chains.places())
      }
    } catch {
      // What did not arrive is sent after the next start.
    } finally {
      this.#options.sink.reset()
    }
  }

  async #run(): Promise<void> {
    let retryPauseMs = POLL_MS
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#options.sink.ready()
        const isMore = await this.#sendSome()
        if (this.#isSettlingDue(isMore)) await this.#settle()
        if (!this.#isDoubted) retryPauseMs = POLL_MS
        if (!isMore) await this.#pause(POLL_MS)
      } catch (error) {
        this.#fail(error)
        await this.#pause(retryPauseMs)
        retryPauseMs = Math.min(2 * retryPauseMs, MAX_RETRY_PAUSE_MS)
      }
    }
  }

  /** Sends some lines of each chain. @returns Whether there were any. */
  async #sendSome(): Promise<boolean> {
    let isMore = false
    let isAll = true
    for (const { chain, lines, take, ...next } of await this.#chains.next()) {
      isMore = true
      this.#noteUnsent(chain, lines)
      const sent = lines.map((text) => ({ chain, text }))
      this.#sentBytes += await this.#options.sink.send(sent)
      this.#lines += lines.length
      take()
      isAll &&= next.isAll
      const last = lines.findLast((line) => recordNumber(line) !== undefined)
      const number = last === undefined ? 0 : (recordNumber(last) ?? 0)
      this.#furthest.set(chain, Math.max(number, this.#furthest.get(chain) ?? 0))
      this.#marks.push({ bytes: this.#sentBytes, places: this.#chains.places() })
    }
    if (isAll) this.#oldestUnsentAt = undefined
    return isMore
  }

  #noteUnsent(chain: string, lines: readonly string[]): void {
    const furthest = this.#furthest.get(chain) ?? 0
    const first = lines.find((line) => (recordNumber(line) ?? 0) > furthest)
    this.#oldestUnsentAt = first === undefined ? undefined : lineTime(first)
  }

  #isSettlingDue(isMore: boolean): boolean {
    if (this.#isDoubted && !isMore) return true
    if (this.#marks.length === 0) return false
    return (
      performance.now() - this.#settledAtMs > this.#options.sink.settleAfterMs ||
      this.#sentBytes - this.#settledBytes > SETTLE_AFTER_BYTES
    )
  }

  async #settle(): Promise<void> {
    const { sink } = this.#options
    const isKnown = await this.#receipt()
    if (isKnown) this.#receipts = 'given'
    else if (this.#receipts === 'given') throw new Error(NO_RECEIPT)
    else if (this.#receipts === 'unknown' && ++this.#unknownSettles < MAX_UNKNOWN_SETTLES) {
      this.#goBack()
      return
    } else this.#receipts = 'never'
    this.#unknownSettles = 0
    this.#isDoubted = false
    this.#brokenSinceMs = undefined
    this.#problem = undefined
    this.#settledAtMs = performance.now()
    const sure = this.#marks.findLast(({ bytes }) => bytes <= this.#sentBytes - sink.unsureBytes)
    if (sure === undefined) return
    this.#marks = this.#marks.filter(({ bytes }) => bytes > sure.bytes)
    this.#settledBytes = sure.bytes
    this.#settled = sure.places
    await writePlaces(this.#path, sure.places)
  }

  /** Whether all has arrived. While nobody knows, nothing else is sent, and one who keeps us waiting is broken. */
  async #receipt(): Promise<boolean> {
    const { sink } = this.#options
    const beganAtMs = performance.now()
    const patienceMs = { unknown: SINK_TIMEOUT_MS, given: RECEIPT_MS, never: NO_RECEIPT_MS }
    const waiting = globalThis.setTimeout(() => {
      if (this.#receipts !== 'given') return
      this.#brokenSinceMs ??= beganAtMs
      this.#problem ??= NO_RECEIPT
    }, SINK_TIMEOUT_MS / 2)
    try {
      const timeout = AbortSignal.timeout(patienceMs[this.#receipts])
      return await sink.settle(AbortSignal.any([timeout, this.#stopped.signal]))
    } finally {
      clearTimeout(waiting)
    }
  }

  #fail(error: unknown): void {
    this.#failures++
    this.#brokenSinceMs ??= performance.now()
    this.#problem = error instanceof Error ? error.message : 'unknown'
    this.#isDoubted = true
    this.#goBack()
    this.#judge()
  }

  /** Begins again where all is known to have arrived. */
  #goBack(): void {
    this.#options.sink.reset()
    this.#chains.goBack(this.#settled)
    this.#marks = []
    this.#sentBytes = this.#settledBytes
  }

  #state(): SinkState {
    const { name, lagMs, clock } = this.#options
    const brokenMs =
      this.#brokenSinceMs === undefined ? -1 : performance.now() - this.#brokenSinceMs
    const oldestAt = this.#oldestUnsentAt
    // What an earlier start has left counts from this one.
    const waitedMs = oldestAt === undefined ? -1 : clock.now() - Math.max(oldestAt, this.#startedAt)
    return { name, isLate: Math.max(brokenMs, waitedMs) > lagMs, problem: this.#problem }
  }

  #judge(): void {
    const state = this.#state()
    const before = this.#told
    if (state.isLate === before.isLate && state.problem === before.problem) return
    this.#told = state
    this.#options.tell(state)
  }

  async #pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#stopped.signal, ref: false }).catch(
      () => undefined,
    )
  }
}

/** Where the chains end now, as far as they are whole. */
async function endsOf(folders: ForwarderOptions['folders']): Promise<SinkPlaces> {
  const chains = new FollowedChains(folders, new Map())
  await chains.skipToEnds()
  return chains.places()
}
