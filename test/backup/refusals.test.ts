import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { encodeBackupHeader } from '../../src/backup/backup-header.ts'
import { checkBackup } from '../../src/backup/check-backup.ts'
import { openBackup } from '../../src/backup/read-backup.ts'
import { writeBackup } from '../../src/backup/write-backup.ts'
import { type RootKey, rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { openFileSink } from '../../src/files/byte-sink.ts'
import { systemClock } from '../../src/ports/clock.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { openSqliteEnd } from '../../src/storage/copy/sqlite-end.ts'
import { MIGRATION_NAMES } from '../../src/storage/sql/migrate.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { flipBackup, refusalOf } from '../campaigns/backup-flips.ts'
import { startTestServer } from '../server.ts'
import { dumpSqlite } from '../store-copy/dump.ts'
import { command, withoutStore } from './drill.ts'

const SEGMENT_BYTES = 4096
const KEYS = 60

describe('a backup', () => {
  let folder: string
  let directory: string
  let root: RootKey
  /** A good backup, of small segments. */
  let good: string
  let bytes: Buffer
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-refusals-'))
    directory = mkdtempSync(join(folder, 'data-'))
    const server = await startTestServer({ directory })
    for (let number = 0; number < KEYS; number++) await server.createKey()
    await server.stop()
    root = await fileSeal({ path: join(directory, 'root.key') }).open()
    good = join(folder, 'good.backup')
    await write(join(directory, 'keyturn.sqlite'), good)
    bytes = readFileSync(good)
  })
  after(() => rmSync(folder, { recursive: true }))

  async function write(store: string, to: string, schema = MIGRATION_NAMES.at(-1) ?? '') {
    const source = openSqliteEnd(store, 'read')
    const sink = await openFileSink(to, true)
    const parts = { source, root, sink, clock: systemClock, engine: 'sqlite', schema } as const
    await writeBackup({ ...parts, program: '0.1.0', segmentBytes: SEGMENT_BYTES })
    await sink.commit()
    await source.close()
  }
  const spoiled = (change: (copy: Buffer) => Buffer): Promise<string | undefined> => {
    const path = join(folder, 'spoiled.backup')
    writeFileSync(path, change(Buffer.from(bytes)))
    return refusalOf(path, root)
  }
  const flipped = (at: number) =>
    spoiled((copy) => {
      copy[at] = (copy[at] ?? 0) ^ 1
      return copy
    })
  /** Where the stream begins. */
  const streamAt = () => bytes.readUInt32BE(9) + 13 + 32

  test('that is as it was written is good, and every record in it opens', async () => {
    const file = await openBackup(good)
    const report = await checkBackup({ file, root })
    await file.close()
    assert.equal(report.problemCount, 0)
    assert.equal(report.keys, KEYS)
    assert.equal(report.records, KEYS + 1, 'versions, and the access key')
    assert.equal(file.header.engine, 'sqlite')
    assert.equal(file.header.rootKeyId, root.id)
  })

  test('holds no name and no material in the clear', () => {
    for (const word of ['administrator', 'AES_256', 'key-1']) assert.ok(!bytes.includes(word), word)
  })

  test('is refused with what is wrong, region by region', async () => {
    const at = streamAt()
    const parts = Math.ceil((bytes.length - 16 - at) / SEGMENT_BYTES)
    assert.ok(parts > 3)
    assert.match((await flipped(0)) ?? '', /not a backup that keyturn made/)
    assert.match((await flipped(8)) ?? '', /format 0, which this version does not know/)
    assert.match((await flipped(20)) ?? '', /head of the backup was changed or cut/)
    assert.match((await flipped(at - 1)) ?? '', /head of the backup was changed or cut/)
    assert.match((await flipped(at + 1)) ?? '', new RegExp(`part 1 of ${parts} is not`))
    assert.match(
      (await flipped(at + SEGMENT_BYTES * 2 + 9)) ?? '',
      new RegExp(`part 3 of ${parts} `),
    )
    assert.match((await flipped(bytes.length - 17)) ?? '', new RegExp(`part ${parts} of ${parts} `))
    assert.match((await flipped(bytes.length - 16)) ?? '', /does not end as one/)
    assert.match((await flipped(bytes.length - 1)) ?? '', /the backup had \d+ bytes and has/)
  })

  test('is refused when it was cut, lengthened, or its parts were moved', async () => {
    const at = streamAt()
    const end = bytes.length - 16
    assert.match((await spoiled((copy) => copy.subarray(0, end))) ?? '', /cut/)
    assert.match((await spoiled((copy) => copy.subarray(0, 5000))) ?? '', /cut/)
    assert.match((await spoiled((copy) => Buffer.concat([copy, copy]))) ?? '', /some were put in/)
    const without = (copy: Buffer) =>
      Buffer.concat([copy.subarray(0, at + SEGMENT_BYTES), copy.subarray(at + 2 * SEGMENT_BYTES)])
    assert.match((await spoiled(without)) ?? '', /4096 bytes are missing in it/)
    /** The same, by somebody who mends the length. */
    const mended = (copy: Buffer) => {
      const shorter = Buffer.from(without(copy))
      shorter.writeBigUInt64BE(BigInt(shorter.length), shorter.length - 8)
      return shorter
    }
    assert.match((await spoiled(mended)) ?? '', /part 2 of \d+ is not what was written there/)
    const swapped = (copy: Buffer) => {
      const [second, third] = [at + SEGMENT_BYTES, at + 2 * SEGMENT_BYTES]
      const kept = Buffer.from(copy.subarray(second, third))
      copy.copyWithin(second, third, third + SEGMENT_BYTES)
      copy.set(kept, third)
      return copy
    }
    assert.match((await spoiled(swapped)) ?? '', /part 2 of \d+ is not what was written there/)
  })

  test('is bound to what its head says, even when somebody mends the digest', async () => {
    const changed = await spoiled((copy) => {
      const { header } = parseHead(copy)
      const head = encodeBackupHeader({ ...header, keys: header.keys - 1 })
      return Buffer.concat([head, copy.subarray(streamAt())])
    })
    assert.match(changed ?? '', /part 1 of \d+ is not what was written there/)
  })

  test('is refused when its end stands in its head', async () => {
    const { header } = parseHead(bytes)
    // One digest in 256 ends as an end begins.
    const heads = Array.from({ length: 3000 }, (_, n) => encodeBackupHeader({ ...header, rows: n }))
    const head = heads.find((one) => one.at(-1) === bytes.at(-16))
    assert.ok(head)
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(head.length + 15))
    const overlapping = Buffer.concat([head, bytes.subarray(-15, -8), length])
    assert.equal(await spoiled(() => overlapping), 'the backup was cut: it has nothing but a head')
  })

  test('of another root key is refused by name', async () => {
    const other = rootKeyFrom(SecretBytes.random(32))
    const refusal = await refusalOf(good, other)
    assert.equal(
      refusal,
      `the backup is under the root key ${root.id}, and the one here is ${other.id}`,
    )
  })

  test('of a newer version is refused by name', async () => {
    const newer = join(folder, 'newer.backup')
    await write(join(directory, 'keyturn.sqlite'), newer, '9999-later')
    assert.match(
      (await refusalOf(newer, root)) ?? '',
      /has migration 9999-later, which this version/,
    )
  })

  test('of an older version goes into tables of its time, which are then brought up to date', async () => {
    const store = join(mkdtempSync(join(folder, 'data-')), 'keyturn.sqlite')
    const older = await openSqlite({ file: store, until: '0006-key-table' })
    await older.meta.put('fact', 'from before')
    await older.close()
    const path = join(folder, 'older.backup')
    await write(store, path, '0006-key-table')
    const target = withoutStore(folder, directory)
    const { code, err } = await command(['backup', 'restore', path, '--data', target])
    assert.equal(code, 0, err)
    const restored = new DatabaseSync(join(target, 'keyturn.sqlite'), { readOnly: true })
    const newest = restored.prepare('select max(name) as name from migrations').get()?.['name']
    assert.equal(newest, MIGRATION_NAMES.at(-1))
    const fact = restored.prepare("select value from meta where name = 'fact'").get()?.['value']
    assert.equal(fact, 'from before')
    restored.close()
    const names = readdirSync(target).filter((name) => name.includes('before-'))
    assert.deepEqual(names, [])
  })

  test('names the record that does not open, and the key that lacks its version', async () => {
    const copy = withoutStore(folder, directory)
    const store = join(copy, 'keyturn.sqlite')
    const source = new DatabaseSync(join(directory, 'keyturn.sqlite'))
    source.exec(`vacuum into '${store}'`)
    source.close()
    const edit = new DatabaseSync(store)
    const ids = edit
      .prepare('select id from keys order by id')
      .all()
      .map(({ id }) => String(id))
    const [one, two, three, four] = ids
    // A record that is moved to another row must not open there.
    edit.exec(`update key_versions set wrapped_material =
      (select wrapped_material from key_versions where key_id = '${two}') where key_id = '${one}'`)
    edit.exec(`delete from key_versions where key_id = '${three}'`)
    edit.exec(`update keys set spec = 'SM4' where id = '${four}'`)
    edit.exec("update access_keys set wrapped_secret = x'0102'")
    edit.close()
    const bad = join(folder, 'bad.backup')
    await write(store, bad)
    const file = await openBackup(bad)
    const { problems, problemCount } = await checkBackup({ file, root })
    await file.close()
    assert.equal(problemCount, 6)
    assert.match(problems[0] ?? '', /^access_keys id="[^"]+": wrapped_secret is no record$/)
    assert.deepEqual(
      problems.slice(1).sort(),
      [
        `key_versions key_id="${one}" version=1: wrapped_material does not open at its place`,
        `key_versions key_id="${four}" version=1: wrapped_material does not open at its place`,
        `keys id="${three}": no primary version`,
        `key_versions key_id="${one}" version=1: changed by something else than Keyturn`,
        `keys id="${four}": changed by something else than Keyturn`,
      ].sort(),
    )
    const target = withoutStore(folder, directory)
    const { code, out } = await command(['backup', 'restore', bad, '--data', target])
    assert.equal(code, 1)
    assert.match(out, /NOT good[\s\S]*Nothing was changed/)
    assert.ok(!existsSync(join(target, 'keyturn.sqlite')))
  })

  test('flipped, cut or lengthened anywhere is never taken for good', async () => {
    const scratch = join(folder, 'scratch.backup')
    const options = { path: good, root, scratch, everyBytes: 97, edgeBytes: 64 }
    const { flips, cuts, accepted } = await flipBackup(options)
    assert.ok(flips > 200 && cuts > 20, `${flips} ${cuts}`)
    assert.deepEqual(accepted, [])
  })

  test('goes to an empty folder, or in the place of a store when told, which is kept', async () => {
    const target = withoutStore(folder, directory)
    const store = join(target, 'keyturn.sqlite')
    const place = ['--data', target]
    assert.equal((await command(['backup', 'restore', good, ...place])).code, 0)
    const first = await dumpSqlite(store)
    const refused = await command(['backup', 'restore', good, ...place])
    assert.equal(refused.code, 1)
    assert.match(refused.err, /there is a store at .*: --replace puts the backup in its place/)
    assert.deepEqual(await dumpSqlite(store), first)

    const server = await startTestServer({ directory: target })
    const keyId = await server.createKey()
    const running = await command(['backup', 'restore', good, ...place, '--replace'])
    assert.match(running.err, /another server runs on this data folder/)
    await server.stop()
    const replaced = await command(['backup', 'restore', good, ...place, '--replace'])
    assert.equal(replaced.code, 0, replaced.err)
    const [, kept = ''] = /is now (.*): remove it/.exec(replaced.out) ?? []
    const names = readdirSync(target).filter((name) => name.startsWith('keyturn.sqlite'))
    assert.equal(names.length, 2, String(names))
    const before = new DatabaseSync(kept, { readOnly: true })
    assert.ok(before.prepare('select 1 from keys where id = ?').get(keyId) !== undefined)
    const last = before.prepare("select seq from sqlite_sequence where name = 'changes'").get()
    before.close()
    const after = new DatabaseSync(store, { readOnly: true })
    assert.equal(after.prepare('select 1 from keys where id = ?').get(keyId), undefined)
    const now = after.prepare("select seq from sqlite_sequence where name = 'changes'").get()
    after.close()
    assert.deepEqual(now, last, 'numbers that were given are not given again')
  })

  test('is not restored without its root key, nor over a file that is no store', async () => {
    const empty = mkdtempSync(join(folder, 'data-'))
    const without = await command(['backup', 'restore', good, '--data', empty])
    assert.match(without.err, /there is no root key file at .*: put it there from its own backup/)
    const target = withoutStore(folder, directory)
    writeFileSync(join(target, 'keyturn.sqlite'), 'no database at all'.repeat(1000))
    const spoilt = await command(['backup', 'restore', good, '--data', target, '--replace'])
    assert.match(spoilt.err, /cannot be read: move it away/)
    assert.equal(readFileSync(join(target, 'keyturn.sqlite'), 'utf8').length, 18_000)
    const stray = withoutStore(folder, directory)
    writeFileSync(join(stray, 'keyturn.sqlite-wal'), 'of a store that is gone')
    const beside = await command(['backup', 'restore', good, '--data', stray])
    assert.match(beside.err, /there is .*-wal of a store that is gone: move it away/)
    assert.ok(!existsSync(join(stray, 'keyturn.sqlite')))
  })

  test('never takes the place of a file unless told, and is no argument too many', async () => {
    const place = ['--data', directory]
    const again = await command(['backup', 'create', '--to', good, ...place])
    assert.equal(again.code, 1)
    assert.match(again.err, /is there already; --force replaces it/)
    assert.deepEqual(readFileSync(good), bytes)
    assert.equal((await command(['backup', 'create', ...place])).code, 2)
    assert.equal((await command(['backup', 'verify', ...place])).code, 2)
    assert.equal((await command(['backup', 'verify', good, good, ...place])).code, 2)
    assert.equal((await command(['backup', 'verify', good, '--replace', ...place])).code, 2)
  })
})

function parseHead(bytes: Buffer) {
  const length = bytes.readUInt32BE(9)
  return { header: JSON.parse(bytes.subarray(13, 13 + length).toString()) }
}
