import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Fault } from '../core/fault.ts'
import type { Change } from '../ports/change-feed.ts'
import { ChangeFollower } from './change-follower.ts'

const STALENESS_MS = 200

/** A change log that a test writes to, cuts off, or sets back. */
function world() {
  let log: Change[] = []
  let commits = 0
  let isCutOff = false
  let isSilent = false
  const told: string[] = []
  const listening: { onChange?: () => void; onLost?: () => void } = {}
  const reading = <T>(work: () => T): Promise<T> =>
    isSilent
      ? new Promise<T>(() => undefined)
      : isCutOff
        ? Promise.reject(new Error('no database'))
        : Promise.resolve(work())
  const follower = new ChangeFollower({
    feed: {
      latest: () => reading(() => log.at(-1)?.number ?? 0),
      since: (number, limit) =>
        reading(() => log.filter((change) => change.number > number).slice(0, limit)),
      forget: async () => 0,
      async listen(onChange, onLost) {
        Object.assign(listening, { onChange, onLost })
        return async () => undefined
      },
    },
    signal: { announce: () => commits++, count: () => commits },
    stalenessMs: STALENESS_MS,
    listeners: [
      {
        apply: ({ number, id }) => told.push(`${number} ${id}`),
        forgetAll: () => void told.push('all'),
      },
    ],
  })
  return {
    follower,
    listening,
    /** What listeners were told since one asked last. */
    told: () => told.splice(0),
    write(number: number, id: string) {
      log.push({ number, kind: 'key', id })
    },
    announce: () => commits++,
    setBack(changes: Change[]) {
      log = changes
    },
    cutOff(is: boolean) {
      isCutOff = is
    },
    /** A link that is down: nothing answers, and nothing says that it will not. */
    silence(is: boolean) {
      isSilent = is
    },
  }
}

const failing = () => undefined

describe('following changes', () => {
  test('begins with nothing remembered, after the newest change', async () => {
    const { follower, told, write } = world()
    write(7, 'old')
    await follower.start(failing)
    assert.deepEqual(told(), ['all'])
    assert.ok(follower.isCurrent())
    write(8, 'a')
    write(9, 'b')
    await follower.catchUp()
    assert.deepEqual(told(), ['8 a', '9 b'])
    await follower.catchUp()
    assert.deepEqual(told(), [])
    await follower.stop()
  })

  test('a commit of another thread must be read before caches are used', async () => {
    const { follower, told, write, announce } = world()
    await follower.start(failing)
    write(1, 'a')
    assert.ok(follower.isCurrent(), 'nobody said so yet')
    announce()
    assert.equal(follower.isCurrent(), false)
    await follower.requireCurrent()
    assert.ok(follower.isCurrent())
    assert.deepEqual(told(), ['all', '1 a'])
    await follower.stop()
  })

  test('one that is announced while the log is read is not taken for read', async () => {
    const { follower, write, announce } = world()
    await follower.start(failing)
    write(1, 'a')
    announce()
    const reading = follower.requireCurrent()
    announce()
    await reading
    assert.equal(follower.isCurrent(), false)
    await follower.stop()
  })

  test('cut off, caches may be used until the bound and then not', async () => {
    const { follower, cutOff } = world()
    await follower.start(failing)
    cutOff(true)
    assert.ok(follower.isCurrent())
    await setTimeout(STALENESS_MS + 20)
    assert.equal(follower.isCurrent(), false)
    await assert.rejects(
      follower.requireCurrent(),
      (error) => error instanceof Fault && error.kind === 'storage-failed',
    )
    cutOff(false)
    await follower.requireCurrent()
    assert.ok(follower.isCurrent())
    await follower.stop()
  })

  test('a database that never answers: whoever asks is refused soon, and served soon after', async () => {
    const { follower, silence, write, told } = world()
    await follower.start(failing)
    write(1, 'a')
    silence(true)
    await setTimeout(STALENESS_MS + 20)
    const askedAtMs = performance.now()
    const asked = Array.from({ length: 5 }, () => follower.requireCurrent())
    for (const one of asked) {
      await assert.rejects(one, (e) => e instanceof Fault && e.kind === 'storage-failed')
    }
    assert.ok(performance.now() - askedAtMs < 5000)
    silence(false)
    await setTimeout(STALENESS_MS)
    await follower.requireCurrent()
    assert.deepEqual(told(), ['all', '1 a'])
    await follower.stop()
  })

  test('the machine slept: the wall clock counts too', async (t) => {
    const { follower } = world()
    await follower.start(failing)
    const now = Date.now()
    t.mock.method(Date, 'now', () => now + STALENESS_MS + 60_000)
    assert.equal(follower.isCurrent(), false)
    t.mock.restoreAll()
    await follower.stop()
  })

  test('a database that went back to an earlier state: everything is forgotten', async () => {
    const { follower, told, write, setBack } = world()
    for (const number of [1, 2, 3]) write(number, `old-${number}`)
    await follower.start(failing)
    told()
    setBack([
      { number: 1, kind: 'key', id: 'old-1' },
      { number: 2, kind: 'key', id: 'old-2' },
    ])
    await follower.catchUp()
    assert.deepEqual(told(), ['all'], 'the last change is gone')
    write(3, 'new-3')
    await follower.catchUp()
    assert.deepEqual(told(), ['3 new-3'])
    setBack([{ number: 3, kind: 'key', id: 'another' }])
    await follower.catchUp()
    assert.deepEqual(told(), ['all'], 'the number is there again, for something else')
    await follower.stop()
  })

  test('whoever lost its ear begins anew', async () => {
    const { follower, told, write, listening } = world()
    await follower.start(failing)
    told()
    write(1, 'a')
    listening.onChange?.()
    await follower.catchUp()
    assert.deepEqual(told(), ['1 a'])
    listening.onLost?.()
    await follower.catchUp()
    assert.deepEqual(told(), ['all'])
    await follower.stop()
  })

  test('a failure while beginning anew is made good', async () => {
    const { follower, told, cutOff, listening } = world()
    await follower.start(failing)
    told()
    cutOff(true)
    listening.onLost?.()
    await assert.rejects(follower.catchUp())
    cutOff(false)
    await follower.catchUp()
    assert.deepEqual(told(), ['all'])
    await follower.stop()
  })

  test('a long log is read in pieces, whole and in order', async () => {
    const { follower, told, write } = world()
    await follower.start(failing)
    told()
    for (let number = 1; number <= 3500; number++) write(number, 'x')
    await follower.catchUp()
    const numbers = told().map((line) => Number(line.split(' ')[0]))
    assert.deepEqual(
      numbers,
      Array.from({ length: 3500 }, (_, at) => at + 1),
    )
    await follower.stop()
  })
})
