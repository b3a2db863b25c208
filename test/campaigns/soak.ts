import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuSecondsOf, residentMib } from '../../bench/process-figures.ts'
import { aSecret, type Receiver, startReceiver } from '../events/receiver.ts'
import { type CallLine, openLine } from './call-line.ts'
import { adminToken, credentialsOf, verifyAudit } from './ground.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { makeSoakWorld, type SoakWorld, soakCall } from './soak-calls.ts'
import { medianOf, quantileOf, type Sample, slopePerHour } from './soak-figures.ts'

/** Share of what the server can take that it is given. */
const LOAD = 0.7
const CONNECTIONS = 8
const WINDOWS = 24
const SAMPLES_IN_WINDOW = 10
/** What comes before is warm-up: caches fill, code is compiled. */
const WARM_UP = 0.25
const MAX_SLOPE_MIB_PER_HOUR = 1
/** Shorter runs say nothing of a slope by the hour: noise of a few MiB would be one. */
const MIN_SLOPE_MINUTES = 60
/** How much longer the p99 of the second half may be, and by how many milliseconds in any case. */
const STEADY = { factor: 1.5, slackMs: 5 } as const
/** Files that may be open besides in the second half: a log begins, a database file is opened. */
const MORE_FILES = 8

/** Longest that the event loop may be late, 99th percentile, in the part in the middle. */
const MAX_LOOP_P99_MS = 50
/** How long events may take that wait when the load ends. */
const EVENTS_MS = 60_000

/** Hours of steady load, as a campaign. */
export const soak: Campaign = {
  about:
    'hours at 70 % of what the server can take: memory, latency, event loop and open files stay as they are, and every event comes',
  flags: {
    minutes: { help: 'how long', default: '120' },
    measure: { help: 'seconds for finding what it can take', default: '30' },
    workers: { help: 'threads of the server', default: '1' },
  },
  missing: () => (existsSync('/proc/self/schedstat') ? undefined : 'it reads /proc of Linux'),
  run: (flags, say) =>
    runSoak(
      {
        seconds: countOf(flags, 'minutes') * 60,
        measureSeconds: countOf(flags, 'measure'),
        workers: countOf(flags, 'workers'),
      },
      say,
    ),
}

/** How long, and with how many threads. */
export interface SoakOptions {
  readonly seconds: number
  readonly measureSeconds: number
  readonly workers: number
}

/** Figures of one part of the run. */
interface Window {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly perSecond: number
  readonly rssMib: number
  readonly openFiles: number
  readonly cpuShare: number
  /** How late the event loop of the slowest thread was. */
  readonly loopP99Ms: number
}

