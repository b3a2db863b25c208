import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { ownTurn, TURN_WORDS, ticketTurn } from './ticket-turn.ts'

test('writers come in the order in which they asked', async () => {
  const turn = ownTurn()
  const order: number[] = []
  await turn.take()
  const others = [1, 2, 3].map(async (name) => {
    await turn.take()
    order.push(name)
    await setImmediate()
    turn.give()
  })
  await setImmediate()
  assert.deepEqual(order, [])
  turn.give()
  await Promise.all(others)
  assert.deepEqual(order, [1, 2, 3])
})

test('of many threads one writes at a time, and each gets its turns', async () => {
  const memory = new SharedArrayBuffer(4 * (TURN_WORDS + 2))
  const TURNS = 200
  const code = `
    const { workerData, parentPort } = require('node:worker_threads')
    import(workerData.module).then(async ({ ticketTurn }) => {
      const turn = ticketTurn(new Int32Array(workerData.memory, 0, ${TURN_WORDS}))
      const [INSIDE, DONE] = [${TURN_WORDS}, ${TURN_WORDS + 1}]
      const words = new Int32Array(workerData.memory)
      for (let i = 0; i < ${TURNS}; i++) {
        await turn.take()
        if (Atomics.add(words, INSIDE, 1) !== 0) throw new Error('two are inside')
        await new Promise((resolve) => setImmediate(resolve))
        words[DONE]++ // no atomic addition: it is the turn that protects it
        Atomics.sub(words, INSIDE, 1)
        turn.give()
      }
      parentPort.close()
    })
    parentPort.on('message', () => undefined)`
  const module = new URL('./ticket-turn.ts', import.meta.url).href
  const exits = [1, 2, 3].map(
    () =>
      new Promise<void>((resolve, reject) => {
        const worker = new Worker(code, { eval: true, workerData: { module, memory } })
        worker.once('error', reject)
        worker.once('exit', () => resolve())
      }),
  )
  await Promise.all(exits)
  const words = new Int32Array(memory)
  assert.equal(words[TURN_WORDS + 1], 3 * TURNS)
  await ticketTurn(words.subarray(0, TURN_WORDS)).take()
})
