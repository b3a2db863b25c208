import { createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Json, signedHeaders } from '../server.ts'
import { ClockBooks, later, WORK_MS } from './clock-books.ts'
import { type FalseClock, falseClock } from './false-clock.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { ReckonedClock, steadyTime } from './reckoned-clock.ts'
import { Chance } from './seeded-chance.ts'

const SECOND_MS = 1000
const HOUR_MS = 3600 * SECOND_MS
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS
const ROTATION_DAYS = 30
const DELETION_DAYS = 7
const EXPIRY_DAYS = 5
/** By which a clock may be off and is believed. */
export const SMALL_STEPS_MS = [SECOND_MS, 60_000, HOUR_MS, 9 * HOUR_MS]
/** By which it may not. */
export const LARGE_STEPS_MS = [3 * DAY_MS, 40 * DAY_MS, YEAR_MS, 10 * YEAR_MS]

/** How often what happened. */
export interface ClockFigures {
  jumps: number
  doubted: number
  confirmed: number
  restarts: number
  rotations: number
  destroyed: number
  expired: number
}

/** All of it at nought. */
export function noFigures(): ClockFigures {
  return {
    jumps: 0,
    doubted: 0,
    confirmed: 0,
    restarts: 0,
    rotations: 0,
    destroyed: 0,
    expired: 0,
  }
}

/** One server, one row of lies, and what the script itself knows of the time. */
export class ClockScript {
  readonly broken: string[] = []
  readonly told: string[] = []
  readonly figures = noFigures()
  readonly #directory = mkdtempSync(join(tmpdir(), 'keyturn-clock-'))
  readonly #clock: FalseClock = falseClock(this.#directory)
  readonly #reckoned = new ReckonedClock()
  readonly #chance: Chance
  #books: ClockBooks | undefined
  #node: NodeProcess | undefined
  #rotating = ''
  #made = 0

  constructor(seed: number) {
    this.#chance = new Chance(seed)
  }

