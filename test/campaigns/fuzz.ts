import { randomInt } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startTestServer } from '../server.ts'
import { fuzzHttp } from './fuzz-http.ts'
import { type AnyFuzzTarget, FUZZ_TARGETS, type FuzzTarget } from './fuzz-targets.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { Chance } from './seeded-chance.ts'

const CONNECTIONS = 8
/** What memory may be more at the end than after a quarter, in bytes. */
const MAX_GROWTH_BYTES = 16 * 2 ** 20
/** Longest that one input may hold up a thread, in milliseconds; a busy machine takes some of it. */
const MAX_INPUT_MS = 2000

/** Bytes of chance at every door, as a campaign. */
export const fuzz: Campaign = {
  about:
    'bytes of chance at every door: no crash, no defect, no 5xx, nothing forged opens, memory flat',
  flags: {
    inputs: { help: 'to parsers and openers, all together', default: '5000000' },
    http: { help: 'requests over sockets', default: '100000' },
    only: { help: 'one target by its name', default: '' },
    seed: { help: 'of chance; 0 for any', default: '0' },
    first: {
      help: 'number of the first input: with --only, --seed and --inputs 1 one comes again',
      default: '0',
    },
  },
  missing: () => undefined,
  run: (flags, say) =>
    runFuzz(
      {
        inputs: countOf(flags, 'inputs'),
        httpRequests: countOf(flags, 'http'),
        seed: countOf(flags, 'seed') || randomInt(1, 2 ** 31),
        first: countOf(flags, 'first'),
        only: flags['only'] ?? '',
      },
      say,
    ),
}

/** How much is tried. */
export interface FuzzOptions {
  readonly inputs: number
  readonly httpRequests: number
  readonly seed: number
  readonly first: number
  /** Name of the only target; empty for all. */
  readonly only: string
  /** Instead of {@link FUZZ_TARGETS}. */
  readonly targets?: Readonly<Record<string, AnyFuzzTarget>>
}

/** Runs it, small or at length. */
export async function runFuzz(options: FuzzOptions, say: Say): Promise<Outcome> {
  const lines = [`seed ${options.seed}`]
  const broken: string[] = []
  const all = Object.entries(options.targets ?? FUZZ_TARGETS)
  const targets = all.filter(([name]) => options.only === '' || name === options.only)
  for (const [name, either] of targets) {
    say(name)
    const target = 'prepare' in either ? await either.prepare() : either
    const inputs = Math.ceil(options.inputs / targets.length)
    const { line, wrong } = await fuzzOne(name, target, inputs, options)
    lines.push(line)
    broken.push(...wrong)
  }
  if (options.httpRequests > 0 && (options.only === '' || options.only === 'http')) {
    say('http')
    const { line, wrong } = await fuzzServer(options)
    lines.push(line)
    broken.push(...wrong)
  }
  return { lines, broken }
}

interface Found {
  readonly line: string
  readonly wrong: readonly string[]
}

async function fuzzOne(
  name: string,
  target: FuzzTarget,
  inputs: number,
  { seed, first }: FuzzOptions,
): Promise<Found> {
  const wrong: string[] = []
  const startedAtMs = performance.now()
  let slowestMs = 0
  let early: number | undefined
  for (let index = 0; index < inputs && wrong.length < 10; index++) {
    const number = first + index
    const again = `--only ${name} --seed ${seed} --first ${number} --inputs 1`
    const beganAtMs = performance.now()
    try {
      const waiting = target(new Chance(seed, number))
      if (waiting !== undefined) await waiting
    } catch (error) {
      wrong.push(`${again}: ${error instanceof Error ? error.stack : error}`)
    }
    const tookMs = performance.now() - beganAtMs
    slowestMs = Math.max(slowestMs, tookMs)
    if (tookMs > MAX_INPUT_MS) wrong.push(`${again}: took ${tookMs.toFixed(0)} ms`)
    if (index === Math.floor(inputs / 4)) early = liveBytes()
  }
  const late = liveBytes()
  const growth = late - (early ?? late)
  if (growth > MAX_GROWTH_BYTES) wrong.push(`${name}: memory grew by ${inKib(growth)}`)
  const took = `slowest ${slowestMs.toFixed(1)} ms, memory ${inKib(growth)}`
  return { line: `${name}: ${inputs} inputs in ${secondsSince(startedAtMs)}, ${took}`, wrong }
}

async function fuzzServer({ seed, first, httpRequests }: FuzzOptions): Promise<Found> {
  const server = await startTestServer()
  const wrong: string[] = []
  const statuses = new Map<string, number>()
  const startedAtMs = performance.now()
  let index = 0
  let early = 0
  try {
    const keyId = await server.createKey()
    const client = async () => {
      while (index < httpRequests && wrong.length < 10) {
        const number = first + index++
        const again = `--only http --seed ${seed} --first ${number} --http 1`
        const { sent, status } = fuzzHttp(server, keyId, new Chance(seed, number))
        const got = await status.catch((error) => `${error}`)
        const known = typeof got === 'number' || got === undefined
        if (!known || (got ?? 0) >= 500) {
          wrong.push(`${again}: ${got}: ${JSON.stringify(sent.toString('latin1')).slice(0, 1500)}`)
        }
        const shown = `${got ?? 'cut'}`
        statuses.set(shown, (statuses.get(shown) ?? 0) + 1)
        if (index === Math.floor(httpRequests / 4)) early = liveBytes()
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, client))
    if ((await server.send('GET', '/readyz')).status !== 200) wrong.push('http: no longer ready')
    const { status } = await server.kms('describe-key', { key_id: keyId })
    if (status >= 500) wrong.push(`http: describe-key answers ${status}`)
  } finally {
    await server.stop()
  }
  const growth = liveBytes() - early
  if (growth > 2 * MAX_GROWTH_BYTES) wrong.push(`http: memory grew by ${inKib(growth)}`)
  const counts = [...statuses].sort().map(([status, count]) => `${status} ${count}`)
  const took = `${secondsSince(startedAtMs)}: ${counts.join(', ')}; memory ${inKib(growth)}`
  return { line: `http: ${httpRequests} requests in ${took}`, wrong }
}

/** Bytes that are in use once all garbage is collected. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  // What the first finds unused gives its memory back by the second.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function inKib(bytes: number): string {
  return `${bytes < 0 ? '' : '+'}${Math.round(bytes / 1024)} KiB`
}
