import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { openAuditLog } from '../../src/audit/file-log.ts'
import { Forwarder } from '../../src/audit/sinks/forwarder.ts'
import { StreamSink } from '../../src/audit/sinks/stream-sink.ts'
import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import type { AuditLog, AuditRecord } from '../../src/ports/audit-log.ts'
import { systemClock } from '../../src/ports/clock.ts'
import { textsOf, until } from './sink-server.ts'
import { fileLines, receivedLines } from './sink-stream.ts'
import { type ReceiverPlace, startReceiver } from './syslog-receiver.ts'

const root = rootKeyFrom(new SecretBytes(new Uint8Array(32).fill(7)))
const SETTLE_AFTER_MS = 300

function aRecord(): AuditRecord {
  return {
    at: systemClock.now(),
    requestId: '0123456789abcdef0123456789abcdef',
    operation: 'EncryptData',
    actor: undefined,
    projectId: 'p',
    keyId: 'k',
    keyVersion: 1,
    status: 200,
    code: undefined,
    source: '127.0.0.1',
  }
}

function openLog(directory: string, maxFileBytes: number): Promise<AuditLog> {
  return openAuditLog({
    directory,
    place: 'local/0',
    root,
    checkpoints: {
      put: async () => undefined,
      register: async () => undefined,
      chainsOf: async () => [],
      newest: async () => undefined,
      list: async () => [],
    },
    clock: systemClock,
    sync: 'interval',
    maxFileBytes,
  })
}

/** A log whose lines go to a receiver over TCP. */
async function forwarded({
  lagMs = 1500,
  maxFileBytes = 1_000_000,
  ...place
}: ReceiverPlace & { readonly lagMs?: number; readonly maxFileBytes?: number } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-forwarder-'))
  const receiver = await startReceiver(place)
  const to = { kind: 'tcp', host: '127.0.0.1', port: receiver.port } as const
  const sink = () => new StreamSink(to, { host: 'h', processId: 1 }, SETTLE_AFTER_MS)
  const told: boolean[] = []
  const start = () =>
    Forwarder.start({
      name: 'syslog',
      sink: sink(),
      directory,
      folders: async () => [{ slot: 0, directory }],
      clock: systemClock,
      lagMs,
      tell: ({ isLate }) => told.push(isLate),
    })
  const forwarder = await start()
  return {
    directory,
    receiver,
    forwarder,
    start,
    told,
    log: await openLog(directory, maxFileBytes),
  }
}

/** Whether what is in a cursor is where the files end. */
function isSettled(directory: string): boolean {
  const line = readFileSync(join(directory, 'sink-syslog'), 'utf8')
  const [, , offset] = line.trim().split(' ')
  const newest = readdirSync(directory)
    .filter((name) => name.endsWith('.jsonl') && name.startsWith('audit-'))
    .sort()
    .at(-1)
  return newest !== undefined && readFileSync(join(directory, newest)).length === Number(offset)
}

describe('bringing the lines of a log to a receiver', { concurrency: 4 }, () => {
  const folders: string[] = []
  after(() => {
    for (const path of folders) rmSync(path, { recursive: true })
  })

  test('a log of many files goes on in the next, also after a restart in the middle', async () => {
    const { directory, receiver, forwarder, start, log } = await forwarded({ maxFileBytes: 1000 })
    folders.push(directory)
    for (let n = 0; n < 15; n++) await log.append(aRecord())
    await until('settled', () => isSettled(directory))
    await forwarder.close()
    for (let n = 0; n < 15; n++) await log.append(aRecord())
    const again = await start()
    for (let n = 0; n < 15; n++) await log.append(aRecord())
    await log.close()
    await again.close()
    const files = readdirSync(directory).filter((name) => name.startsWith('audit-'))
    assert.ok(files.length > 8, `${files.length} files`)
    assert.deepEqual(receivedLines(textsOf(receiver)), fileLines(directory))
    assert.equal(receiver.messages.length, new Set(receiver.messages).size, 'none came twice')
    await receiver.close()
  })

  test('a receiver that hangs is late, and what its machine took is not believed to be read', async () => {
    const { directory, receiver, forwarder, told, log } = await forwarded()
    folders.push(directory)
    await log.append(aRecord())
    await until('settled', () => isSettled(directory))
    receiver.stopReading()
    await log.append(aRecord())
    await until('late', () => told.includes(true))
    assert.equal(isSettled(directory), false)
    receiver.goOnReading()
    await until('well', () => told.at(-1) === false)
    await log.append(aRecord())
    await log.close()
    await forwarder.close()
    assert.deepEqual(receivedLines(textsOf(receiver)), fileLines(directory))
    await receiver.close()
  })

  test('a receiver that never closes its side is believed without, and is never late', async () => {
    const { directory, receiver, forwarder, told, log } = await forwarded({
      neverCloses: true,
      lagMs: 8000,
    })
    folders.push(directory)
    await log.append(aRecord())
    await until('settled', () => isSettled(directory), 30_000)
    await log.append(aRecord())
    await until('settled again', () => isSettled(directory))
    await log.close()
    await forwarder.close()
    assert.deepEqual(told.filter(Boolean), [])
    assert.deepEqual(receivedLines(textsOf(receiver)), fileLines(directory))
    await receiver.close()
  })

  test('a receiver that is slow, not broken, gets it all over one connection', async () => {
    const receiver = await startReceiver({ restMs: 100 })
    const to = { kind: 'tcp', host: '127.0.0.1', port: receiver.port } as const
    const sink = new StreamSink(to, { host: 'h', processId: 1 })
    const lines = Array.from({ length: 10_000 }, (_, n) => ({
      chain: '0'.repeat(16),
      text: `{"n":${n},"detail":"${'x'.repeat(1000)}"}`,
    }))
    const startedAtMs = performance.now()
    await sink.send(lines)
    const sendingMs = performance.now() - startedAtMs
    assert.equal(await sink.settle(AbortSignal.timeout(50_000)), true)
    assert.equal(receiver.messages.length, lines.length)
    assert.ok(sendingMs > 5000, `it shows nothing when all was sent in ${sendingMs} ms`)
    await receiver.close()
  })
})
