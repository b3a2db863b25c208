import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { KeyId, ProjectId, TenantId } from '../../src/core/ids.ts'
import { DAY_MS, type EpochMs } from '../../src/core/time.ts'
import type { Storage } from '../../src/ports/storage.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { startTestServer, type TestServer } from '../server.ts'
import { fillSqlite } from './fill-store.ts'
import { forgetMarks, MACS_AT_NEXT_START } from './macs-anew.ts'

const KEYS = 3000
/** How many of them have a cipher text from before. */
const SAMPLES = 40
const CALLERS = 4
const CRAWL_MS = 250
/** How long requests come in before the work begins. */
const WARM_UP_MS = 200
const PATIENCE_MS = 60_000

/** A data folder with keys, some with a cipher text, all of them due, and no server on it. */
interface Backlog {
  readonly directory: string
  readonly file: string
  readonly ids: readonly KeyId[]
  readonly texts: ReadonlyMap<KeyId, string>
}

/** Moves the periods of all keys back, so that their rotation is due at `dueAt`. */
function makeDue(file: string, dueAt: EpochMs): void {
  const db = new DatabaseSync(file)
  db.prepare(
    `update keys set next_rotation_at = ?,
       rotation_period_start = rotation_period_start - next_rotation_at + ?
     where next_rotation_at is not null`,
  ).run(dueAt, dueAt)
  db.exec(MACS_AT_NEXT_START)
  db.close()
}

async function makeBacklog(): Promise<Backlog> {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-due-'))
  const file = join(directory, 'keyturn.sqlite')
  const first = await startTestServer({ directory })
  const { project_id, domain_id } = first.credentials
  await first.stop()
  const root = await fileSeal({ path: join(directory, 'root.key') }).open()
  const filled = await fillSqlite(file, {
    root,
    projectId: project_id as ProjectId,
    tenantId: domain_id as TenantId,
    keys: KEYS,
    dueAt: (Date.now() + DAY_MS) as EpochMs,
  })
  const ids = Array.from({ length: KEYS }, (_, n) => filled.keyId(n))
  const server = await startTestServer({ directory })
  const texts = new Map<KeyId, string>()
  for (let index = 0; index < KEYS; index += KEYS / SAMPLES) {
    const key_id = ids[index] ?? assert.fail()
    const { body } = await server.kms('encrypt-data', { key_id, plain_text: `text ${index}` })
    texts.set(key_id, body.cipher_text)
  }
  await server.stop()
  makeDue(file, (Date.now() - 1000) as EpochMs)
  forgetMarks(directory)
  return { directory, file, ids, texts }
}

/** Starts a server that rotates when told to `go`, tells when it has rotated so many keys, and then goes on at a crawl. */
async function startCounting(directory: string, enough: number) {
  let rotated = 0
  const started = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const storage = (opened: Storage): Storage => ({
    ...opened,
    keys: {
      ...opened.keys,
      async rotateDue(...claim) {
        await started.promise
        if (rotated >= enough) await setTimeout(CRAWL_MS)
        const batch = await opened.keys.rotateDue(...claim)
        rotated += batch.done.length
        if (rotated >= enough) reached.resolve()
        return batch
      },
    },
  })
  const server = await startTestServer({ directory, overrides: { storage } })
  AbortSignal.timeout(PATIENCE_MS).addEventListener('abort', () => reached.resolve())
  return { server, go: started.resolve, reached: reached.promise, rotated: () => rotated }
}

/** Calls encrypt-data until `stop`, which answers how many replies there were; all of them right. */
function callAllTheWhile(server: TestServer, keyIds: readonly KeyId[]): () => Promise<number> {
  let isStopped = false
  let replies = 0
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!isStopped) {
      const key_id = keyIds[replies % keyIds.length] ?? assert.fail()
      const { status, text } = await server.kms('encrypt-data', { key_id, plain_text: 'x' })
      assert.equal(status, 200, text)
      replies++
    }
  })
  return async () => {
    isStopped = true
    await Promise.all(callers)
    return replies
  }
}

/** Each key has one more version, one event and one audit record; what was encrypted opens. */
async function assertRotatedOnce(backlog: Backlog, server: TestServer): Promise<void> {
  const { file, directory, ids, texts } = backlog
  const db = new DatabaseSync(file)
  const counts = (sql: string) =>
    new Map(
      db
        .prepare(sql)
        .all()
        .map((row) => [row['id'], row['n']]),
    )
  const versions = counts('select key_id as id, count(*) as n from key_versions group by key_id')
  const events = counts('select key_id as id, count(*) as n from rotation_events group by key_id')
  const primaries = counts('select id, primary_version as n from keys')
  db.close()
  for (const id of ids) {
    assert.deepEqual([versions.get(id), events.get(id), primaries.get(id)], [2, 1, 2], id)
  }
  for (const [key_id, cipher_text] of texts) {
    const status = await server.kms('get-key-rotation-status', { key_id })
    assert.equal(status.body.key_rotation_enabled, true)
    assert.equal(status.body.number_of_rotations, 1)
    const opened = await server.kms('decrypt-data', { cipher_text })
    assert.equal(opened.body.plain_text, `text ${ids.indexOf(key_id)}`)
    const fresh = await server.kms('encrypt-data', { key_id, plain_text: 'new' })
    const again = await server.kms('decrypt-data', { cipher_text: fresh.body.cipher_text })
    assert.equal(again.body.plain_text, 'new')
  }
  const audited = new Map<string, number>()
  for (const name of readdirSync(join(directory, 'audit'))) {
    for (const line of readFileSync(join(directory, 'audit', name), 'utf8').split('\n')) {
      const id = /"KeyRotated"/.test(line) ? ids.find((known) => line.includes(known)) : undefined
      if (id !== undefined) audited.set(id, (audited.get(id) ?? 0) + 1)
    }
  }
  assert.equal(audited.size, ids.length)
  for (const [id, records] of audited) assert.equal(records, 1, id)
}

describe(`${KEYS} keys that fall due at once`, () => {
  for (const mode of ['at one go', 'with a stop in the middle'] as const) {
    describe(mode, () => {
      let backlog: Backlog
      before(async () => {
        backlog = await makeBacklog()
      })
      after(() => rmSync(backlog.directory, { recursive: true }))

      test('each is rotated once, and encrypt-data is answered all the while', async () => {
        const { directory } = backlog
        const called = [...backlog.texts.keys()]
        let left = KEYS
        if (mode === 'with a stop in the middle') {
          const begun = await startCounting(directory, KEYS / 4)
          begun.go()
          await begun.reached
          await begun.server.stop()
          left -= begun.rotated()
          assert.ok(left > 0 && left < KEYS, `${left} of ${KEYS} are left`)
        }
        const { server, go, reached, rotated } = await startCounting(directory, left)
        const stopCalling = callAllTheWhile(server, called)
        await setTimeout(WARM_UP_MS)
        go()
        await reached
        assert.ok((await stopCalling()) > 0)
        assert.equal(rotated(), left)
        await assertRotatedOnce(backlog, server)
        assert.equal(rotated(), left)
        await server.stop()
      })
    })
  }
})
