import { existsSync, statfsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ProjectId, TenantId } from '../../src/core/ids.ts'
import { DAY_MS, type EpochMs } from '../../src/core/time.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { fillSqlite } from '../scale/fill-store.ts'
import { forgetMarks, MACS_AT_NEXT_START } from '../scale/macs-anew.ts'
import type { Credentials } from '../server.ts'
import { type Answer, type CallLine, openLine } from './call-line.ts'
import { adminToken, credentialsOf, verifyAudit } from './ground.ts'
import { type NodeProcess, startNode } from './node-process.ts'

const NAME = 'simulated'
const SCRIPT = new URL('simulated-node.ts', import.meta.url).pathname
/** In memory a kill loses as little as on a disk, of which the power stays on; and no disk is waited for. */
const MEMORY = '/dev/shm'
const ENOUGH_BYTES = 4 * 2 ** 30
/** By so much a clock that is to be believed whatever it says may be set. */
const ANY_STEP = '99999d'
const FLAGS = ['--log-level', 'error', '--workers', '1', '--key-quota', '2000000']

/** A server on a clock of ours, over a file, which can be killed and started at another time. */
export interface SimulatedWorld {
  readonly keyId: (n: number) => string
  /**
   * Starts it; nothing is done that is due until time is told to pass.
   *
   * @param lie What the clock of its system is ahead of that moment, and the limit of what is believed.
   */
  readonly start: (at: number, lie?: Lie) => Promise<void>
  readonly kill: () => Promise<void>
  /** Lets milliseconds pass; answers with status 0 when it was killed meanwhile. */
  readonly pass: (stepMs: number) => Promise<Answer>
  readonly call: (operation: string, body: unknown) => Promise<Answer>
  /** What it says that the time is, and whether its clock is believed. */
  readonly clock: () => Promise<ClockAnswer>
  /** Says that its clock is right. */
  readonly confirm: () => Promise<ClockAnswer>
  /** The newest time that it has noted as believed; it must be stopped. */
  readonly newest: () => number
  /** Stops it and answers what `audit verify` says against it. */
  readonly stop: () => Promise<string | undefined>
  /** Reads the file; the server must be stopped. */
  readonly rows: (sql: string) => readonly Readonly<Record<string, unknown>>[]
  readonly close: () => Promise<void>
}

/** How a clock lies. */
export interface Lie {
  readonly aheadMs: number
  readonly limitMs: number
}

/** What a server says of its clock. */
export interface ClockAnswer {
  readonly time: number
  readonly isTrusted: boolean
}

/** Makes one with so many keys that rotate every 30 to 365 days, all of whose periods begin now. */
export async function simulatedWorld(keys: number, startAt: number): Promise<SimulatedWorld> {
  const directory = await mkdtemp(join(placeOfData(), 'keyturn-simulation-'))
  const file = join(directory, 'keyturn.sqlite')
  let node = await startNode({ name: NAME, directory, flags: [...FLAGS, ...clockFlags(startAt)] })
  const credentials: Credentials = await credentialsOf([node])
  await node.stop()
  const { keyId } = await fillSqlite(file, {
    projectId: credentials.project_id as ProjectId,
    tenantId: credentials.domain_id as TenantId,
    root: await fileSeal({ path: join(directory, 'root.key') }).open(),
    keys,
    dueAt: (startAt + 30 * DAY_MS) as EpochMs,
  })
  spreadIntervals(file)
  forgetMarks(directory)
  let line: CallLine | undefined
  let token = ''
  const call = (path: string, body?: unknown, method = 'POST') => {
    if (line === undefined) throw new Error('no server runs')
    return line.call({ path, token, body, method })
  }
  const rows = (sql: string) => {
    const db = new DatabaseSync(file)
    try {
      return db.prepare(sql).all()
    } finally {
      db.close()
    }
  }
  return {
    keyId,
    async start(at, lie) {
      const limit = lie === undefined ? ANY_STEP : `${lie.limitMs / 60_000}m`
      node = await startNode({
        name: NAME,
        directory,
        script: SCRIPT,
        flags: [...FLAGS, ...clockFlags(at), '--clock-step-limit', limit],
        environment: { SIMULATED_LIE_MS: `${lie?.aheadMs ?? 0}` },
      })
      token = await adminToken(node, credentials)
      line = openLine(node.url)
    },
    async kill() {
      await node.kill9()
      line?.close()
    },
    pass: (stepMs) =>
      call('/keyturn/v1/clock', {
        days: Math.floor(stepMs / DAY_MS),
        milliseconds: stepMs % DAY_MS,
      }),
    call: (operation, body) => call(`/v1.0/${credentials.project_id}/kms/${operation}`, body),
    clock: async () => clockAnswer(await call('/keyturn/v1/clock', undefined, 'GET')),
    confirm: async () => clockAnswer(await call('/keyturn/v1/clock/confirmation', {})),
    newest: () => Number(rows("select value from meta where name = 'clock-newest'")[0]?.['value']),
    async stop() {
      line?.close()
      if ((await node.stop()) !== 0) return 'the server did not stop cleanly'
      const { isWhole, printed } = await verifyAudit(node as NodeProcess, [])
      return isWhole ? undefined : printed
    },
    rows,
    async close() {
      line?.close()
      await node.kill9()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function placeOfData(): string {
  if (!existsSync(MEMORY)) return tmpdir()
  const { bavail, bsize } = statfsSync(MEMORY)
  return bavail * bsize >= ENOUGH_BYTES ? MEMORY : tmpdir()
}

function clockAnswer({ status, failure, body }: Answer): ClockAnswer {
  if (status !== 200) throw new Error(`asking for the clock: ${status} ${failure ?? ''}`)
  return { time: Number(body.time), isTrusted: body.trusted }
}

function clockFlags(at: number): readonly string[] {
  return ['--clock', `virtual:${new Date(at).toISOString()}`]
}

function spreadIntervals(file: string): void {
  const db = new DatabaseSync(file)
  db.exec(`update keys set rotation_interval = 30 + number % 336 where next_rotation_at is not null;
    update keys set next_rotation_at = rotation_period_start + rotation_interval * ${DAY_MS}
      where next_rotation_at is not null;
    delete from rotation_days;
    insert into rotation_days (project_id, day, due, done, late)
      select project_id, next_rotation_at - next_rotation_at % ${DAY_MS}, count(*), 0, 0
        from keys where next_rotation_at is not null
        group by project_id, next_rotation_at - next_rotation_at % ${DAY_MS};
    ${MACS_AT_NEXT_START}
    pragma wal_checkpoint(truncate)`)
  db.close()
}
