import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../core/fault.ts'
import { newSignInFailures, SignInThrottle } from './sign-in-throttle.ts'

const MINUTE_MS = 60_000
const ADDRESS = '192.0.2.1'
const ELSEWHERE = '192.0.2.2'

function throttleWithClock() {
  let nowMs = 1000
  const memory = newSignInFailures()
  const throttle = new SignInThrottle(memory, () => nowMs)
  return {
    throttle,
    /** The same failures, as another thread has them. */
    elsewhere: new SignInThrottle(memory, () => nowMs),
    pass: (ms: number) => {
      nowMs += ms
    },
    /** Seconds to wait; 0 when nobody has to. */
    wait(account: string, address: string): number {
      try {
        throttle.check(account, address)
        return 0
      } catch (error) {
        assert.ok(error instanceof Fault && error.kind === 'too-many-requests')
        return (error as Fault<'too-many-requests'>).facts.retryAfterSeconds
      }
    },
    fail(account: string, address: string, times = 1) {
      for (let i = 0; i < times; i++) throttle.fail(account, address)
    },
  }
}

test('a few failures cost nothing, then each doubles the wait, up to five minutes', () => {
  const { wait, fail, pass } = throttleWithClock()
  fail('anna', ADDRESS, 4)
  assert.equal(wait('anna', ADDRESS), 0)
  for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
    fail('anna', ADDRESS)
    assert.equal(wait('anna', ADDRESS), seconds)
    pass(seconds * 1000 - 1)
    assert.equal(wait('anna', ADDRESS), 1)
    pass(1)
    assert.equal(wait('anna', ADDRESS), 0)
  }
})

test('an account is not locked for other addresses, nor an address for other accounts', () => {
  const { wait, fail } = throttleWithClock()
  fail('anna', ADDRESS, 10)
  assert.ok(wait('anna', ADDRESS) > 0)
  assert.equal(wait('anna', ELSEWHERE), 0)
  assert.equal(wait('bert', ADDRESS), 0)
})

test('who tries many accounts is slowed down by the address', () => {
  const { wait, fail } = throttleWithClock()
  for (let i = 0; i < 19; i++) fail(`account-${i}`, ADDRESS)
  assert.equal(wait('anna', ADDRESS), 0)
  fail('account-19', ADDRESS)
  assert.equal(wait('anna', ADDRESS), 1)
  assert.equal(wait('anna', ELSEWHERE), 0)
})

test('a success clears the account at that address, not the address', () => {
  const { throttle, wait, fail, pass } = throttleWithClock()
  fail('anna', ADDRESS, 4)
  throttle.succeed('anna', ADDRESS)
  fail('anna', ADDRESS, 4)
  assert.equal(wait('anna', ADDRESS), 0)
  fail('bert', ADDRESS, 12)
  pass(5 * MINUTE_MS)
  throttle.succeed('own', ADDRESS)
  assert.equal(wait('own', ADDRESS), 0)
  fail('own', ADDRESS)
  assert.equal(wait('own', ADDRESS), 2)
})

test('after a quarter of an hour without a failure all is forgotten', () => {
  const { wait, fail, pass } = throttleWithClock()
  fail('anna', ADDRESS, 12)
  pass(15 * MINUTE_MS + 1)
  fail('anna', ADDRESS, 4)
  assert.equal(wait('anna', ADDRESS), 0)
})

test('the addresses of one IPv6 network count as one', () => {
  const { wait, fail } = throttleWithClock()
  fail('anna', '2001:db8:0:1::1', 5)
  assert.ok(wait('anna', '2001:db8:0:1:ffff:ffff:ffff:ffff') > 0)
  assert.ok(wait('anna', '2001:db8::1:0:0:0:2') > 0)
  assert.equal(wait('anna', '2001:db8:0:2::1'), 0)
  assert.equal(wait('anna', '::1'), 0)
})

test('an IPv4 address is the same in the words of IPv6', () => {
  const { wait, fail } = throttleWithClock()
  fail('anna', `::ffff:${ADDRESS}`, 5)
  assert.ok(wait('anna', ADDRESS) > 0)
  assert.equal(wait('anna', `::ffff:${ELSEWHERE}`), 0)
})

test('names cannot be put together so that they count for others', () => {
  const { wait, fail } = throttleWithClock()
  fail('a","192.0.2.1', ELSEWHERE, 10)
  assert.equal(wait('a', ADDRESS), 0)
})

test('what failed at one thread counts at the others', () => {
  const { throttle, elsewhere, wait, pass } = throttleWithClock()
  for (let i = 0; i < 3; i++) throttle.fail('anna', ADDRESS)
  for (let i = 0; i < 3; i++) elsewhere.fail('anna', ADDRESS)
  assert.equal(wait('anna', ADDRESS), 2)
  pass(2000)
  elsewhere.succeed('anna', ADDRESS)
  throttle.fail('anna', ADDRESS)
  assert.equal(wait('anna', ADDRESS), 0)
})

test('who fails at every address there is makes nobody wait who did not, and is not forgotten himself', () => {
  const { wait, fail, pass } = throttleWithClock()
  fail('anna', ADDRESS, 12)
  pass(1000)
  for (let i = 0; i < 200_000; i++)
    fail(`account-${i}`, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
  assert.ok(wait('anna', ADDRESS) > 0)
  for (let i = 0; i < 1000; i++) assert.equal(wait('bert', `198.51.100.${i}`), 0)
})
