import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { signedHeaders } from '../server.ts'
import { type FalseClock, falseClock, noFalseClock } from './false-clock.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'

const SECOND_MS = 1000
const HOUR_MS = 3600 * SECOND_MS
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS
const ROTATION_DAYS = 30
const DELETION_DAYS = 7
/** The scheduler looks each second, more or less. */
const WORK_MS = 2500
const STEPS_MS = [
  SECOND_MS,
  60_000,
  HOUR_MS,
  9 * HOUR_MS,
  3 * DAY_MS,
  40 * DAY_MS,
  YEAR_MS,
  10 * YEAR_MS,
]
/** By which a clock may be off and is believed, unless it stood long. */
const SMALL_MS = 9 * HOUR_MS
const AT_ONCE = 4

/** How much is tried. */
export interface ClockPlan {
  readonly scripts: number
  readonly seed: number
  /** How many jumps each has. */
  readonly steps: number
}

/** Lets the clock of a server lie, and counts what is destroyed early and rotated twice or never. */
export const clock: Campaign = {
  about: 'a clock that jumps or stops destroys nothing early, and no rotation is doubled or missed',
  flags: {
    scripts: { help: 'how many servers, each with jumps of its own', default: '50' },
    seed: { help: 'of the jumps', default: '1' },
    steps: { help: 'jumps of each', default: '8' },
  },
  missing: noFalseClock,
  run: (flags, say) =>
    runClock(
      {
        scripts: countOf(flags, 'scripts'),
        seed: countOf(flags, 'seed'),
        steps: countOf(flags, 'steps'),
      },
      say,
    ),
}

/** Runs {@link clock}. */
export async function runClock(plan: ClockPlan, say: Say): Promise<Outcome> {
  const startedAtMs = performance.now()
  const broken: string[] = []
  const figures = { jumps: 0, doubted: 0, confirmed: 0, restarts: 0, rotations: 0, destroyed: 0 }
  let next = 0
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, plan.scripts) }, async () => {
      while (next < plan.scripts) {
        const number = next++
        const script = new Script(plan.seed * 1000 + number)
        try {
          await script.run(plan.steps)
        } catch (error) {
          broken.push(`script ${number} ended: ${error instanceof Error ? error.stack : error}`)
        } finally {
          await script.close()
        }
        for (const line of script.broken) broken.push(`script ${number}: ${line}`)
        for (const name of Object.keys(figures) as (keyof typeof figures)[]) {
          figures[name] += script.figures[name]
        }
        say(`script ${number}: ${script.told.join(', ')}`)
      }
    }),
  )
  const { jumps, doubted, confirmed, restarts, rotations, destroyed } = figures
  return {
    lines: [
      `${plan.scripts} scripts, ${jumps} jumps and stops of the clock, ${restarts} restarts, ${secondsSince(startedAtMs)}`,
      `${doubted} times the clock was not believed, ${confirmed} times it was confirmed`,
      `${rotations} rotations and ${destroyed} deletions, each when it was due`,
    ],
    broken,
  }
}

interface Told {
  readonly time: string
  readonly trusted: boolean
}

/** One server, and one row of lies. */
class Script {
  readonly broken: string[] = []
  readonly told: string[] = []
  readonly figures = { jumps: 0, doubted: 0, confirmed: 0, restarts: 0, rotations: 0, destroyed: 0 }
  readonly #directory = mkdtempSync(join(tmpdir(), 'keyturn-clock-'))
  readonly #clock: FalseClock = falseClock(this.#directory)
  readonly #doomed = new Map<string, number>()
  #random: number
  #node: NodeProcess | undefined
  /** By how far the clock is ahead that is believed. */
  #believedMs = 0
  #rotating = ''
  #rotatesAt = 0
  #made = 0

  constructor(seed: number) {
    this.#random = seed
  }

