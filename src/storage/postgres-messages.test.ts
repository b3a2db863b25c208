import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { StorageError } from '../ports/storage-error.ts'
import { openPostgres } from './postgres.ts'
import { MessageGuard } from './postgres-messages.ts'

/** A message: its type, and a length that counts itself. */
function message(type: string, body: string | Buffer): Buffer {
  const header = Buffer.alloc(5)
  header.write(type)
  header.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([header, Buffer.from(body)])
}

const GOOD = Buffer.concat([
  message('R', '\0\0\0\0'),
  message('S', 'name\0value\0'),
  message('E', 'SERROR\0C57P01\0Mended\0\0'),
  message('N', '\0'),
  message('1', ''),
  message('D', '\0\x01\0\0\0\x01x'),
  message('Z', 'I'),
])

describe('messages of a database', () => {
  test('good ones pass, in whatever pieces they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: GOOD.length })), (cuts) => {
        const guard = new MessageGuard()
        const ends = [...cuts, GOOD.length].sort((a, b) => a - b)
        let from = 0
        for (const end of ends) {
          guard.take(GOOD.subarray(from, end))
          from = end
        }
      }),
    )
  })

  for (const [what, bytes] of Object.entries({
    'of a type that there is not': message('y', 'x'),
    'shorter than its own length': Buffer.from('Z\0\0\0\x03'),
    'longer than any row': Buffer.from('D\x7f\0\0\0'),
    'an error without an end': message('E', 'SERROR\0'),
    'an error whose text has no end': message('E', 'SERROR'),
    'an error that ends within another message': message('E', 'S\0'),
    'an error that ends before its length': message('N', 'SERROR\0\0x'),
  })) {
    test(`${what}: refused, in one piece and in many`, () => {
      assert.throws(() => new MessageGuard().take(bytes))
      const guard = new MessageGuard()
      assert.throws(() => {
        for (const byte of Buffer.concat([GOOD, bytes])) guard.take(Buffer.from([byte]))
      })
    })
  }
})

/** Opens a store at a port that answers whatever it hears with the same bytes. */
async function openAt(answer: Buffer): Promise<void> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', () => socket.write(answer))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { readonly port: number } // it listens on TCP
  try {
    const place = { host: '127.0.0.1', port, database: 'x', user: 'x', connectTimeoutMs: 2000 }
    await openPostgres({ ...place, password: () => 'x' })
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

describe('what listens there is no PostgreSQL: the store does not open, and that is all', () => {
  for (const [what, answer] of Object.entries({
    'an HTTP server': Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    'a way to sign in that there is not': message('R', '\0\0\0\x63'),
    'a description that ends too soon': message('T', '\x7f\xff'),
    'a row of less than no fields': message('D', '\xff\xff'),
    'an error without an end': message('E', 'SERROR\0'),
    'an error that goes on for ever': Buffer.concat([message('E', 'S\0'), Buffer.alloc(3, 65)]),
    'answers that nobody asked for': Buffer.concat(
      ['C', '2', 's', 'I', 'n'].map((t) => message(t, 'x\0')),
    ),
  })) {
    test(what, () => assert.rejects(openAt(answer), StorageError))
  }
})
