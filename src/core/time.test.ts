import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseIsoTime } from './time.ts'

test('a time is read from ISO 8601 with a zone, and from nothing else that Date would take', () => {
  const noon = Date.UTC(2026, 1, 28, 12)
  assert.equal(parseIsoTime('2026-02-28T12:00:00Z'), noon)
  assert.equal(parseIsoTime('2026-02-28T12:00Z'), noon)
  assert.equal(parseIsoTime('2026-02-28T14:00:00.000+02:00'), noon)
  assert.equal(parseIsoTime('2026-02-28'), Date.UTC(2026, 1, 28))
  assert.equal(parseIsoTime('2024-02-29T00:00:00Z'), Date.UTC(2024, 1, 29))
  for (const wrong of [
    ...['', '1', '2026', 'Feb 28 2026', '2026-02-28T12:00:00', '2026-02-28 12:00:00Z'],
    ...['2026-02-30', '2026-02-30T00:00:00Z', '2026-13-01', '2026-02-28T24:00:00Z'],
    ...['2026-02-28T12:00:00Z ', '2026-02-28T12:00:00Z(x)', '+002026-02-28', '2026-00-01'],
  ]) {
    assert.equal(parseIsoTime(wrong), undefined, wrong)
  }
})