  async run(steps: number): Promise<void> {
    await this.#start()
    this.#rotating = await this.#create()
    await this.#kms('enable-key-rotation', { key_id: this.#rotating })
    const interval = ROTATION_DAYS
    await this.#kms('update-key-rotation-interval', {
      key_id: this.#rotating,
      rotation_interval: interval,
    })
    this.#rotatesAt = Number((await this.#showClock()).time) + ROTATION_DAYS * DAY_MS
    await this.#doom()
    for (let step = 0; step < steps; step++) await this.#step()
    this.told.push('right again')
    this.#clock.set(0)
    await this.#settle(Math.abs(this.#believedMs) <= SMALL_MS)
  }

  async close(): Promise<void> {
    await this.#node?.kill9()
    rmSync(this.#directory, { recursive: true })
  }

  async #step(): Promise<void> {
    this.figures.jumps++
    if (this.#chance(6) === 0) {
      this.told.push('stops')
      this.#clock.freeze()
      await this.#settle(undefined)
      return
    }
    const restarts = this.#chance(4) === 0
    const stepMs = STEPS_MS[this.#chance(STEPS_MS.length)] ?? 0
    const isSmall = stepMs <= SMALL_MS
    // Near the limit it depends on how long ago the store was told of the time.
    const signed = (this.#chance(2) === 0 ? 1 : -1) * (restarts && isSmall ? SECOND_MS : stepMs)
    this.told.push(`${restarts ? 'restarts ' : ''}${signed / SECOND_MS} s`)
    if (restarts) {
      this.figures.restarts++
      await this.#node?.kill9()
    }
    this.#clock.set(this.#believedMs + signed)
    if (restarts) await this.#start()
    await this.#settle(isSmall)
    if (!isSmall && this.#chance(3) === 0) {
      this.told.push('confirmed')
      this.figures.confirmed++
      await this.#call('POST', '/keyturn/v1/clock/confirmation', {})
      this.#believedMs += signed
      await this.#settle(true)
    } else if (isSmall && restarts) this.#believedMs += signed
  }

  /** Lets the server do what it thinks is due, and looks at what it did. */
  async #settle(isBelieved: boolean | undefined): Promise<void> {
    await setTimeout(WORK_MS)
    const { time, trusted } = await this.#showClock()
    if (isBelieved !== undefined && trusted !== isBelieved) {
      this.#blame(`the clock is ${trusted ? '' : 'not '}believed`)
    }
    if (!trusted) this.figures.doubted++
    if (Number(time) >= this.#rotatesAt) {
      this.figures.rotations++
      this.#rotatesAt = Number(time) + ROTATION_DAYS * DAY_MS
    }
    const status = await this.#kms('get-key-rotation-status', { key_id: this.#rotating })
    if (status.number_of_rotations !== this.figures.rotations) {
      this.#blame(`${status.number_of_rotations} rotations, not ${this.figures.rotations}`)
    }
    for (const [keyId, dueAt] of this.#doomed) {
      const isDue = trusted && Number(time) >= dueAt
      const { response } = await this.#send('POST', this.#path('describe-key'), { key_id: keyId })
      const isGone = response.status === 404
      if (isGone && !isDue) this.#blame('a key was destroyed early')
      if (!isGone && isDue) this.#blame('a key was not destroyed')
      if (!isGone) continue
      this.#doomed.delete(keyId)
      this.figures.destroyed++
    }
    await this.#doom()
  }

  /** A key whose waiting period begins while the clock says what it says. */
  async #doom(): Promise<void> {
    const keyId = await this.#create()
    const { time } = await this.#showClock()
    await this.#kms('schedule-key-deletion', { key_id: keyId, pending_days: `${DELETION_DAYS}` })
    this.#doomed.set(keyId, Number(time) + DELETION_DAYS * DAY_MS)
  }

  async #create(): Promise<string> {
    const { key_info: made } = await this.#kms('create-key', { key_alias: `clock-${++this.#made}` })
    return made.key_id
  }

  async #start(): Promise<void> {
    this.#node = await startNode({
      name: 'clock',
      directory: join(this.#directory, 'data'),
      flags: ['--workers', '1', '--log-level', 'warn'],
      environment: this.#clock.environment,
    })
  }

  #showClock(): Promise<Told> {
    return this.#call('GET', '/keyturn/v1/clock', undefined)
  }

  #kms(name: string, body: unknown) {
    return this.#call('POST', this.#path(name), body)
  }

  #path(name: string): string {
    return `/v1.0/${this.#credentials().project_id}/kms/${name}`
  }

  async #call(method: string, path: string, body: unknown) {
    const { response, text } = await this.#send(method, path, body)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }

  async #send(method: string, path: string, body: unknown) {
    const text = body === undefined ? '' : JSON.stringify(body)
    const at = new Date(this.#clock.now())
    const response = await fetch(`${this.#node?.url}${path}`, {
      method,
      headers: {
        ...signedHeaders(this.#credentials(), method, path, text, at),
        'Content-Type': 'application/json',
      },
      ...(body === undefined ? {} : { body: text }),
    })
    return { response, text: await response.text() }
  }

  #credentials() {
    const file = join(this.#directory, 'data', 'bootstrap-credentials.json')
    return JSON.parse(readFileSync(file, 'utf8'))
  }

  #blame(what: string): void {
    this.broken.push(`${what} after ${this.told.join(', ')}`)
  }

  /** A whole number below `bound` (mulberry32). */
  #chance(bound: number): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}
