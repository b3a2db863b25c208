import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { newSlots, SharedSlots } from './shared-slots.ts'

/** What each thread does: so many visits at once; the shared words count who is inside, the most, and all. */
const VISITOR = `
  const { workerData } = require('node:worker_threads')
  const { setTimeout } = require('node:timers/promises')
  const { memory, counts, width, visits, module } = workerData
  import(module).then(async ({ SharedSlots }) => {
    const slots = new SharedSlots(width, memory)
    const words = new Int32Array(counts)
    const visit = () => slots.pass(async () => {
      const inside = Atomics.add(words, 0, 1) + 1
      for (let most = Atomics.load(words, 1); inside > most; most = Atomics.load(words, 1)) {
        Atomics.compareExchange(words, 1, most, inside)
      }
      await setTimeout(2)
      Atomics.sub(words, 0, 1)
      Atomics.add(words, 2, 1)
    })
    const alive = setInterval(() => undefined, 1000)
    await Promise.all(Array.from({ length: visits }, visit))
    clearInterval(alive)
  })
`

test('no more than the width are inside, of all threads together, and all get in', async () => {
  const [memory, counts] = [newSlots(), new SharedArrayBuffer(12)]
  // Close to where the numbers go round.
  new Int32Array(memory).fill(2 ** 31 - 20)
  const module = new URL('./shared-slots.ts', import.meta.url).href
  const workerData = { memory, counts, width: 2, visits: 25, module }
  const workers = [1, 2, 3].map(() => new Worker(VISITOR, { eval: true, workerData }))
  const ends = await Promise.all(workers.map((worker) => once(worker, 'exit')))
  assert.deepEqual(ends, [[0], [0], [0]])
  const [inside, most, all] = new Int32Array(counts)
  assert.deepEqual({ inside, most, all }, { inside: 0, most: 2, all: 75 })
})

test('who came first goes first, and who fails makes room', async () => {
  const slots = new SharedSlots(1, newSlots())
  const order: string[] = []
  const visit = (name: string) => () => {
    order.push(name)
    return name === 'second' ? Promise.reject(new Error('no')) : Promise.resolve(name)
  }
  const passed = await Promise.allSettled(
    ['first', 'second', 'third'].map((name) => slots.pass(visit(name))),
  )
  assert.deepEqual(order, ['first', 'second', 'third'])
  assert.deepEqual(
    passed.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
})
