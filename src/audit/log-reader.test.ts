import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { EpochMs } from '../core/time.ts'
import type { AuditRecord } from '../ports/audit-log.ts'
import type { AuditPlace, AuditQuery } from '../ports/audit-reader.ts'
import { fileName, recordLine, sealLine } from './format.ts'
import { openLogReader } from './log-reader.ts'

const START = Date.parse('2026-01-01T00:00:00Z')
const PROJECT = 'p1'
const BYTES = new Uint8Array(32)

interface Written {
  readonly record: AuditRecord
  readonly slot: number
  readonly number: number
}

function aRecord(at: number, changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: at as EpochMs,
    requestId: `request-${at}`,
    operation: 'EncryptData',
    actor: { userId: 'u1', userName: 'ann', tenantId: 't1', credential: 'token' },
    projectId: PROJECT,
    keyId: 'k1',
    keyVersion: 1,
    status: 200,
    code: undefined,
    source: '127.0.0.1',
    ...changes,
  }
}

const chainOf = (slot: number) => String(slot).padStart(16, '0')

/** A folder with the chains of some threads, and what is in them. */
function aLog(chains: readonly (readonly (readonly AuditRecord[])[])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-reader-'))
  const written: Written[] = []
  chains.forEach((files, slot) => {
    const directory = join(folder, String(slot))
    mkdirSync(directory)
    let number = 0
    files.forEach((records, index) => {
      let text = ''
      for (const record of records) {
        text += recordLine(++number, record)
        written.push({ record, slot, number })
        if (number % 3 === 0) text += sealLine(chainOf(slot), number, 3, BYTES, BYTES)
      }
      writeFileSync(join(directory, fileName(chainOf(slot), index + 1)), text)
    })
  })
  const open = (maxPageBytes?: number) =>
    openLogReader({
      node: 'n',
      folders: async () =>
        chains.map((_, slot) => ({ slot, directory: join(folder, String(slot)) })),
      ...(maxPageBytes === undefined ? {} : { maxPageBytes }),
    })
  return { folder, written, open, remove: () => rmSync(folder, { recursive: true }) }
}

/** All pages, as places in chains. */
async function readAll(
  reader: ReturnType<typeof openLogReader>,
  query: Partial<AuditQuery> = {},
  limit = 10,
): Promise<readonly string[]> {
  const found: string[] = []
  let after: readonly AuditPlace[] | undefined
  for (let pages = 0; ; pages++) {
    assert.ok(pages < 2000, 'it ends')
    const page = await reader.read(
      { projectId: PROJECT, tenantId: 'T', ...query },
      { after, limit },
    )
    assert.ok(page.records.length <= limit)
    found.push(...page.records.map(({ chain, number }) => `${Number(chain)} ${number}`))
    if (page.next.length === 0) return found
    after = page.next
  }
}

const namesOf = (written: readonly Written[]) =>
  [...written]
    .sort((one, two) => two.record.at - one.record.at)
    .map(({ slot, number }) => `${slot} ${number}`)

