import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Fault } from '../core/fault.ts'
import { Turnstile } from './turnstile.ts'

test('no more than its width are inside, in the order in which they came', async () => {
  const turnstile = new Turnstile(2, 10)
  const order: number[] = []
  let inside = 0
  let most = 0
  const visit = async (visitor: number) => {
    order.push(visitor)
    most = Math.max(most, ++inside)
    await setImmediate()
    inside--
    return visitor
  }
  const visitors = [1, 2, 3, 4, 5, 6]
  const answers = await Promise.all(visitors.map((n) => turnstile.pass(() => visit(n))))
  assert.deepEqual(answers, visitors)
  assert.deepEqual(order, visitors)
  assert.equal(most, 2)
})

test('who fails makes room as well', async () => {
  const turnstile = new Turnstile(1, 10)
  const failing = turnstile.pass(() => Promise.reject(new Error('no')))
  const next = turnstile.pass(() => Promise.resolve('yes'))
  await assert.rejects(failing, { message: 'no' })
  assert.equal(await next, 'yes')
  assert.equal(await turnstile.pass(() => Promise.resolve('again')), 'again')
})

test('who finds too many waiting is sent away, and only that one', async () => {
  const turnstile = new Turnstile(1, 1)
  const { promise, resolve } = Promise.withResolvers<string>()
  const first = turnstile.pass(() => promise)
  const second = turnstile.pass(() => promise)
  await assert.rejects(
    turnstile.pass(() => promise),
    (error) => error instanceof Fault && error.kind === 'too-many-requests',
  )
  resolve('done')
  assert.deepEqual(await Promise.all([first, second]), ['done', 'done'])
})
