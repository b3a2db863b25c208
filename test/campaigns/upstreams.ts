import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { type Broken, breakUpstream, lineOf } from './upstreams/break-upstream.ts'
import { identityUpstream } from './upstreams/identity-stage.ts'
import { type LinkCertificates, makeLinkCertificates } from './upstreams/link-certificates.ts'
import { regionUpstream } from './upstreams/region-stage.ts'
import { kmsSealUpstream, tokenSealUpstream } from './upstreams/seal-stages.ts'
import { type SealUpstream, startBroken } from './upstreams/seal-start.ts'
import type { Stage, Upstream } from './upstreams/stage.ts'
import { storeUpstream } from './upstreams/store-stage.ts'
import { tokenUpstream } from './upstreams/token-stage.ts'
import { collectorUpstream, syslogUpstream, webhookUpstream } from './upstreams/told-stages.ts'
import { FAULT_NAMES, type UpstreamFault } from './upstreams/upstream-faults.ts'

/** Every upstream by its name. */
export const UPSTREAMS = {
  identity: identityUpstream,
  region: regionUpstream,
  store: storeUpstream,
  token: tokenUpstream,
  webhook: webhookUpstream,
  collector: collectorUpstream,
  syslog: syslogUpstream,
  'kms-seal': kmsSealUpstream,
  'pkcs11-seal': tokenSealUpstream,
} as const satisfies Readonly<Record<string, Upstream | SealUpstream>>

/** Name of an upstream. */
export type UpstreamName = keyof typeof UPSTREAMS

/** In the first rounds pools fill and code is compiled: memory and files are compared after them. */
const WARM_UP_ROUNDS = 2
const MIN_ROUNDS_FOR_GROWTH = 5
const MORE_FILES = 8
const MORE_MIB = 24
/** A server lets requests end, sends what is left, and may have asked the database: 11 s for an answer. */
const STOP_MS = 30_000

/** Services that others depend on, broken in every way, as a campaign. */
export const upstreams: Campaign = {
  about:
    'identity, regions, PostgreSQL, tokens, receivers and peers broken in six ways: answers in time, others unaffected',
  flags: {
    rounds: { help: 'how often each fault', default: '10' },
    only: { help: `one of ${Object.keys(UPSTREAMS).join(', ')}; all without`, default: '' },
    fault: { help: `one of ${FAULT_NAMES.join(', ')}; all without`, default: '' },
    calm: { help: 'seconds for which others are watched before and during each', default: '5' },
  },
  missing: () => (existsSync('/proc/self/fd') ? undefined : 'it reads /proc of Linux'),
  run: (flags, say) => {
    const names = Object.keys(UPSTREAMS) as UpstreamName[]
    return runUpstreams(
      {
        rounds: countOf(flags, 'rounds'),
        upstreams: chosen(flags, 'only', names),
        faults: chosen(flags, 'fault', FAULT_NAMES),
        calmSeconds: countOf(flags, 'calm'),
        isLatencyJudged: true,
        isStopTried: true,
      },
      say,
    )
  },
}

function chosen<T extends string>(
  flags: Readonly<Record<string, string>>,
  flag: string,
  names: readonly T[],
): readonly T[] {
  const wanted = flags[flag] ?? ''
  const found = wanted === '' ? names : names.filter((name) => name === wanted)
  if (found.length === 0) throw new Error(`--${flag} is one of ${names.join(', ')}`)
  return found
}

/** What to break, and how often. */
export interface UpstreamsOptions {
  readonly rounds: number
  readonly upstreams: readonly UpstreamName[]
  readonly faults: readonly UpstreamFault[]
  readonly calmSeconds: number
  /** Whether it counts how long others wait: on a machine that others load it says nothing. */
  readonly isLatencyJudged: boolean
  /** Whether the node is stopped while its upstream is broken: it may have asked for what takes long. */
  readonly isStopTried: boolean
}