/** Runs it, short or for hours. */
export async function runSoak(options: SoakOptions, say: Say): Promise<Outcome> {
  const { seconds, measureSeconds, workers } = options
  const startedAtMs = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-soak-'))
  const secret = aSecret(5)
  const secretFile = join(folder, 'webhook-secret')
  await writeFile(secretFile, `${secret}\n`, { mode: 0o600 })
  const receiver = await startReceiver([secret])
  const flags = [
    ...['--log-level', 'error', '--workers', String(workers)],
    ...['--webhook-url', receiver.url, '--webhook-secret-file', secretFile],
    ...['--webhook-events', 'key.rotated'],
  ]
  const node = await startNode({ name: 'soak', directory: join(folder, 'data'), flags })
  const lines = Array.from({ length: CONNECTIONS }, () => openLine(node.url))
  const failures = new Map<string, number>()
  try {
    const credentials = await credentialsOf([node])
    const token = await adminToken(node, credentials)
    const world = await makeSoakWorld(lines[0] as CallLine, credentials, token) // there are eight
    const load = new Load(lines, world, failures)
    const capacity = await load.run(measureSeconds, undefined)
    const perSecond = Math.max(1, (capacity.length / measureSeconds) * LOAD)
    say(
      `can take ${(capacity.length / measureSeconds).toFixed(0)} a second, gets ${perSecond.toFixed(0)}`,
    )
    const { windows, memory } = await watch(node, load, seconds, perSecond, say)
    const missing = await missingEvents(receiver, world)
    const stopped = await node.stop()
    const audit = await verifyAudit(node, [])
    const broken = [
      ...judge(windows, memory, seconds),
      ...[...failures].map(([what, times]) => `${what}: ${times} times`),
      ...(missing === 0 ? [] : [`${missing} of ${world.rotations.count} events did not come`]),
      ...receiver.problems.slice(0, 5),
      ...(stopped === 0 ? [] : [`the server ended with ${stopped}`]),
      ...(audit.isWhole ? [] : [`audit verify: ${audit.printed}`]),
    ]
    const slope = slopePerHour(memory).toFixed(2)
    return {
      lines: [
        `${perSecond.toFixed(0)} rounds a second for ${(seconds / 60).toFixed(1)} minutes; memory grows by ${slope} MiB/h after the warm-up`,
        `${world.rotations.count} rotations, ${world.rotations.count - missing} of them told to the webhook`,
        ...table(windows),
        `took ${secondsSince(startedAtMs)}`,
      ],
      broken,
    }
  } finally {
    for (const line of lines) line.close()
    await node.kill9()
    await receiver.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** How many rotations that were answered were not told, after some patience. */
async function missingEvents(receiver: Receiver, { rotations }: SoakWorld): Promise<number> {
  const missing = () => rotations.count - new Set(receiver.arrived.map(({ id }) => id)).size
  const deadlineMs = performance.now() + EVENTS_MS
  while (missing() > 0 && performance.now() < deadlineMs) await sleep(200)
  return Math.max(0, missing())
}

/** 99th percentile of how late the event loop was, in milliseconds, since it was last asked. */
async function loopP99Ms(node: NodeProcess): Promise<number> {
  const page = await (await fetch(`${node.url}/metrics`)).text()
  const seconds = Number(/^keyturn_loop_lag_p99_seconds (\S+)$/m.exec(page)?.[1])
  if (Number.isNaN(seconds)) throw new Error('the metrics do not tell of the event loop')
  return seconds * 1000
}

/** Calls of the mix over all lines. */
class Load {
  readonly #lines: readonly CallLine[]
  readonly #world: SoakWorld
  readonly #failures: Map<string, number>
  #turn = 0
  constructor(lines: readonly CallLine[], world: SoakWorld, failures: Map<string, number>) {
    this.#lines = lines
    this.#world = world
    this.#failures = failures
  }

  /**
   * Calls for so long: as fast as it goes, or so many a second. Latencies in milliseconds; with a rate
   * they count from when a call was due, so that a server that stalls cannot hide it.
   */
  async run(seconds: number, perSecond: number | undefined): Promise<readonly number[]> {
    const latencies: number[] = []
    const startMs = performance.now()
    const endMs = startMs + seconds * 1000
    let taken = 0
    const worker = async (line: CallLine) => {
      for (;;) {
        const dueMs =
          perSecond === undefined ? performance.now() : startMs + (taken++ * 1000) / perSecond
        if (dueMs >= endMs) return
        const waitMs = dueMs - performance.now()
        if (waitMs > 0) await sleep(waitMs)
        await this.#call(line)
        latencies.push(performance.now() - Math.max(dueMs, startMs))
      }
    }
    await Promise.all(this.#lines.map(worker))
    return latencies
  }

  async #call(line: CallLine): Promise<void> {
    for (const { status, code, failure } of await soakCall(this.#turn++)(line, this.#world)) {
      if (status >= 200 && status < 300) continue
      const what = `${status} ${code} ${failure ?? ''}`.trim()
      this.#failures.set(what, (this.#failures.get(what) ?? 0) + 1)
    }
  }
}

async function watch(
  node: NodeProcess,
  load: Load,
  seconds: number,
  perSecond: number,
  say: Say,
): Promise<{ readonly windows: readonly Window[]; readonly memory: readonly Sample[] }> {
  const windows: Window[] = []
  const memory: Sample[] = []
  const windowSeconds = seconds / WINDOWS
  const startMs = performance.now()
  for (let at = 0; at < WINDOWS; at++) {
    const cpuBefore = await cpuSecondsOf(node.pid)
    const rss: Sample[] = []
    const samplesDone = (async () => {
      for (let n = 0; n < SAMPLES_IN_WINDOW; n++) {
        await sleep((windowSeconds * 1000) / SAMPLES_IN_WINDOW)
        const atHours = (performance.now() - startMs) / 3_600_000
        rss.push({ atHours, value: await residentMib(node.pid) })
      }
    })()
    const latencies = await load.run(windowSeconds, perSecond)
    await samplesDone
    if (at >= WINDOWS * WARM_UP) memory.push(...rss)
    windows.push({
      p50Ms: medianOf(latencies),
      p99Ms: quantileOf(latencies, 0.99),
      perSecond: latencies.length / windowSeconds,
      rssMib: medianOf(rss.map(({ value }) => value)),
      openFiles: (await readdir(`/proc/${node.pid}/fd`)).length,
      loopP99Ms: await loopP99Ms(node),
      cpuShare: ((await cpuSecondsOf(node.pid)) - cpuBefore) / windowSeconds,
    })
    say(table(windows).at(-1) ?? '')
  }
  return { windows, memory }
}

/** What is not as promised. */
export function judge(
  windows: readonly Window[],
  memory: readonly Sample[],
  seconds: number,
): readonly string[] {
  const warm = windows.slice(Math.floor(windows.length * WARM_UP))
  const half = Math.floor(warm.length / 2)
  const [early, late] = [warm.slice(0, half), warm.slice(half)]
  const p99 = (part: readonly Window[]) => medianOf(part.map(({ p99Ms }) => p99Ms))
  const files = (part: readonly Window[]) => Math.max(...part.map(({ openFiles }) => openFiles))
  const broken: string[] = []
  if (p99(late) > p99(early) * STEADY.factor + STEADY.slackMs) {
    broken.push(`p99 goes from ${p99(early).toFixed(1)} to ${p99(late).toFixed(1)} ms`)
  }
  if (files(late) > files(early) + MORE_FILES) {
    broken.push(`open files go from ${files(early)} to ${files(late)}`)
  }
  const loopMs = medianOf(warm.map(({ loopP99Ms }) => loopP99Ms))
  if (loopMs > MAX_LOOP_P99_MS) {
    broken.push(`p99 of the event loop is ${loopMs.toFixed(1)} ms late`)
  }
  const slope = slopePerHour(memory)
  if (seconds >= MIN_SLOPE_MINUTES * 60 && slope > MAX_SLOPE_MIB_PER_HOUR) {
    broken.push(`memory grows by ${slope.toFixed(2)} MiB/h`)
  }
  return broken
}

function table(windows: readonly Window[]): readonly string[] {
  return [
    'part   calls/s   p50 ms   p99 ms   RSS MiB   files   CPU   loop p99 ms',
    ...windows.map(
      ({ perSecond, p50Ms, p99Ms, rssMib, openFiles, cpuShare, loopP99Ms }, at) =>
        `${pad(at + 1, 4)} ${pad(perSecond.toFixed(0), 9)} ${pad(p50Ms.toFixed(1), 8)} ${pad(p99Ms.toFixed(1), 8)} ` +
        `${pad(rssMib.toFixed(1), 9)} ${pad(openFiles, 7)} ${pad(cpuShare.toFixed(2), 5)} ${pad(loopP99Ms.toFixed(1), 13)}`,
    ),
  ]
}

function pad(value: number | string, width: number): string {
  return String(value).padStart(width)
}
