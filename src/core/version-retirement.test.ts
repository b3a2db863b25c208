import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aKey } from '../../test/a-key.ts'
import { Fault } from './fault.ts'
import type { VersionNumber } from './ids.ts'
import type { Key } from './key.ts'
import { DAY_MS, days, type EpochMs } from './time.ts'
import { requireRetirable, retirableFrom, type WatchedVersion } from './version-retirement.ts'

const at = (day: number) => (day * DAY_MS) as EpochMs
const numbered = (n: number) => n as VersionNumber
const key: Key = { ...aKey(), primaryVersion: numbered(3) }
const old: WatchedVersion = {
  version: numbered(2),
  createdAt: at(10),
  hasMaterial: true,
  lastUsedAt: undefined,
  retirement: undefined,
}

test('a former version may be retired when it was watched for so long without a use', () => {
  const span = days(30)
  assert.equal(retirableFrom(key, old, at(0), span), at(40))
  assert.equal(retirableFrom(key, old, at(25), span), at(55))
  assert.equal(retirableFrom(key, { ...old, lastUsedAt: at(90) }, at(25), span), at(120))
})

test('others never may', () => {
  const never = (changes: Partial<WatchedVersion>, of = key) =>
    assert.equal(retirableFrom(of, { ...old, ...changes }, at(0), days(1)), undefined)
  never({ version: numbered(3) })
  never({ version: numbered(4) })
  never({ hasMaterial: false })
  never({ retirement: { at: at(50), by: 'a', note: 'all' } })
  never({}, { ...key, primaryVersion: undefined })
})

test('too early is refused, on time is not', () => {
  const require = (day: number) => requireRetirable(key, old, at(0), days(30), at(day))
  const isRefusal = (error: unknown) =>
    error instanceof Fault && error.kind === 'version-not-retirable'
  assert.throws(() => require(39), isRefusal)
  require(40)
  assert.throws(
    () => requireRetirable(key, { ...old, hasMaterial: false }, at(0), days(30), at(99)),
    isRefusal,
  )
})
