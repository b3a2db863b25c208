import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AutomaticRotation,
  automaticRotation,
  type StatedSettings,
} from './stated-settings.ts'

const OFF: StatedSettings = {}
const every = (interval_days: number): StatedSettings => ({ interval_days })

/** Changes that lead from each settings to the next, the first at day 1. */
const through = (settings: readonly StatedSettings[], first = 1) =>
  settings.slice(1).map((to, index) => ({
    number: first + index,
    at: `day ${first + index}`,
    actor: 'müller',
    from: settings[index] ?? assert.fail(),
    to,
  }))

const judge = (
  settings: readonly StatedSettings[],
  more: {
    first?: number
    now?: StatedSettings
    destroyed?: string
    known_since?: string | undefined
  } = {},
): AutomaticRotation => {
  const changes = through(settings, more.first)
  return automaticRotation({
    key: { destroyed_at: more.destroyed },
    rotation: more.now ?? settings.at(-1) ?? OFF,
    settings: {
      known_since: 'known_since' in more ? more.known_since : 'creation',
      number_of_changes: changes.at(-1)?.number ?? 0,
      first_change: changes[0]?.number,
      changes,
    },
  })
}

describe('how long a key has rotated by itself, as far as a statement proves it', () => {
  test('since it was switched on last, with the longest interval since then', () => {
    assert.deepEqual(judge([OFF, every(365), every(30)]), {
      kind: 'on',
      since: 'day 1',
      longestIntervalDays: 365,
      isBeginning: true,
    })
    assert.deepEqual(judge([OFF, every(365), OFF, every(90), every(30), every(60)]), {
      kind: 'on',
      since: 'day 3',
      longestIntervalDays: 90,
      isBeginning: true,
    })
  })

  test('limits of use neither begin nor end it', () => {
    const limited = { interval_days: 30, max_uses: 100 }
    const found = judge([OFF, { max_bytes: 70_000 }, { ...limited }, every(30)])
    assert.equal(found.kind === 'on' && found.since, 'day 2')
  })

  test('off is off, from the beginning or later', () => {
    assert.deepEqual(judge([OFF]), { kind: 'off' })
    assert.deepEqual(judge([OFF, every(30), OFF]), { kind: 'off' })
  })

  test('what was left out, or was before changes were kept, may have been on for longer', () => {
    const on = { kind: 'on', longestIntervalDays: 60, isBeginning: false } as const
    assert.deepEqual(judge([every(60), every(30)], { first: 7 }), { ...on, since: 'day 7' })
    assert.deepEqual(judge([every(60), every(30)]), { ...on, since: 'creation' })
    assert.deepEqual(judge([every(60)]), { ...on, since: 'creation' })
    assert.deepEqual(judge([every(60)], { known_since: undefined }), { kind: 'unknown' })
  })

  test('a change that is missing, in the middle or at the end, is a contradiction', () => {
    const changes = through([OFF, every(365), OFF, every(365)])
    const told = (kept: typeof changes) =>
      automaticRotation({
        key: {},
        rotation: every(365),
        settings: {
          known_since: 'creation',
          number_of_changes: kept.at(-1)?.number ?? 0,
          first_change: 1,
          changes: kept,
        },
      }).kind
    assert.equal(told(changes), 'on')
    assert.equal(told(changes.toSpliced(1, 1)), 'contradiction')
    assert.equal(told(changes.toSpliced(2, 1)), 'contradiction')
    assert.equal(judge([OFF, every(30), every(60)], { now: every(30) }).kind, 'contradiction')
    const [one, , three] = changes
    assert.equal(
      told([one ?? assert.fail(), { ...(three ?? assert.fail()), number: 2 }]),
      'contradiction',
    )
  })

  test('of a destroyed key, what its last change led to', () => {
    const found = judge([OFF, every(30)], { destroyed: 'day 9', now: OFF })
    assert.equal(found.kind, 'on')
    assert.equal(judge([OFF, every(30), OFF], { destroyed: 'day 9', now: OFF }).kind, 'off')
  })

  test('a list that ends before the last change proves nothing', () => {
    const changes = through([OFF, every(30)])
    const settings = { known_since: 'creation', number_of_changes: 2, first_change: 1, changes }
    assert.equal(automaticRotation({ key: {}, rotation: OFF, settings }).kind, 'unknown')
  })

  test('format 1 said nothing of it', () => {
    const old = { key: {}, rotation: every(30) }
    assert.deepEqual(automaticRotation(old), { kind: 'unknown' })
  })
})