describe('reading an audit log', () => {
  const PADDING = 'x'.repeat(300)
  // Two threads over three files each, more than one piece of reading long, every time once.
  const log = aLog(
    [0, 1].map((slot) =>
      [0, 1, 2].map((file) =>
        Array.from({ length: 400 }, (_, n) =>
          aRecord(START + ((file * 400 + n) * 2 + slot) * 1000, {
            projectId: n % 2 === 0 ? PROJECT : 'other',
            requestId: `${PADDING}${slot}-${file}-${n}`,
            status: [200, 403, 500, 0][n % 4] ?? 0,
            keyId: n % 8 === 0 ? 'k2' : 'k1',
          }),
        ),
      ),
    ),
  )
  const own = log.written.filter(({ record }) => record.projectId === PROJECT)
  after(() => log.remove())

  test('all of the project, the newest first, whatever the size of pages', async () => {
    for (const limit of [1, 7, 200, 5000]) {
      assert.deepEqual(await readAll(log.open(), {}, limit), namesOf(own))
    }
  })

  test('a page reads no more than it may, and says how far it came', async () => {
    const reader = log.open(1)
    const query = { projectId: PROJECT, tenantId: 'T', requestId: 'none' }
    const first = await reader.read(query, { limit: 10 })
    assert.deepEqual(first.records, [])
    assert.ok(first.next.length > 0)
    const second = await reader.read(query, { limit: 10, after: first.next })
    const third = await reader.read(query, { limit: 10, after: second.next })
    assert.ok((third.searchedBackTo ?? 0) < (second.searchedBackTo ?? 0))
    assert.deepEqual(await readAll(reader, {}, 10), namesOf(own))
  })

  test('filters', async () => {
    const outcomes = { allowed: [200, 0], refused: [403], failed: [500] } as const
    for (const [outcome, statuses] of Object.entries(outcomes)) {
      const wanted = own.filter(({ record }) =>
        (statuses as readonly number[]).includes(record.status),
      )
      assert.deepEqual(await readAll(log.open(), { outcome: outcome as never }), namesOf(wanted))
    }
    const ofKey = own.filter(({ record }) => record.keyId === 'k2')
    assert.deepEqual(await readAll(log.open(), { keyId: 'k2' }), namesOf(ofKey))
    for (const user of ['u1', 'ann']) {
      assert.equal((await readAll(log.open(), { user })).length, own.length)
    }
    for (const query of [
      { user: 'u' },
      { operation: 'X' },
      { keyId: 'k' },
      { projectId: 'p', tenantId: 'T' },
    ]) {
      assert.deepEqual(await readAll(log.open(), query), [])
    }
    const [one] = own
    assert.deepEqual(await readAll(log.open(), { requestId: one?.record.requestId ?? '' }), ['0 1'])
  })

  test('from a time to a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -3, max: 2403 }), fc.nat(2500), async (first, count) => {
        const from = (START + first * 1000) as EpochMs
        const to = (from + count * 1000) as EpochMs
        const wanted = own.filter(({ record }) => record.at >= from && record.at < to)
        assert.deepEqual(await readAll(log.open(), { from, to }, 500), namesOf(wanted))
      }),
      { numRuns: 30 },
    )
  })

  test('what is old is found without reading what is newer', async () => {
    const reader = log.open(200_000)
    const to = (START + 100_000) as EpochMs
    const { records } = await reader.read({ projectId: PROJECT, tenantId: 'T', to }, { limit: 5 })
    assert.equal(records.length, 5)
  })

  test('places that were never given do no harm', async () => {
    for (const place of [
      { slot: 0, sequence: 3, offset: Number.MAX_SAFE_INTEGER },
      { slot: 0, sequence: 99, offset: 5 },
      { slot: 9, sequence: 1, offset: 5 },
      { slot: 0, sequence: 0, offset: 5 },
      { slot: 0, sequence: 1, offset: 37 },
    ]) {
      const { records } = await log
        .open()
        .read({ projectId: PROJECT, tenantId: 'T' }, { after: [place], limit: 5 })
      assert.ok(records.every(({ projectId }) => projectId === PROJECT))
    }
  })
})

describe('an audit log that is written while it is read', () => {
  const log = aLog([[[aRecord(START), aRecord(START + 1)]]])
  const path = join(log.folder, '0', fileName(chainOf(0), 1))
  before(() => undefined)
  after(() => log.remove())

  test('a record that is cut off is passed over, and so is what is none', async () => {
    appendFileSync(path, 'nonsense\n{"n":7}\n\n{"n":8,"t":"never"}\n[]\n')
    appendFileSync(path, recordLine(3, aRecord(START + 2)).slice(0, 40))
    assert.deepEqual(await readAll(log.open()), ['0 2', '0 1'])
  })

  test('what comes after the first page is not on the next', async () => {
    const reader = log.open()
    const first = await reader.read({ projectId: PROJECT, tenantId: 'T' }, { limit: 1 })
    appendFileSync(path, `\n${recordLine(4, aRecord(START + 3))}`)
    const second = await reader.read(
      { projectId: PROJECT, tenantId: 'T' },
      { after: first.next, limit: 9 },
    )
    assert.deepEqual(
      second.records.map(({ number }) => number),
      [1],
    )
    assert.equal((await readAll(reader))[0], '0 4')
  })

  test('a record comes back as it was', async () => {
    const record = aRecord(START + 9, {
      detail: { cause: 'schedule', lateMs: 5 },
      code: 'KMS.0101',
      actor: { userId: 'u', userName: '名字 "x"', tenantId: 't', credential: 'AK' },
    })
    appendFileSync(path, recordLine(5, record))
    const { records } = await log.open().read({ projectId: PROJECT, tenantId: 'T' }, { limit: 1 })
    assert.deepEqual(records, [{ chain: chainOf(0), number: 5, ...record }])
  })

  test('a line longer than a piece of reading is read, and one of no reason passed over', async () => {
    const long = aRecord(START + 10, { requestId: 'y'.repeat(200_000) })
    appendFileSync(path, recordLine(6, long))
    appendFileSync(path, `${'z'.repeat(3_000_000)}\n`)
    appendFileSync(path, recordLine(7, aRecord(START + 11)))
    const found = await readAll(log.open())
    assert.deepEqual(found.slice(0, 3), ['0 7', '0 6', '0 5'])
  })

  test('a folder that is not there has nothing', async () => {
    const folders = async () => [{ slot: 0, directory: join(log.folder, 'none') }]
    assert.deepEqual(await readAll(openLogReader({ node: 'n', folders })), [])
  })
})