/** Runs it, small or at length. */
export async function runUpstreams(options: UpstreamsOptions, say: Say): Promise<Outcome> {
  const startedAtMs = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-upstreams-'))
  const lines: string[] = []
  const broken: string[] = []
  try {
    const certificates = makeLinkCertificates(folder)
    for (const name of options.upstreams) {
      const upstream: Upstream | SealUpstream = UPSTREAMS[name]
      const missing = upstream.missing()
      if (missing !== undefined) {
        lines.push(`${name}: left out, ${missing}`)
        continue
      }
      say(`${name}: ${upstream.about}`)
      const own = join(folder, name)
      await mkdir(own)
      const report = { lines, broken, say }
      if ('setSeal' in upstream) {
        await breakStarts(name, upstream, own, certificates, options, report)
      } else await breakAll(name, upstream, own, certificates, options, report)
    }
    lines.push(`took ${secondsSince(startedAtMs)}`)
    return { lines, broken }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Report {
  readonly lines: string[]
  readonly broken: string[]
  readonly say: Say
}

/** Starts a server while what it needs at its start is broken. */
async function breakStarts(
  name: string,
  upstream: SealUpstream,
  folder: string,
  certificates: LinkCertificates,
  { rounds, faults }: UpstreamsOptions,
  { lines, broken, say }: Report,
): Promise<void> {
  const stage = await upstream.setSeal(folder, certificates)
  try {
    for (let round = 0; round < rounds; round++) {
      for (const fault of faults) {
        const { line, failures } = await startBroken(stage, fault)
        broken.push(...failures.map((failure) => `${name}, ${failure}`))
        say(`${name}, ${line}`)
        if (round === rounds - 1) lines.push(`${name}, ${line}`)
      }
    }
  } finally {
    await stage.close()
  }
}

async function breakAll(
  name: string,
  upstream: Upstream,
  folder: string,
  certificates: LinkCertificates,
  { rounds, faults, calmSeconds, isLatencyJudged, isStopTried }: UpstreamsOptions,
  { lines, broken, say }: Report,
): Promise<void> {
  const stage: Stage = await upstream.set(folder, certificates)
  const { node, way } = stage
  try {
    const ends: Broken[] = []
    for (let round = 0; round < rounds; round++) {
      let last: Broken | undefined
      for (const fault of faults) {
        last = await breakUpstream(stage, fault, calmSeconds, isLatencyJudged)
        broken.push(...last.failures.map((failure) => `${name}, ${failure}`))
        const line = lineOf(name, last)
        say(line)
        if (round === rounds - 1) lines.push(line)
      }
      if (last !== undefined) ends.push(last)
    }
    lines.push(`${name}: ${grown(ends)}`)
    broken.push(...growth(ends).map((what) => `${name}: ${what}`))
    if (!isStopTried) return
    // A server that is told to stop does not wait for ever for an upstream that is broken.
    await way.break('half-open')
    const stoppingAtMs = performance.now()
    const exitCode = await node.stop()
    const tookMs = performance.now() - stoppingAtMs
    if (exitCode !== 0) broken.push(`${name}: stopped with ${exitCode}: ${await node.log()}`)
    if (tookMs > STOP_MS) broken.push(`${name}: stopped after ${tookMs.toFixed(0)} ms`)
    await way.mend()
    lines.push(`${name}: stopped within ${tookMs.toFixed(0)} ms while it was half open`)
  } finally {
    await node.kill9()
    await stage.close()
  }
}

function grown(ends: readonly Broken[]): string {
  const files = ends.map(({ openFiles }) => openFiles)
  const memory = ends.map(({ residentMib }) => residentMib.toFixed(0))
  return `after each round ${files.join(' ')} open files, ${memory.join(' ')} MiB`
}

/** What grew over the rounds. */
export function growth(
  ends: readonly Pick<Broken, 'openFiles' | 'residentMib'>[],
): readonly string[] {
  const warm = ends.slice(WARM_UP_ROUNDS)
  const half = Math.floor(warm.length / 2)
  if (ends.length < MIN_ROUNDS_FOR_GROWTH || half === 0) return []
  const [early, late] = [warm.slice(0, half), warm.slice(half)]
  const files = (part: typeof warm) => Math.max(...part.map(({ openFiles }) => openFiles))
  const mib = (part: typeof warm) => Math.min(...part.map(({ residentMib }) => residentMib))
  const found: string[] = []
  if (files(late) > files(early) + MORE_FILES) {
    found.push(`open files go from ${files(early)} to ${files(late)}`)
  }
  if (mib(late) > mib(early) + MORE_MIB) {
    found.push(`memory goes from ${mib(early).toFixed(0)} to ${mib(late).toFixed(0)} MiB`)
  }
  return found
}
