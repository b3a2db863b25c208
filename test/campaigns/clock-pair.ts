import { setTimeout } from 'node:timers/promises'
import { Kysely, PostgresDialect } from 'kysely'
import { Client } from 'pg'
import { asKyselyPool, openPool } from '../../src/storage/postgres-links.ts'
import type { Database, KeysTable } from '../../src/storage/sql/schema.ts'
import { placeOf } from '../postgres/place-of.ts'
import { editKey } from '../scale/macs-anew.ts'
import { type Credentials, type Json, signedHeaders } from '../server.ts'
import { WORK_MS } from './clock-books.ts'
import { LARGE_STEPS_MS } from './clock-script.ts'
import { falseClock } from './false-clock.ts'
import { credentialsOf, type Ground, makeGround } from './ground.ts'
import type { NodeProcess } from './node-process.ts'
import type { Outcome, Say } from './outcome.ts'
import { ReckonedClock, steadyTime } from './reckoned-clock.ts'
import { Chance } from './seeded-chance.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const INTERVAL_DAYS = 30
const SMALL_STEPS_MS = [1000, 60_000, 3600_000]
/** What a node that is believed may be ahead, and what is forgiven and rounded. */
const MOST_EARLY_MS = 3600_000 + 5000
/** Keys that fall due for each jump, of either kind. */
const DUE_KEYS = 3
const FLAGS = ['--workers', '1', '--staleness-ms', '100']

/** Two nodes over PostgreSQL: the clock of one is right, that of the other jumps and stops. */
export async function runClockPairs(steps: number, seed: number, say: Say): Promise<Outcome> {
  const ground = await makeGround({ isDurable: false })
  const database = new Client({ connectionString: ground.database })
  await database.connect()
  const pool = asKyselyPool(openPool(placeOf(ground.database)))
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  try {
    const edit = (id: string, columns: Partial<KeysTable>) => editKey(db, ground.root, id, columns)
    return await live(ground, database, edit, steps, new Chance(seed), say)
  } finally {
    await db.destroy()
    await database.end()
    await ground.close()
  }
}

