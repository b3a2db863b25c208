import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { TenantId } from '../../src/core/ids.ts'
import { chainOfFolder } from '../../src/server/audited-place.ts'
import { auditing, NotAudited } from '../../src/server/command-audit.ts'
import { openExistingDataFolder } from '../../src/server/data-folder.ts'
import { makeLog } from '../../src/server/log.ts'
import { storeSettingsOf } from '../../src/server/store-settings.ts'
import { type Ended, runKeyturn } from '../cli/run-keyturn.ts'
import { type Json, startTestServer, type TestServer } from '../server.ts'
import { commandRecords, commandsText, stepsOf } from './read-chain.ts'

const SOURCE = new URL('../../src', import.meta.url).pathname
const PASSWORD = 'correct-horse-battery-staple-1'

describe('commands on the store leave records', () => {
  let home: string
  let directory: string
  let server: TestServer
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'keyturn-audited-'))
    directory = join(home, 'data')
    server = await startTestServer({ directory, flags: ['--staleness-ms', '50'] })
    await server.createKey()
    writeFileSync(join(home, 'password'), PASSWORD)
    writeFileSync(
      join(home, 'policy.json'),
      JSON.stringify({
        Version: '1.1',
        Statement: [{ Effect: 'Allow', Action: ['kms:cmk:get'] }],
      }),
    )
  })
  after(async () => {
    await server.stop()
    rmSync(home, { recursive: true })
  })

  const call = (words: string, ...more: readonly string[]): Promise<Ended> =>
    runKeyturn([...words.split(' '), ...more, '--data', directory])
  const good = async (words: string, ...more: readonly string[]): Promise<string> => {
    const { code, out, err } = await call(words, ...more)
    assert.equal(code, 0, `${words}: ${err}${out}`)
    return out
  }
  const list = async (query: string, token = server.token): Promise<Json[]> => {
    const path = `/keyturn/v1/${server.credentials.project_id}/audit-records?${query}`
    const { status, body, text } = await server.send('GET', path, { token })
    assert.equal(status, 200, text)
    return body.records
  }

  test('each that changes something, while a server runs: before and after, by whom, without secrets', async () => {
    const out = join(home, 'key.json')
    await good('project create --name second')
    const user = await good('user create --name ann --password-file', join(home, 'password'))
    await good('user password --user ann --password-file', join(home, 'password'))
    await good('policy put --name own --file', join(home, 'policy.json'))
    await good('role assign --user ann --role own --project second')
    await good('role remove --user ann --role own --project second')
    await good('policy delete --name own')
    const key = await good('access-key create --user ann --out', out)
    await good('access-key delete --id', key)
    await good('user delete --user ann')
    await good('events discard --before 2026-01-01T00:00:00Z')
    await good('backup create --to', join(home, 'one.backup'))
    const records = commandRecords(directory)
    const commands = [
      ...['project create', 'user create', 'user password', 'policy put', 'role assign'],
      ...['role remove', 'policy delete', 'access-key create', 'access-key delete'],
      ...['user delete', 'events discard', 'backup create'],
    ]
    assert.deepEqual(
      stepsOf(records),
      commands.flatMap((name) => [`begun ${name}`, `done ${name}`]),
    )
    for (const [at, { actor, requestId, status }] of records.entries()) {
      assert.equal(actor?.userId, `uid:${process.getuid?.()}`)
      assert.equal(actor?.userName, userInfo().username)
      assert.equal(actor?.credential, 'command-line')
      assert.equal(status, at % 2 === 0 ? 0 : 200)
      assert.equal(requestId, records[at - (at % 2)]?.requestId, 'both have the id of the call')
    }
    const made = records.find(({ operation }) => operation === 'user create')
    assert.deepEqual(made?.detail, { step: 'begun', host: hostname(), user, name: 'ann' })
    assert.equal(made?.actor?.tenantId, server.credentials.domain_id)
    const assigned = records.find(({ operation }) => operation === 'role assign')
    assert.ok(assigned?.projectId !== undefined && assigned.detail?.['role'] === 'own')
    const secret = JSON.parse(readFileSync(out, 'utf8')).secret_key
    for (const word of [PASSWORD, secret]) assert.ok(!commandsText(directory).includes(word))
  })

  test('what is refused says so, and by which rule', async () => {
    assert.equal((await call('project create --name second')).code, 2)
    assert.deepEqual(stepsOf(commandRecords(directory).slice(-2)), [
      'begun project create',
      'refused project create project-there',
    ])
    assert.equal(commandRecords(directory).at(-1)?.status, 400)
  })

  test('many at once: each has its two records, and the chain is whole', async () => {
    const before = commandRecords(directory).length
    const names = Array.from({ length: 8 }, (_, at) => `at-once-${at}`)
    await Promise.all(names.map((name) => good('project create --name', name)))
    assert.equal(commandRecords(directory).length, before + 2 * names.length)
    const { code, out } = await call('audit verify')
    assert.equal(code, 0, out)
    assert.match(out, /^The audit log is whole: \d+ records in 2 chains, .* MACs checked/)
  })

  test('an administrator sees them over HTTP, of the own domain and of all of the store', async () => {
    const made = await list('operation=user%20create')
    assert.deepEqual(
      made.map(({ detail, credential }) => [detail.step, credential]),
      [
        ['done', 'command-line'],
        ['begun', 'command-line'],
      ],
    )
    assert.equal((await list('operation=backup%20create')).length, 2)
    assert.equal((await list('operation=project%20create&outcome=refused')).length, 1)
    // It is about a role in the other project.
    assert.deepEqual(await list('operation=role%20assign'), [])
    const { identity } = server.running.storage
    const other = { id: 'f'.repeat(32) as TenantId, name: 'elsewhere' }
    await identity.insertTenant(other)
    await good('user create --name bob --domain elsewhere')
    assert.equal(commandRecords(directory).at(-1)?.actor?.tenantId, other.id)
    assert.equal((await list('operation=user%20create')).length, 2, 'nothing of another domain')
  })

  test('an audit log that takes nothing keeps a command from doing anything, in both languages', async () => {
    const copy = join(home, 'full')
    cpSync(directory, copy, { recursive: true })
    rmSync(join(copy, 'server.lock'), { force: true })
    const create = ['user', 'create', '--name', 'carl', '--domain', 'elsewhere', '--data', copy]
    const full = join(copy, 'audit', 'commands', 'checkpoint-public-key.pem')
    rmSync(full)
    symlinkSync('/dev/full', full)
    for (const [LANG, words] of [
      [
        'C',
        /^keyturn: nothing was done, for it cannot be written to the audit log: no space is left on the disk$/,
      ],
      ['zh_CN.UTF-8', /^keyturn: 没有执行任何操作，因为无法写入审计日志：磁盘.*$/],
    ] as const) {
      const { code, err } = await runKeyturn(create, { LANG })
      assert.equal(code, 1)
      assert.match(err, words)
    }
    rmSync(join(copy, 'audit', 'commands'), { recursive: true })
    writeFileSync(join(copy, 'audit', 'commands'), '')
    const blocked = await runKeyturn(create)
    assert.equal(blocked.code, 1)
    assert.match(blocked.err, /^keyturn: nothing was done/)
    const listed = await runKeyturn(['user', 'list', '--data', copy, '--domain', 'elsewhere'])
    assert.match(listed.out, /bob/)
    assert.ok(!listed.out.includes('carl'))
  })

  test('what was done and could not be written down is told, and the record says that it was begun', async () => {
    const copy = join(home, 'full-later')
    cpSync(directory, copy, { recursive: true })
    const full = join(copy, 'audit', 'commands', 'checkpoint-public-key.pem')
    const settings = storeSettingsOf({}, {})
    const folder = await openExistingDataFolder(copy, settings, makeLog('silent'))
    const chain = chainOfFolder({ directory: copy, settings, nodeName: undefined }, folder)
    const facts = { command: 'policy put' } as const
    const work = async () => {
      rmSync(full)
      symlinkSync('/dev/full', full)
    }
    await assert.rejects(
      auditing(chain, facts, work),
      (error) => error instanceof NotAudited && error.moment === 'after',
    )
    await folder.storage.close()
    assert.deepEqual(stepsOf(commandRecords(copy).slice(-1)), ['begun policy put'])
  })

  test('killed in between, it leaves a record that it was begun', () => {
    const script = `
      const [directory, from] = process.argv.slice(1)
      const { openExistingDataFolder } = await import(from + '/server/data-folder.ts')
      const { makeLog } = await import(from + '/server/log.ts')
      const { chainOfFolder } = await import(from + '/server/audited-place.ts')
      const { auditing } = await import(from + '/server/command-audit.ts')
      const settings = { store: undefined, 'store-connections': 2 }
      const folder = await openExistingDataFolder(directory, settings, makeLog('silent'))
      const chain = chainOfFolder({ directory, settings, nodeName: undefined }, folder)
      await auditing(chain, { command: 'user delete' }, async () => process.kill(process.pid, 'SIGKILL'))
    `
    const args = ['--input-type=module', '-e', script, directory, SOURCE]
    const { signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    assert.equal(signal, 'SIGKILL', stderr)
    assert.deepEqual(stepsOf(commandRecords(directory).slice(-1)), ['begun user delete'])
  })

  test('files that root makes belong to the user of the data folder', {
    skip: process.getuid?.() !== 0 && 'only root can give files away',
  }, async () => {
    const owned = join(home, 'owned')
    cpSync(directory, owned, { recursive: true })
    rmSync(join(owned, 'audit', 'commands'), { recursive: true })
    rmSync(join(owned, 'keyturn.sqlite'))
    rmSync(join(owned, 'keyturn.sqlite-wal'), { force: true })
    chownSync(owned, 12345, 12345)
    const fresh = await startTestServer({ directory: owned, flags: ['--node-name', 'fresh'] })
    await fresh.stop()
    const made = ['project', 'create', '--name', 'x', '--data', owned]
    assert.equal((await runKeyturn(made)).code, 0)
    const folder = join(owned, 'audit', 'commands')
    assert.equal(statSync(folder).uid, 12345)
    const [file = ''] = logsIn(folder)
    assert.equal(statSync(join(folder, file)).uid, 12345)
  })

  test('who takes the records away is found: by the next command, by a server and by audit verify', async () => {
    const cut = join(home, 'cut')
    await server.stop()
    cpSync(directory, cut, { recursive: true })
    rmSync(join(cut, 'audit', 'commands'), { recursive: true })
    const verified = await runKeyturn(['audit', 'verify', '--data', cut])
    assert.equal(verified.code, 1)
    assert.match(verified.out, /the files of chain [0-9a-f]{16} are gone/)
    const next = await runKeyturn([
      'user',
      'delete',
      '--user',
      'bob',
      '--domain',
      'elsewhere',
      '--data',
      cut,
    ])
    assert.match(next.err, /nothing was done[\s\S]*commands was cut/)
    await assert.rejects(startTestServer({ directory: cut }), /commands was cut/)
    const tail = join(home, 'tail')
    cpSync(directory, tail, { recursive: true })
    const folder = join(tail, 'audit', 'commands')
    const [file = ''] = logsIn(folder)
    const text = readFileSync(join(folder, file), 'utf8')
    const groups = text.split(/(?<=\{"seal":.*\n)/)
    writeFileSync(join(folder, file), groups.slice(0, -1).join(''))
    const short = await runKeyturn(['audit', 'verify', '--data', tail])
    assert.match(short.out, /the log was cut: a checkpoint vouches for/)
  })

  test('root keys, seals, copies and restores: also without the store, for which a server vouches', async () => {
    await good('root rotate')
    await good('root retire --end-sign-ins')
    await good('seal migrate --to passphrase --new-passphrase-file', join(home, 'password'))
    const passphrase = ['--seal-passphrase-file', join(home, 'password')]
    await good('seal migrate --to file', ...passphrase)
    const scratch = join(home, 'scratch')
    mkdirSync(scratch, { mode: 0o700 })
    await good(
      'store copy',
      ...['--from', `sqlite:${join(directory, 'keyturn.sqlite')}`],
      ...['--to', `sqlite:${join(scratch, 'keyturn.sqlite')}`],
    )
    const backup = join(home, 'two.backup')
    await good('backup create --to', backup)
    await good('backup restore --replace', backup)
    const steps = stepsOf(commandRecords(directory))
    const commands = [
      ...['root rotate', 'root retire', 'seal migrate', 'seal migrate', 'store copy'],
      ...['backup create', 'backup restore'],
    ]
    assert.deepEqual(
      steps.slice(-2 * commands.length),
      commands.flatMap((name) => [`begun ${name}`, `done ${name}`]),
    )
    const rotated = commandRecords(directory).find(
      ({ operation, status }) => operation === 'root rotate' && status === 200,
    )
    assert.match(String(rotated?.detail?.['to']), /^[0-9a-f]{16}/)
    assert.ok(!commandsText(directory).includes(PASSWORD))
    const total = steps.length
    server = await startTestServer({ directory })
    const { checkpoints } = server.running.storage
    const [chain = ''] = await checkpoints.chainsOf('local/commands')
    assert.equal((await checkpoints.newest(chain))?.count, total)
    const { code, out } = await call('audit verify')
    assert.equal(code, 0, out)
    const keys = join(home, 'keys.pem')
    writeFileSync(keys, readFileSync(join(directory, 'audit', 'checkpoint-public-key.pem')))
    const copy = join(home, 'copied-audit')
    cpSync(join(directory, 'audit'), copy, { recursive: true })
    const elsewhere = await runKeyturn(['audit', 'verify', '--public-key', keys, copy])
    assert.equal(elsewhere.code, 0, elsewhere.out)
    assert.match(elsewhere.out, /in 2 chains/)
  })
})

function logsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('audit-'))
    .sort()
}
