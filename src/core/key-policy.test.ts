import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from './fault.ts'
import { allowsAccessPoint, isInForce, parseKeyPolicy } from './key-policy.ts'
import type { EpochMs } from './time.ts'

const FROM = '2026-01-01T00:00:00Z'
const TO = '2026-02-01T00:00:00Z'
const read = (policy: unknown) => parseKeyPolicy(JSON.stringify(policy))

test('a policy of capsules says where and when, in both spellings', () => {
  const snake = read({
    version: '1.0',
    validity_period: { start_time: FROM, end_time: TO },
    allowed_access_point: ['a'],
    allowed_data_security_zone: ['z'],
  })
  const camel = read({
    validityPeriod: { startTime: FROM, endTime: TO },
    allowedAccessPoint: ['a'],
    allowedDataSecurityZone: ['z'],
  })
  assert.deepEqual(camel, snake)
  const at = (text: string) => isInForce(snake, Date.parse(text) as EpochMs)
  assert.deepEqual(['2025-12-31', FROM, '2026-01-31', TO].map(at), [false, true, true, false])
  assert.ok(isInForce(read({ validity_period: { start_time: '' } }), 0 as EpochMs))
  assert.ok(allowsAccessPoint(snake, 'a'))
  assert.ok(!allowsAccessPoint(snake, 'b'))
  assert.ok(!allowsAccessPoint(read({}), 'a'))
  assert.deepEqual(read({ version: null, allowed_access_point: null }).accessPoints, undefined)
})

test('what is not understood of it is refused, never skipped', () => {
  for (const wrong of [
    ...[null, 7, 'x', []],
    { version: 7 },
    { version: 'x'.repeat(65) },
    { validity_period: [] },
    { validity_period: { end_tme: TO } },
    { validity_period: { end_time: TO, endTime: FROM } },
    { validity_period: { start_time: TO, end_time: FROM } },
    { validity_period: { end_time: 'soon' } },
    { validity_period: { end_time: '2026-01-01T00:00:00' } },
    { validityPeriods: { end_time: TO } },
    { validity_period: {}, validityPeriod: {} },
    { allowed_access_point: 'a' },
    { allowed_access_point: [7] },
    { allowed_access_point: Array(101).fill('a') },
    { allowed_access_point: ['x'.repeat(65)] },
  ]) {
    assert.throws(() => read(wrong), Fault, JSON.stringify(wrong))
  }
  assert.throws(() => parseKeyPolicy('{"__proto__":{}}'), Fault)
  assert.throws(() => parseKeyPolicy('no json'), Fault)
})
