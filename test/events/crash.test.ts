import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { embeddedPostgres } from '../postgres/binaries.ts'
import { startPostgres, type TestPostgres } from '../postgres/start-postgres.ts'
import { type Json, passwordAuth, signIn } from '../server.ts'
import { startProcess } from '../start-process.ts'
import { aSecret, type Receiver, startReceiver } from './receiver.ts'

const KILLS = 2
const binaries = embeddedPostgres()
const ENGINES = ['SQLite', ...(binaries === undefined ? [] : ['PostgreSQL'])] as const

describe('a server that is killed between a rotation and its event', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-events-'))
  let postgres: TestPostgres | undefined
  before(async () => {
    postgres = binaries && (await startPostgres(binaries))
  })
  after(async () => {
    await postgres?.stop()
    rmSync(folder, { recursive: true })
  })

  for (const engine of ENGINES) {
    test(`loses none, and sends none under two ids: ${engine}`, async () => {
      const data = join(folder, engine)
      const secretFile = join(folder, 'secret')
      writeFileSync(secretFile, aSecret(8))
      const receiver = await startReceiver([aSecret(8)])
      const store = engine === 'SQLite' ? [] : storeFlags(await newStore(postgres))
      const rotated = new Map<string, number>()
      const attempted = new Set<string>()
      let running: ChildProcess | undefined
      try {
        for (let kills = 0; kills <= KILLS; kills++) {
          const { child, url } = await startProcess(data, [
            ...['--workers', '1', '--webhook-url', receiver.url, '--webhook-secret-file'],
            ...[secretFile, '--webhook-timeout-ms', '300', ...store],
          ])
          const isLast = kills === KILLS
          running = child
          // Some are taken at once; some get no answer the first time.
          receiver.answer = ({ id }) => {
            const isNew = !attempted.has(id)
            attempted.add(id)
            return isNew && !isLast && Math.random() < 0.7 ? 'never' : 204
          }
          if (!isLast) {
            const rotating = rotateAlways(await connect(url, data), rotated)
            await sleep(400 + Math.random() * 600)
            child.kill('SIGKILL')
            await once(child, 'exit')
            await rotating
            continue
          }
          await settled(receiver, rotated, url, data)
          child.kill('SIGTERM')
          await once(child, 'exit')
        }
        const bodies = new Map<string, string>()
        for (const { id, ...event } of receiver.arrived) {
          const body = JSON.stringify(event)
          assert.equal(bodies.get(id) ?? body, body, 'one id, one body')
          bodies.set(id, body)
        }
        assert.ok(rotated.size > KILLS)
        assert.deepEqual(receiver.problems, [])
      } finally {
        running?.kill('SIGKILL')
        await receiver.stop()
      }
    })
  }
})

/** Waits until exactly the events of the rotations that are in the store have arrived. */
async function settled(
  receiver: Receiver,
  rotated: ReadonlyMap<string, number>,
  url: string,
  data: string,
): Promise<void> {
  const api = await connect(url, data)
  const expected = new Set<string>()
  for (const [keyId, acknowledged] of rotated) {
    const { body } = await api('get-key-rotation-status', { key_id: keyId })
    const count: number = body.number_of_rotations
    assert.ok(count >= acknowledged, 'an acknowledged rotation is gone')
    for (let version = 2; version <= count + 1; version++) {
      expected.add(`rotated_${keyId}_${version}`)
    }
  }
  // Events that a killed server had in hand are free again when its lease is over.
  for (let tries = 0; tries < 1200; tries++) {
    if (new Set(receiver.arrived.map(({ id }) => id)).size >= expected.size) break
    await sleep(50)
  }
  assert.deepEqual(new Set(receiver.arrived.map(({ id }) => id)), expected)
}

type Api = Awaited<ReturnType<typeof connect>>

async function rotateAlways(api: Api, rotated: Map<string, number>): Promise<void> {
  try {
    for (;;) {
      const { body } = await api('create-key', { key_alias: `k-${randomUUID()}` })
      const keyId: string = body.key_info.key_id
      rotated.set(keyId, 0)
      for (let times = 0; times < 3; times++) {
        const { status } = await api('rotate-on-demand', { key_id: keyId })
        if (status === 200) rotated.set(keyId, (rotated.get(keyId) ?? 0) + 1)
      }
    }
  } catch (error) {
    // The server is gone, as it should be: nothing else may go wrong.
    if (!(error instanceof TypeError && /fetch failed|terminated/.test(error.message))) throw error
  }
}

async function connect(url: string, data: string) {
  const credentials = JSON.parse(readFileSync(join(data, 'bootstrap-credentials.json'), 'utf8'))
  const token = await signIn(url, passwordAuth(credentials))
  return async (name: string, body: unknown) => {
    const response = await fetch(`${url}/v1.0/${credentials.project_id}/kms/${name}`, {
      method: 'POST',
      headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Json }
  }
}

async function newStore(postgres: TestPostgres | undefined) {
  if (postgres === undefined) throw new Error('no PostgreSQL')
  return { url: await postgres.newDatabase(), password: postgres.password }
}

function storeFlags({ url, password }: { readonly url: string; readonly password: string }) {
  const file = join(mkdtempSync(join(tmpdir(), 'keyturn-password-')), 'password')
  writeFileSync(file, password)
  return ['--store', url.replace(`:${password}@`, '@'), '--store-password-file', file]
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
