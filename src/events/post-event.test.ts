import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { makePost, outcomeOf, type PostOutcome } from './post-event.ts'

const TIMEOUT_MS = 1000

/** What becomes of an event whose receiver answers so. */
async function outcomeFrom(reply: string): Promise<PostOutcome> {
  const receiver = createServer((socket) => {
    after(() => socket.destroy())
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(reply))
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  after(() => receiver.close())
  const address = receiver.address()
  assert.ok(typeof address === 'object' && address !== null)
  const url = `http://127.0.0.1:${address.port}/events`
  const post = makePost({ url, ca: undefined, maxConnections: 1, timeoutMs: TIMEOUT_MS })
  return post({}, '{}', new AbortController().signal)
}

for (const [what, reply, reason] of [
  [
    'changes the protocol',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
    'HTTP 101',
  ],
  ['only says to go on', 'HTTP/1.1 100 Continue\r\n\r\n', 'timed out'],
  ['says something else', 'nothing of the kind\r\n\r\n', 'HPE_INVALID_CONSTANT'],
  ['stops halfway', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal', 'timed out'],
  [
    'sends on to others',
    'HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n',
    'HTTP 307',
  ],
] as const) {
  test(`a receiver that ${what} has not taken the event`, { timeout: 5 * TIMEOUT_MS }, async () => {
    assert.deepEqual(await outcomeFrom(reply), { kind: 'failed', reason, retryAfterMs: undefined })
  })
}

test('a receiver is left alone for as long as it says, and no longer than a day', () => {
  const reason = 'HTTP 503'
  for (const [said, retryAfterMs] of [
    ['0', undefined],
    ['soon', undefined],
    ['120', 120_000],
    ['999999', 86_400_000],
    ['9'.repeat(400), 86_400_000],
  ] as const) {
    assert.deepEqual(outcomeOf(503, said), { kind: 'failed', reason, retryAfterMs }, said)
  }
})