  async run(steps: number): Promise<void> {
    await this.#start()
    this.#rotating = await this.#create({})
    await this.#kms('enable-key-rotation', { key_id: this.#rotating })
    await this.#kms('update-key-rotation-interval', {
      key_id: this.#rotating,
      rotation_interval: ROTATION_DAYS,
    })
    this.#books = new ClockBooks(this.#reckoned.now(), ROTATION_DAYS)
    await this.#doom(this.#books)
    for (let step = 0; step < steps; step++) await this.#step()
    this.told.push('right again')
    this.#set(0)
    await this.#settle()
    this.figures.rotations = this.#books.done.rotations
    this.figures.destroyed = this.#books.done.destruction
    this.figures.expired = this.#books.done.expiry
  }

  async close(): Promise<void> {
    await this.#node?.kill9()
    rmSync(this.#directory, { recursive: true })
  }

  async #step(): Promise<void> {
    this.figures.jumps++
    if (this.#chance.oneIn(6)) {
      this.told.push('stops')
      this.#clock.freeze()
      this.#reckoned.freeze(this.#clock.now())
      return this.#settle()
    }
    const restarts = this.#chance.oneIn(4)
    const isSmall = this.#chance.oneIn(2)
    const stepMs = this.#chance.pick(isSmall ? SMALL_STEPS_MS : LARGE_STEPS_MS)
    // Near the limit it depends on how long ago the store was told of the time.
    const lengthMs = restarts && isSmall ? SECOND_MS : stepMs
    const signed = this.#chance.oneIn(2) ? lengthMs : -lengthMs
    this.told.push(`${restarts ? 'restarts ' : ''}${signed / SECOND_MS} s`)
    if (restarts) {
      this.figures.restarts++
      this.#reckoned.kill()
      await this.#node?.kill9()
    }
    this.#set(Math.round(this.#reckoned.believedAheadMs) + signed)
    if (restarts) await this.#start()
    await this.#settle()
    if (isSmall || !this.#chance.oneIn(3)) return
    this.told.push('confirmed')
    this.figures.confirmed++
    await this.#call('POST', '/keyturn/v1/clock/confirmation', {})
    this.#reckoned.confirm()
    await this.#settle()
  }

  #set(aheadMs: number): void {
    this.#clock.set(aheadMs)
    this.#reckoned.set(aheadMs)
  }

  /** Lets the server do what it thinks is due, and looks at what it did and says. */
  async #settle(): Promise<void> {
    const books = this.#books
    if (books === undefined) throw new Error('nothing was begun')
    await setTimeout(WORK_MS)
    const before = this.#reckoned.now()
    const { time, trusted } = await this.#call('GET', '/keyturn/v1/clock', undefined)
    const after = this.#reckoned.now()
    if (trusted !== after.isTrusted) this.#blame(`the clock is ${trusted ? '' : 'not '}believed`)
    if (!after.isTrusted) this.figures.doubted++
    if (Number(time) < before.earliest || Number(time) > after.latest) {
      const [offMs, known] = [Number(time) - after.latest, new Date(after.latest).toISOString()]
      this.#blame(`it says a time ${offMs} ms from ${known}`)
    } else this.#reckoned.heard(Number(time))

    const status = await this.#kms('get-key-rotation-status', { key_id: this.#rotating })
    this.#judge(books.sawRotations(status.number_of_rotations, this.#reckoned.now()))
    for (const keyId of books.doomed) {
      const hasEnded = await this.#hasEnded(keyId)
      this.#judge(books.sawKey(keyId, hasEnded, this.#reckoned.now()))
    }
    await this.#doom(books)
  }

  /** Whether a key is gone, or its material. */
  async #hasEnded(key_id: string): Promise<boolean> {
    const { response, text } = await this.#send('POST', this.#path('describe-key'), { key_id })
    return response.status === 404 || JSON.parse(text).key_info.key_state === '5'
  }

  /** Keys whose ends are reckoned from the time that is believed now. */
  async #doom(books: ClockBooks): Promise<void> {
    const keyId = await this.#create({})
    const before = this.#reckoned.now()
    await this.#kms('schedule-key-deletion', { key_id: keyId, pending_days: `${DELETION_DAYS}` })
    const { latest } = this.#reckoned.now()
    books.doom(keyId, 'destruction', later({ ...before, latest }, DELETION_DAYS * DAY_MS))
    if (books.doomed.some((id) => books.endingOf(id) === 'expiry')) return
    const imported = await this.#create({ origin: 'external' })
    const { earliest } = this.#reckoned.now()
    const expiresAtS = Math.floor(earliest / SECOND_MS) + EXPIRY_DAYS * (DAY_MS / SECOND_MS)
    await this.#importInto(imported, expiresAtS)
    const expiresAt = expiresAtS * SECOND_MS
    books.doom(imported, 'expiry', { earliest: expiresAt, latest: expiresAt })
  }

  async #importInto(key_id: string, expiration_time: number): Promise<void> {
    const { public_key, import_token } = await this.#kms('get-parameters-for-import', {
      key_id,
      wrapping_algorithm: 'RSAES_OAEP_SHA_256',
    })
    const spki = Buffer.from(public_key, 'base64')
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    const wrapped = publicEncrypt({ key, oaepHash: 'sha256' }, randomBytes(32))
    const encrypted_key_material = wrapped.toString('base64')
    const material = { encrypted_key_material, expiration_time }
    await this.#kms('import-key-material', { key_id, import_token, ...material })
  }

  async #create(more: Json): Promise<string> {
    const key_alias = `clock-${++this.#made}`
    return (await this.#kms('create-key', { key_alias, ...more })).key_info.key_id
  }

  async #start(): Promise<void> {
    const sinceMs = steadyTime()
    this.#node = await startNode({
      name: 'clock',
      directory: join(this.#directory, 'data'),
      flags: ['--workers', '1', '--log-level', 'warn'],
      environment: this.#clock.environment,
    })
    this.#reckoned.started(sinceMs)
  }

  #kms(name: string, body: unknown): Promise<Json> {
    return this.#call('POST', this.#path(name), body)
  }

  #path(name: string): string {
    return `/v1.0/${this.#credentials().project_id}/kms/${name}`
  }

  async #call(method: string, path: string, body: unknown): Promise<Json> {
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

  #judge(wrong: string | undefined): void {
    if (wrong !== undefined) this.#blame(wrong)
  }

  #blame(what: string): void {
    this.broken.push(`${what} after ${this.told.join(', ')}`)
  }
}
