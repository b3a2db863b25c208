import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KeyRow, RotationEvent } from '../../client/index.ts'
import { LATE_AFTER_MS } from '../../core/rotation.ts'
import { rotationStanding, stateOf } from './key-facts.ts'
import { ticksOf, timelineOf, turnOf } from './timeline-model.ts'

const DAY_MS = 86_400_000

const ROW: KeyRow = {
  key_id: '0d51c999-af9f-4899-b24f-57396d283397',
  domain_id: 'd',
  key_alias: 'orders',
  realm: 'local-1',
  key_spec: 'AES_256',
  key_usage: 'ENCRYPT_DECRYPT',
  key_description: '',
  creation_date: '0',
  scheduled_deletion_date: '',
  key_state: '2',
  default_key_flag: '0',
  key_type: '1',
  expiration_time: '',
  origin: 'kms',
  key_rotation_enabled: 'true',
  sys_enterprise_project_id: '0',
  keystore_id: '0',
  keystore_type: 'DEFAULT',
  multi_region_key_type: 'SINGLE',
  pending_days: '',
  primary_version: 3,
  rotation_interval: 30,
  next_rotation_time: String(90 * DAY_MS),
  number_of_rotations: 2,
}

function rotation(from: number, atMs: number, facts: Partial<RotationEvent> = {}): RotationEvent {
  return {
    key_id: ROW.key_id,
    cause: 'schedule',
    actor: 'scheduler',
    from_version: from,
    to_version: from + 1,
    time: String(atMs),
    due_time: String(atMs),
    late_ms: 0,
    ...facts,
  }
}

test('each version protects until the next one does, the primary until now', () => {
  const events = [rotation(1, 30 * DAY_MS), rotation(2, 60 * DAY_MS)]
  const { periods, fromMs, nextMs, toMs } = timelineOf(ROW, events, 70 * DAY_MS)
  assert.deepEqual(
    periods.map(({ version, fromMs: from, toMs: to, isPrimary }) => [
      version,
      from / DAY_MS,
      to / DAY_MS,
      isPrimary,
    ]),
    [
      [1, 0, 30, false],
      [2, 30, 60, false],
      [3, 60, 70, true],
    ],
  )
  assert.equal(fromMs, 0)
  assert.equal(nextMs, 90 * DAY_MS)
  assert.ok(toMs > 90 * DAY_MS)
})

test('where earlier rotations are left out, the picture begins with the first that is there', () => {
  const { periods, fromMs } = timelineOf(ROW, [rotation(2, 60 * DAY_MS)], 70 * DAY_MS)
  assert.deepEqual(
    periods.map(({ version }) => version),
    [3],
  )
  assert.equal(fromMs, 60 * DAY_MS)
})

test('a key without rotations has one version; one without material has none', () => {
  const young = { ...ROW, primary_version: 1, number_of_rotations: 0 }
  assert.equal(timelineOf(young, [], DAY_MS).periods.length, 1)
  const { primary_version: _, ...waiting } = { ...ROW, key_state: '5' as const }
  assert.deepEqual(timelineOf(waiting, [], DAY_MS).periods, [])
})

test('a clock that is behind turns no period around', () => {
  const { periods } = timelineOf(ROW, [rotation(2, 60 * DAY_MS)], 50 * DAY_MS)
  for (const { fromMs, toMs } of periods) assert.ok(toMs >= fromMs)
})

test('the axis names months, or days where a month would be named twice', () => {
  for (const [days, step] of [
    [3, 'day'],
    [33, 'day'],
    [155, 'day'],
    [156, 'month'],
    [3650, 'month'],
  ] as const) {
    const ticks = ticksOf({ fromMs: 0, toMs: days * DAY_MS }, 5)
    assert.equal(ticks.step, step, String(days))
    assert.equal(ticks.timesMs.length, 5)
    const months = ticks.timesMs.map((timeMs) => new Date(timeMs).toISOString().slice(0, 7))
    if (step === 'month') assert.equal(new Set(months).size, 5)
  }
})

test('a rotation is on time, late, or came before it was due', () => {
  assert.equal(turnOf(rotation(1, DAY_MS)).kind, 'onTime')
  assert.equal(turnOf(rotation(1, DAY_MS, { late_ms: LATE_AFTER_MS })).kind, 'onTime')
  assert.equal(turnOf(rotation(1, DAY_MS, { late_ms: LATE_AFTER_MS + 1 })).kind, 'late')
  assert.equal(turnOf(rotation(1, DAY_MS, { due_time: String(2 * DAY_MS) })).kind, 'early')
  const { due_time: _, ...onDemand } = rotation(1, DAY_MS)
  assert.equal(turnOf(onDemand).kind, 'early')
})

test('how a key stands to rotating by itself', () => {
  const on = { kind: 'on', intervalDays: 30, nextMs: 90 * DAY_MS }
  assert.deepEqual(rotationStanding(ROW), on)
  const { next_rotation_time: _, ...still } = ROW
  assert.deepEqual(rotationStanding(still), { kind: 'paused', intervalDays: 30 })
  const { rotation_interval: __, ...off } = still
  assert.deepEqual(rotationStanding(off), { kind: 'off' })
  const never = (facts: Partial<KeyRow>) => rotationStanding({ ...ROW, ...facts })
  assert.deepEqual(never({ origin: 'external' }), { kind: 'never', why: 'imported' })
  assert.deepEqual(never({ key_spec: 'RSA_2048' }), { kind: 'never', why: 'asymmetric' })
  assert.deepEqual(never({ default_key_flag: '1' }), { kind: 'never', why: 'default' })
  const replica = { kind: 'never', why: 'replica' }
  assert.deepEqual(never({ multi_region_key_type: 'REPLICA' }), replica)
})

test('every state that the wire has for a key has a name', () => {
  const names = (['2', '3', '4', '5'] as const).map((key_state) => stateOf({ key_state }))
  assert.deepEqual(names, ['enabled', 'disabled', 'pendingDeletion', 'pendingImport'])
})