async function live(
  ground: Ground,
  database: Client,
  edit: (id: string, columns: Partial<KeysTable>) => Promise<void>,
  steps: number,
  chance: Chance,
  say: Say,
): Promise<Outcome> {
  const broken: string[] = []
  const right = await ground.startNode({ name: 'right', flags: FLAGS })
  const clock = falseClock(ground.folder)
  const startFalse = () =>
    ground.startNode({ name: 'false', flags: FLAGS, environment: clock.environment })
  let wrong = await startFalse()
  const reckoned = new ReckonedClock()
  const credentials = await credentialsOf([right])
  const call = async (node: NodeProcess, method: string, path: string, body?: Json) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const at = new Date(node === wrong ? clock.now() : Date.now())
    const headers = signedHeaders(credentials, method, path, text, at)
    const sent = { method, headers: { ...headers, 'Content-Type': 'application/json' } }
    const response = await fetch(
      `${node.url}${path}`,
      body === undefined ? sent : { ...sent, body: text },
    )
    const answer = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${answer}`)
    return JSON.parse(answer)
  }
  const keys = makeKeys(database, edit, credentials, (path, body) =>
    call(right, 'POST', path, body),
  )
  // These are far from due whatever happens here.
  const [resting, waiting] = [await keys.rotating(), await keys.condemned()]
  const figures = { doubted: 0, restarts: 0, rotations: 0, destroyed: 0 }

  for (let step = 0; step < steps; step++) {
    const told = await lie()
    const dueAt = steadyTime() + 2000
    const [rotating, condemned] = [await keys.rotating(dueAt), await keys.condemned(dueAt)]
    await setTimeout(Math.max(0, dueAt - steadyTime()) + WORK_MS)
    await judgeNodes(told)
    for (const id of rotating) {
      const events = await keys.rotations(id)
      figures.rotations += events.length
      if (events.length !== 1) broken.push(`${told}: ${events.length} rotations, not 1`)
      for (const at of events) {
        if (at < dueAt - 1) broken.push(`${told}: rotated ${dueAt - at} ms early by its own time`)
      }
    }
    for (const id of condemned) {
      if (await keys.isDestroyed(id)) figures.destroyed++
      else broken.push(`${told}: a key was not destroyed`)
    }
    await judgeResting(told)
    say(`pair: ${told}`)
  }
  return {
    lines: [
      `two nodes over PostgreSQL, ${steps} jumps and stops of the clock of one, ${figures.restarts} restarts of it: ` +
        `${figures.doubted} times not believed, ${figures.rotations} rotations and ${figures.destroyed} deletions, each once`,
    ],
    broken,
  }

  /** Sets the false clock; answers what was done. */
  async function lie(): Promise<string> {
    if (chance.oneIn(6)) {
      clock.freeze()
      reckoned.freeze(clock.now())
      return 'stops'
    }
    const isSmall = chance.oneIn(3)
    const lengthMs = chance.pick(isSmall ? SMALL_STEPS_MS : LARGE_STEPS_MS)
    const aheadMs = chance.oneIn(2) ? lengthMs : -lengthMs
    const restarts = chance.oneIn(4)
    if (restarts) {
      figures.restarts++
      reckoned.kill()
      await wrong.kill9()
    }
    clock.set(aheadMs)
    reckoned.set(aheadMs)
    if (restarts) {
      const sinceMs = steadyTime()
      wrong = await startFalse()
      reckoned.othersNoted(steadyTime())
      reckoned.started(sinceMs)
    }
    return `${restarts ? 'restarts ' : ''}${aheadMs / 1000} s`
  }

  async function judgeNodes(told: string): Promise<void> {
    const before = reckoned.now()
    const said = await call(wrong, 'GET', '/keyturn/v1/clock')
    const after = reckoned.now()
    if (!after.isTrusted) figures.doubted++
    if (said.trusted !== after.isTrusted) {
      broken.push(`${told}: the false clock is ${said.trusted ? '' : 'not '}believed`)
    }
    if (said.time < before.earliest || said.time > after.latest) {
      broken.push(`${told}: the node says ${said.time}, not up to ${after.latest}`)
    } else reckoned.heard(Number(said.time))
    const honest = await call(right, 'GET', '/keyturn/v1/clock')
    if (!honest.trusted || Math.abs(honest.time - steadyTime()) > MOST_EARLY_MS) {
      broken.push(`${told}: the node whose clock is right says ${JSON.stringify(honest)}`)
    }
  }

  async function judgeResting(told: string): Promise<void> {
    for (const id of resting) {
      const count = (await keys.rotations(id)).length
      if (count > 0) broken.push(`${told}: a key rotated ${count} times that is not due for weeks`)
    }
    for (const id of waiting) {
      if (await keys.isDestroyed(id)) broken.push(`${told}: a key was destroyed days early`)
    }
  }
}

/** Makes keys, moves what they are due for, and looks into the database at what became of them. */
function makeKeys(
  database: Client,
  edit: (id: string, columns: Partial<KeysTable>) => Promise<void>,
  { project_id }: Credentials,
  post: (path: string, body: Json) => Promise<Json>,
) {
  let made = 0
  const kms = (name: string, body: Json) => post(`/v1.0/${project_id}/kms/${name}`, body)
  const create = async (more: (id: string) => Promise<void>): Promise<readonly string[]> => {
    const ids: string[] = []
    for (let n = 0; n < DUE_KEYS; n++) {
      const { key_info: info } = await kms('create-key', { key_alias: `pair-${++made}` })
      await more(info.key_id)
      ids.push(info.key_id)
    }
    return ids
  }
  return {
    /** Keys that rotate, due at a time if one is given. */
    rotating: (dueAt?: number) =>
      create(async (key_id) => {
        await kms('enable-key-rotation', { key_id })
        await kms('update-key-rotation-interval', { key_id, rotation_interval: INTERVAL_DAYS })
        if (dueAt === undefined) return
        const at = Math.round(dueAt)
        await edit(key_id, {
          rotation_period_start: at - INTERVAL_DAYS * DAY_MS,
          next_rotation_at: at,
        })
      }),
    /** Keys that wait for their destruction, which is due at a time if one is given. */
    condemned: (dueAt?: number) =>
      create(async (key_id) => {
        await kms('schedule-key-deletion', { key_id, pending_days: '7' })
        if (dueAt === undefined) return
        await edit(key_id, { delete_at: Math.round(dueAt) })
      }),
    /** When a key rotated, by the time of the node that did it. */
    async rotations(key_id: string): Promise<readonly number[]> {
      const { rows } = await database.query('select at from rotation_events where key_id = $1', [
        key_id,
      ])
      return rows.map(({ at }) => Number(at))
    },
    async isDestroyed(key_id: string): Promise<boolean> {
      const found = await database.query('select 1 from destroyed_keys where id = $1', [key_id])
      return found.rowCount === 1
    },
  }
}
