import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { aKey } from '../../test/a-key.ts'
import { FIRST_VERSION, type KeyId, type VersionNumber } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { type DueSubject, type NoticeType, noticeEvent } from '../core/key-event.ts'
import { cancelDeletion, disableKey, enableKey, scheduleDeletion } from '../core/key-state.ts'
import { rotate } from '../core/rotation.ts'
import { DAY_MS, days, type EpochMs } from '../core/time.ts'
import type { Notice, OutgoingEvent } from './event-outbox.ts'
import type { StoredKey, StoredKeyVersion } from './key-store.ts'
import { aKeystore } from './keystore-registry.conformance.ts'
import type { Storage } from './storage.ts'

interface TwoStorages {
  readonly one: Storage
  readonly other: Storage
  readonly close: () => Promise<void>
}

const NOW = Date.now() as EpochMs
const LATER = (NOW + 10_000) as EpochMs
const LONG_AFTER = (NOW + 400 * DAY_MS) as EpochMs
const TIMES = { noticeMs: 7 * DAY_MS, lateAfterMs: 60_000 }
const INTERVAL = days(100)

/** What every store promises of events on their way out. */
export function eventOutboxConformance(name: string, open: () => Promise<TwoStorages>): void {
  describe(`events on their way out: ${name}`, () => {
    let stores: TwoStorages
    let one: Storage
    const told: string[] = []
    before(async () => {
      stores = await open()
      one = stores.one
    })
    after(() => stores.close())

    const insert = async (changes: Partial<Key> = {}, version: Partial<StoredKeyVersion> = {}) => {
      const id = randomUUID() as KeyId
      const key = aKey({ id, alias: `key ${id}`, ...changes })
      assert.equal(await one.keys.insert(key, [{ ...versionOf(key), ...version }], 1e6), 'inserted')
      return key
    }
    /** A key whose rotation is due at `dueAt`. */
    const dueAt = (at: number, changes: Partial<Key> = {}) => {
      const periodStart = (at - INTERVAL * DAY_MS) as EpochMs
      return insert({ schedule: { kind: 'on', interval: INTERVAL, periodStart }, ...changes })
    }
    const load = async (keyId: KeyId): Promise<StoredKey> =>
      (await one.keys.find(keyId)) ?? assert.fail('the key is gone')
    const change = async ({ id }: Key, to: (key: Key) => Key) => {
      const seen = await load(id)
      assert.equal(await one.keys.replace(seen, to(seen.key)), 'replaced')
    }
    const maker =
      (type: NoticeType, now = NOW) =>
      (subject: DueSubject): Notice | undefined => {
        const event = noticeEvent(type, subject, now, TIMES)
        return event && { event: outgoing(event.id), tell: () => told.push(event.id) }
      }
    /** Gives all notice there is to give of a type, and answers which was told. */
    const give = async (type: NoticeType, now = NOW, storage = one) => {
      told.length = 0
      const moved = (of: NoticeType, subject: DueSubject) => maker(of, now)(subject)
      while (await storage.outbox.noteMoved(moved, (now - TIMES.lateAfterMs) as EpochMs, 3));
      const ahead = type === 'key.rotation_late' ? -TIMES.lateAfterMs : TIMES.noticeMs
      const begin = (type === 'key.rotation_late' ? 0 : NOW) as EpochMs
      const plan = { until: (now + ahead) as EpochMs, begin, make: maker(type, now) }
      while (await storage.outbox.noteDue(type, plan, 3));
      return [...told].sort()
    }
    const idOf = (prefix: string, key: Key, at: number) => `${prefix}_${key.id}_${at}`

    test('an event waits until it is delivered, and is in one hand at a time', async () => {
      const key = await insert()
      const seen = await load(key.id)
      const rotation = rotate(seen.key, 'demand', 'ann', NOW)
      const version = { ...versionOf(key), version: rotation.event.toVersion }
      const event = { ...outgoing('rotated_1'), keepUntil: undefined }
      await one.keys.rotate(seen, rotation.key, version, rotation.event, event)
      assert.deepEqual(await one.outbox.backlog(10), { waiting: 1, oldestAt: NOW })
      assert.deepEqual(await one.outbox.claim((NOW - 1) as EpochMs, LATER, 10), [])
      const [first, second] = await Promise.all([
        one.outbox.claim(NOW, LATER, 10),
        stores.other.outbox.claim(NOW, LATER, 10),
      ])
      const taken = [...first, ...second]
      assert.deepEqual(
        taken.map(({ id, attempts, body }) => ({ id, attempts, body })),
        [{ id: 'rotated_1', attempts: 0, body: '{"of":"rotated_1"}' }],
      )
      await one.outbox.postpone('rotated_1', (NOW + 5) as EpochMs, 'HTTP 500')
      const [again] = await one.outbox.claim((NOW + 5) as EpochMs, LATER, 10)
      assert.equal(again?.attempts, 1)
      await one.outbox.postpone('rotated_1', (NOW + 6) as EpochMs, undefined)
      assert.deepEqual(await one.outbox.claim((NOW + 5) as EpochMs, LATER, 10), [])
      const [untried] = await one.outbox.claim((NOW + 6) as EpochMs, LATER, 10)
      assert.equal(untried?.attempts, 1)
      assert.equal(again?.lastError, 'HTTP 500')
      assert.equal((await one.outbox.waiting(10)).length, 1)
      await one.outbox.delivered(['rotated_1'])
      assert.deepEqual(await one.outbox.backlog(10), { waiting: 0, oldestAt: undefined })
      assert.deepEqual(await one.outbox.claim(LONG_AFTER, LONG_AFTER, 10), [])
    })

    test('a rotation that another one overtook tells nothing', async () => {
      const key = await insert()
      const seen = await load(key.id)
      await one.keys.replace(seen, { ...seen.key, description: 'other' })
      const rotation = rotate(seen.key, 'demand', 'ann', NOW)
      const version = { ...versionOf(key), version: rotation.event.toVersion }
      const outcome = await one.keys.rotate(
        seen,
        rotation.key,
        version,
        rotation.event,
        outgoing('overtaken'),
      )
      assert.equal(outcome, 'stale')
      assert.equal((await one.outbox.backlog(10)).waiting, 0)
    })

    test('what rotates in a batch tells of each key, in the same transaction', async () => {
      const keys = [await dueAt(NOW - 1), await dueAt(NOW - 1), await dueAt(NOW - 1)]
      await one.keys.rotateDue(NOW, 10, ({ key }) => {
        const step = rotate(key, 'schedule', 'scheduler', NOW)
        const version = { ...versionOf(key), version: step.event.toVersion }
        return { ...step, version, outgoing: { ...outgoing(key.id), keepUntil: undefined } }
      })
      const taken = await one.outbox.claim(NOW, LATER, 10)
      assert.deepEqual(taken.map(({ id }) => id).sort(), keys.map(({ id }) => id).sort())
      await one.outbox.delivered(taken.map(({ id }) => id))
      assert.equal((await one.outbox.backlog(10)).waiting, 0)
    })

    test('notice of what comes is given once: also when the place is passed again', async () => {
      const type = 'key.rotation_upcoming'
      const at = NOW + 3 * DAY_MS
      const near: Key[] = []
      for (let count = 0; count < 7; count++) near.push(await dueAt(at + (count % 2)))
      const far = await dueAt(NOW + 8 * DAY_MS)
      const ids = near.map((key, count) => idOf('upcoming', key, at + (count % 2))).sort()
      assert.deepEqual(await give(type), ids)
      assert.deepEqual(await give(type), [])
      assert.deepEqual(await give(type, (NOW + DAY_MS) as EpochMs), [
        idOf('upcoming', far, NOW + 8 * DAY_MS),
      ])
      // The clock goes back by days: what was told is known again.
      assert.deepEqual(await give(type, (NOW - 4 * DAY_MS) as EpochMs), [])
      assert.deepEqual(await give(type, NOW), [])
    })

    test('nodes that give notice beside each other give each once', async () => {
      const keys: Key[] = []
      for (let count = 0; count < 20; count++) keys.push(await dueAt(NOW + 2 * DAY_MS + count))
      await Promise.all([
        give('key.rotation_upcoming'),
        give('key.rotation_upcoming', NOW, stores.other),
        give('key.rotation_upcoming', NOW, stores.other),
      ])
      const ids = keys.map((key, count) => idOf('upcoming', key, NOW + 2 * DAY_MS + count))
      assert.deepEqual([...told].sort(), ids.sort())
      const waiting = new Set((await one.outbox.waiting(1000)).map(({ id }) => id))
      assert.ok(ids.every((id) => waiting.has(id)))
    })

    test('a due time that moves to before the place is told; one that comes back is not', async () => {
      const type = 'key.rotation_upcoming'
      const passed = await dueAt(NOW + 4 * DAY_MS)
      assert.deepEqual(await give(type), [idOf('upcoming', passed, NOW + 4 * DAY_MS)])
      const key = await dueAt(NOW + 50 * DAY_MS)
      assert.deepEqual(await give(type), [])
      const to = (interval: number) => (it: Key) =>
        it.schedule.kind === 'on'
          ? { ...it, schedule: { ...it.schedule, interval: days(interval) } }
          : it
      await change(key, to(51))
      assert.deepEqual(await give(type), [idOf('upcoming', key, NOW + DAY_MS)])
      await change(key, disableKey)
      assert.deepEqual(await give(type), [])
      await change(key, enableKey)
      assert.deepEqual(await give(type), [])
      await change(key, to(52))
      assert.deepEqual(await give(type), [idOf('upcoming', key, NOW + 2 * DAY_MS)])
      await change(key, to(51))
      assert.deepEqual(await give(type), [])
    })

    test('what is late is told once, wherever its material is', async () => {
      const type = 'key.rotation_late'
      await one.keystores.insert(aKeystore({ id: 'hsm', alias: 'hsm' }))
      const keys = [await dueAt(NOW - 61_000), await dueAt(NOW - 62_000, { keystoreId: 'hsm' })]
      const soon = await dueAt(NOW - 1000)
      assert.deepEqual(
        await give(type),
        keys.map((key, count) => idOf('late', key, NOW - 61_000 - count * 1000)).sort(),
      )
      assert.deepEqual(await give(type), [])
      assert.deepEqual(await give(type, (NOW + 60_000) as EpochMs), [
        idOf('late', soon, NOW - 1000),
      ])
    })

    test('a key that is enabled when it is overdue is late only when that lasts', async () => {
      const key = await dueAt(NOW - 5 * DAY_MS, { state: { kind: 'disabled' } })
      await give('key.rotation_late')
      await change(key, enableKey)
      assert.deepEqual(await give('key.rotation_late'), [])
      const later = (Date.now() + 120_000) as EpochMs
      assert.deepEqual(await give('key.rotation_late', later), [
        idOf('late', key, NOW - 5 * DAY_MS),
      ])
    })

    test('a deletion is told ahead, and again when it is scheduled anew', async () => {
      const type = 'key.deletion_upcoming'
      const key = await insert()
      await change(key, (it) => scheduleDeletion(it, days(30), NOW))
      assert.deepEqual(await give(type), [])
      const soon = (NOW + 24 * DAY_MS) as EpochMs
      assert.deepEqual(await give(type, soon), [idOf('deletion', key, NOW + 30 * DAY_MS)])
      await change(key, cancelDeletion)
      await change(key, (it) => scheduleDeletion(it, days(7), NOW))
      assert.deepEqual(await give(type, NOW), [idOf('deletion', key, NOW + 7 * DAY_MS)])
    })

    test('material that expires is told by version', async () => {
      const type = 'key.material_expiring'
      const expiresAt = (NOW + 6 * DAY_MS) as EpochMs
      const key = await insert({ origin: 'external' }, { origin: 'external', expiresAt })
      const idWith = (at: number) => `expiring_${key.id}_1_${at}`
      assert.deepEqual(await give(type), [idWith(expiresAt)])
      assert.deepEqual(await give(type), [])
      const seen = await load(key.id)
      const brought = (NOW + 5 * DAY_MS) as EpochMs
      await one.keys.putImported(seen, seen.key, {
        ...versionOf(key),
        origin: 'external',
        expiresAt: brought,
      })
      assert.deepEqual(await give(type), [idWith(brought)])
    })

    test('a notice that is over is not given, and its key is passed', async () => {
      await dueAt(NOW + 5 * DAY_MS + 77)
      const missed = (NOW + 5 * DAY_MS + 78) as EpochMs
      const before = (await one.outbox.waiting(1000)).length
      await give('key.rotation_upcoming', missed)
      assert.equal((await one.outbox.waiting(1000)).length, before)
    })

    test('what is next is known, and nothing of what is passed', async () => {
      const next = await one.outbox.nextBeyond('key.rotation_upcoming', NOW)
      assert.ok(next === undefined || next > NOW)
      await dueAt(NOW + 90 * DAY_MS)
      assert.equal(await one.outbox.nextBeyond('key.rotation_upcoming', NOW), NOW + 90 * DAY_MS)
    })

    test('delivered notices are remembered for a time; what is given up is gone', async () => {
      const waiting = await one.outbox.waiting(1000)
      assert.ok(waiting.length > 5)
      const [first, ...rest] = waiting.map(({ id }) => id)
      await one.outbox.delivered([first ?? ''])
      await one.outbox.forget(LATER)
      await one.outbox.delivered([first ?? ''])
      assert.equal(await one.outbox.discard((NOW + 1) as EpochMs), rest.length)
      assert.deepEqual(await one.outbox.waiting(10), [])
      await one.outbox.forget(LONG_AFTER)
    })
  })
}

function outgoing(id: string): OutgoingEvent {
  return {
    id,
    type: 'test',
    keyId: 'key' as KeyId,
    body: JSON.stringify({ of: id }),
    createdAt: NOW,
    isWanted: true,
    keepUntil: (NOW + 200 * DAY_MS) as EpochMs,
  }
}

function versionOf(key: Key, version: VersionNumber = FIRST_VERSION): StoredKeyVersion {
  return {
    keyId: key.id,
    version,
    materialId: randomUUID() as StoredKeyVersion['materialId'],
    origin: 'kms',
    wrappedMaterial: Uint8Array.of(1, 2, 3),
    createdAt: key.createdAt,
    wrappedDigest: Uint8Array.of(1),
  }
}
