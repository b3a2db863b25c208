import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { DAY_MS, type EpochMs } from '../core/time.ts'
import type { Storage } from '../ports/storage.ts'
import { type ClockEvents, ClockWatch } from '../scheduler/clock-watch.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { parseDurationMs } from './duration.ts'
import { guardedClock, newClockMemory } from './guarded-clock.ts'

const START = Date.UTC(2030, 0, 1)

describe('a guarded clock over a store', () => {
  let directory: string
  let storage: Storage
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'keyturn-clock-'))
    storage = await openSqlite({ file: join(directory, 'store.sqlite') })
  })
  after(async () => {
    await storage.close()
    rmSync(directory, { recursive: true })
  })

  /** A server, started now; its memory is that of all its threads. */
  async function started(aheadMs: number, passed: { ms: number }, databaseAheadMs?: number) {
    const lie = { aheadMs, databaseAheadMs }
    const memory = newClockMemory()
    const databaseTime = async () => (START + passed.ms + (lie.databaseAheadMs ?? 0)) as EpochMs
    const make = () =>
      guardedClock({
        memory,
        limitMs: DAY_MS,
        storage: databaseAheadMs === undefined ? storage : { ...storage, databaseTime },
        systemNow: () => (START + passed.ms + lie.aheadMs) as EpochMs,
        steadyNowMs: () => 77 + passed.ms,
      })
    const clock = make()
    await clock.compare()
    return { lie, clock, other: make() }
  }

  test('what one thread is told all know, and a restart does not forget', async () => {
    const passed = { ms: 0 }
    const first = await started(0, passed)
    await first.clock.note()
    first.lie.aheadMs = 400 * DAY_MS
    assert.equal(first.other.doubt(), 'step')
    assert.equal(first.other.now(), START)
    await first.clock.note()

    const again = await started(400 * DAY_MS, passed)
    assert.deepEqual([again.clock.doubt(), again.clock.now()], ['step', START])
    await again.other.confirm()
    assert.deepEqual([again.clock.doubt(), again.clock.now()], [undefined, START + 400 * DAY_MS])
    const third = await started(400 * DAY_MS, passed)
    assert.equal(third.clock.doubt(), undefined)

    const back = await started(0, passed)
    assert.deepEqual([back.clock.doubt(), back.clock.now()], ['step', START + 400 * DAY_MS])
    await back.clock.confirm()
    assert.equal((await started(0, passed)).clock.doubt(), undefined)
  })

  test('a node that is behind what others noted goes by their time', async () => {
    const passed = { ms: 0 }
    const late = await started(0, passed)
    const early = await started(0, passed)
    passed.ms = DAY_MS * 3
    await early.clock.note()
    late.lie.aheadMs = -DAY_MS * 3
    assert.equal(late.clock.now(), START + passed.ms)
    await late.clock.confirm()
    await early.clock.note()
    await late.clock.compare()
    assert.deepEqual([late.clock.doubt(), late.clock.now()], ['step', START + passed.ms])
    await early.clock.confirm()
  })

  test('a database with another time is reason enough to destroy nothing', async () => {
    const passed = { ms: 3 * DAY_MS }
    const { lie, clock, other } = await started(0, passed, 2 * DAY_MS)
    assert.equal(other.doubt(), 'database')
    lie.databaseAheadMs = 1000
    await clock.compare()
    assert.equal(other.doubt(), undefined)
  })

  test('what the watch tells: back, forward, standing still, doubt and its end', async () => {
    const passed = { ms: 3 * DAY_MS }
    const told: string[] = []
    const tell = (name: string) => () => void told.push(name)
    const events: ClockEvents = {
      clockWentBack: tell('back'),
      clockWentForward: tell('forward'),
      clockStopped: tell('stopped'),
      clockDoubted: (doubt) => void told.push(`doubt ${doubt}`),
      failed: (error) => assert.fail(String(error)),
    }
    const { lie, clock } = await started(0, passed)
    const watch = new ClockWatch(clock, events, () => passed.ms)
    const look = (passedMs: number, aheadMs: number) => {
      passed.ms += passedMs
      lie.aheadMs = aheadMs
      return watch.look()
    }
    await look(0, 0)
    await look(1000, 500)
    assert.deepEqual(told, [])
    await look(1000, 100_000)
    await look(1000, 0)
    assert.deepEqual(told.splice(0), ['forward', 'back'])
    for (let second = 1; second <= 8; second++) await look(1000, -1000 * second)
    assert.deepEqual(told.splice(0), ['stopped'])
    await look(1000, 2 * DAY_MS)
    await look(1000, 2 * DAY_MS)
    await look(1000, 0)
    assert.deepEqual(told, ['forward', 'doubt step', 'back', 'doubt undefined'])
  })
})

test('durations', () => {
  const read = ['90s', '15m', '6h', '1d', '0d', '1', 'd', '1w', ' 1d', '1.5h'].map(parseDurationMs)
  assert.deepEqual(read, [
    90_000,
    900_000,
    21_600_000,
    DAY_MS,
    ...Array<undefined>(6).fill(undefined),
  ])
})
