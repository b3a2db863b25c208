import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../core/fault.ts'
import { makeRateLimit, newAllowances } from './rate-limit.ts'

const SECOND = 1_000_000_000n

function limited(perSecond: number) {
  let time = 5n * SECOND
  const allowances = newAllowances()
  const limit = () => makeRateLimit(perSecond, allowances, () => time)
  return {
    limit: limit(),
    /** The same allowances, as another thread has them. */
    elsewhere: limit(),
    pass(nanoseconds: bigint) {
      time += nanoseconds
    },
  }
}

function refusal(work: () => void): number | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    assert.ok(error instanceof Fault && error.kind === 'too-many-requests')
    return (error.facts as { readonly retryAfterSeconds: number }).retryAfterSeconds
  }
}

function taken(limit: (principal: string) => void, principal: string): number {
  let calls = 0
  while (calls < 10_000 && refusal(() => limit(principal)) === undefined) calls++
  return calls
}

test('two seconds of calls at once, then as many as a second brings', () => {
  const { limit, pass } = limited(50)
  assert.equal(taken(limit, 'anna'), 100)
  pass(SECOND)
  assert.equal(taken(limit, 'anna'), 50)
  pass(SECOND / 50n)
  assert.equal(taken(limit, 'anna'), 1)
  pass(100n * SECOND)
  assert.equal(taken(limit, 'anna'), 100, 'never more than the burst')
})

test('fast rates are kept as well as slow ones', () => {
  const { limit, pass } = limited(3000)
  assert.equal(taken(limit, 'anna'), 6000)
  pass(SECOND)
  assert.ok(Math.abs(taken(limit, 'anna') - 3000) <= 1)
})

test('whichever thread is called', () => {
  const { limit, elsewhere } = limited(10)
  for (let call = 0; call < 10; call++) {
    limit('anna')
    elsewhere('anna')
  }
  assert.equal(
    refusal(() => limit('anna')),
    1,
  )
  assert.equal(
    refusal(() => elsewhere('anna')),
    1,
  )
})

test("one principal does not use up what is another one's", () => {
  const { limit } = limited(1)
  for (let user = 0; user < 5000; user++) {
    const calls = taken(limit, `user-${user}`)
    assert.ok(calls === 2, `user ${user} had ${calls}`)
  }
})

test('without a limit nobody is refused', () => {
  const limit = makeRateLimit(0, newAllowances())
  for (let call = 0; call < 1000; call++) limit('anna')
})
