import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { run } from '../src/cli/run.ts'
import { makeCertificate } from './deploy/make-certificate.ts'
import { giveMacsTo } from './scale/macs-anew.ts'
import { type Json, startTestServer, type TestServer } from './server.ts'

const DAY_MS = 86_400_000

interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** What doctor said about a thing. */
interface Said {
  readonly code: number
  readonly findings: readonly Json[]
  readonly of: (about: string) => Json
}

describe('keyturn doctor', () => {
  let place: string
  /** A data folder whose server has stopped; each test breaks a copy of it. */
  let whole: string
  let copies = 0

  async function command(args: readonly string[], environment = {}): Promise<Result> {
    let [out, err] = ['', '']
    const code = await run(['doctor', ...args], {
      environment: { HOME: place, XDG_CONFIG_HOME: place, ...environment },
      print: (text) => {
        out += `${text}\n`
      },
      printError: (text) => {
        err += `${text}\n`
      },
      isWatched: true,
    })
    return { code, out, err }
  }

  async function doctor(args: readonly string[], environment = {}): Promise<Said> {
    const { code, out, err } = await command([...args, '--output', 'json'], environment)
    assert.ok(code < 2 && out !== '', err)
    const { findings, problems } = JSON.parse(out)
    assert.equal(code, problems === 0 ? 0 : 1)
    return { code, findings, of: (about) => findings.find((row: Json) => row.about === about) }
  }

  function copy(): string {
    const directory = join(place, `copy-${++copies}`)
    cpSync(whole, directory, { recursive: true, preserveTimestamps: true })
    chmodSync(directory, 0o700)
    return directory
  }

  /** Expects that one thing is wrong, and nothing else is a problem. */
  async function wrong(directory: string, about: string, pattern: RegExp, args: string[] = []) {
    const said = await doctor(['--data', directory, ...args])
    const problems = said.findings.filter(({ severity }) => severity === 'problem')
    assert.deepEqual(
      problems.map((row) => row.about),
      [about],
      JSON.stringify(problems),
    )
    assert.match(problems[0].found, pattern)
    assert.ok(problems[0].means.length > 0 && problems[0].remedy.length > 0)
    assert.equal(said.code, 1)
  }

  function change(directory: string, sql: string): void {
    const database = new DatabaseSync(join(directory, 'keyturn.sqlite'))
    database.exec(sql)
    database.close()
  }

  function fingerprint(folder: string): string {
    const digest = createHash('sha256')
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (!entry.isFile() || entry.name.endsWith('-shm')) continue
      digest
        .update(path)
        .update(readFileSync(path))
        .update(String(statSync(path).mtimeMs))
    }
    return digest.digest('hex')
  }

  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'keyturn-doctor-'))
    whole = join(place, 'whole')
    const server = await startTestServer({ directory: whole })
    const key = await server.createKey({ key_alias: 'rotates' })
    await server.kms('enable-key-rotation', { key_id: key })
    await server.createKey({ key_alias: 'stays' })
    await server.stop()
  })
  after(() => rmSync(place, { recursive: true }))

  test('finds no problem where there is none, and writes nothing', async () => {
    const directory = copy()
    const before = fingerprint(directory)
    const { code, findings } = await doctor(['--data', directory])
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'problem' || severity === 'warning'),
      [],
    )
    assert.equal(code, 0)
    assert.equal(fingerprint(directory), before)
  })

  test('says it in words on a terminal', async () => {
    const directory = copy()
    chmodSync(directory, 0o755)
    const { code, out } = await command(['--data', directory])
    assert.equal(code, 1)
    assert.match(out, /^PROBLEM {2}permissions +others may use /m)
    assert.match(out, /→ chmod 700 /)
    assert.match(out, /^1 problem, 0 warnings\.$/m)
  })

  test('others may read a file', async () => {
    const directory = copy()
    chmodSync(join(directory, 'keyturn.sqlite'), 0o640)
    await wrong(directory, 'permissions', /keyturn\.sqlite \(mode 640\)/)
  })

  test('everybody may read a secret that a setting names; a passphrase lies beside its seal', async () => {
    const directory = copy()
    for (const name of ['seal-passphrase-file', 'store-password-file'] as const) {
      const file = join(place, name)
      writeFileSync(file, 'a passphrase for tests\n', { mode: 0o600 })
      // As systemd and Kubernetes give it to a group.
      chmodSync(file, 0o640)
      // The store is named so that its password may be; nothing listens there.
      const store = ['--store', 'postgres://nobody@127.0.0.1:1/none?sslmode=disable']
      const args = [
        '--data',
        directory,
        `--${name}`,
        file,
        ...(name.startsWith('store') ? store : []),
      ]
      assert.equal(
        (await doctor(args)).of(name)?.severity,
        name.startsWith('seal') ? 'warning' : undefined,
      )
      chmodSync(file, 0o644)
      const said = (await doctor(args)).of(name)
      assert.equal(said.severity, 'problem')
      assert.match(said.found, /everybody may read .* \(mode 644\)/)
    }
    const file = join(place, 'seal-passphrase-file')
    chmodSync(file, 0o600)
    const said = (await doctor(['--data', directory, '--seal-passphrase-file', file])).of(
      'seal-passphrase-file',
    )
    assert.match(said.found, /is on the disk of the root key file/)
  })

  test('the root key is gone, or another one, or no root key', async () => {
    const gone = copy()
    rmSync(join(gone, 'root.key'))
    await wrong(gone, 'root key', /there is no root key file/)
    const other = copy()
    rmSync(join(other, 'root.key'))
    const io = { environment: {}, print: () => {}, printError: () => {} }
    assert.equal(await run(['root', 'create', '--root-key', join(place, 'other.key')], io), 0)
    cpSync(join(place, 'other.key'), join(other, 'root.key'))
    const said = await doctor(['--data', other])
    assert.match(said.of('root key').found, /the store needs/)
    assert.equal(said.of('root key').severity, 'problem')
    const broken = copy()
    writeFileSync(join(broken, 'root.key'), 'something', { mode: 0o600 })
    await wrong(broken, 'root key', /not a whole root key file/)
  })

  test('the database is damaged, newer, or not there', async () => {
    const damaged = copy()
    const file = join(damaged, 'keyturn.sqlite')
    change(damaged, 'pragma wal_checkpoint(truncate)')
    const bytes = readFileSync(file)
    const page = bytes.readUInt16BE(16)
    for (let at = page * 2; at < bytes.length; at += page) bytes.fill(0xff, at + 8, at + 64)
    writeFileSync(file, bytes)
    const said = await doctor(['--data', damaged])
    assert.equal(said.of('database').severity, 'problem')
    const newer = copy()
    change(newer, "insert into migrations values ('9999-later', 1)")
    await wrong(newer, 'tables', /9999-later/)
    const none = copy()
    for (const name of readdirSync(none)) {
      if (name.startsWith('keyturn.sqlite')) rmSync(join(none, name))
    }
    await wrong(none, 'database', /there is no /)
    await wrong(join(place, 'nowhere'), 'data folder', /there is no folder/)
  })

  test('the audit log was changed, or is gone', async () => {
    const changed = copy()
    const name = readdirSync(join(changed, 'audit')).find((file) => file.endsWith('.jsonl')) ?? ''
    const log = join(changed, 'audit', name)
    writeFileSync(log, readFileSync(log, 'utf8').replace('CreateKey', 'DeleteKey'))
    await wrong(changed, 'audit log', /were changed/)
    const gone = copy()
    rmSync(join(gone, 'audit'), { recursive: true })
    const said = await doctor(['--data', gone])
    assert.equal(said.of('audit log').severity, 'problem')
  })

  test('the clock went back', async () => {
    const directory = copy()
    const later = new Date(Date.now() + 3 * DAY_MS)
    utimesSync(join(directory, 'root.key'), later, later)
    await wrong(directory, 'clock', /root\.key is [23] days newer/)
  })

  test('rotations are overdue, deletions and expiries come', async () => {
    const directory = copy()
    const now = Date.now()
    change(
      directory,
      `update keys set next_rotation_at = ${now - 2 * DAY_MS} where alias = 'rotates';
       update keys set state = 'pendingDeletion', delete_at = ${now + DAY_MS} where alias = 'stays';
       update key_versions set expires_at = ${now + DAY_MS};
       update keys set mac = null; update key_versions set mac = null`,
    )
    await giveMacsTo(directory)
    await wrong(directory, 'rotations', /^1 are overdue, the longest by 2 days/)
    const said = await doctor(['--data', directory])
    assert.equal(said.of('deletions').severity, 'note')
    assert.equal(said.of('imported material').severity, 'warning')
    assert.match(said.of('imported material').found, /^of 2 versions/)
  })

  test('the settings send secrets readable, stop the clock, name what is not there', async () => {
    const directory = copy()
    const open = ['--listen', '0.0.0.0:1', '--send-secrets-over-plain-http']
    await wrong(directory, 'listening', /without TLS/, open)
    const said = await doctor(['--data', directory, '--clock', 'virtual'])
    assert.equal(said.of('clock setting').severity, 'warning')
    const tokens = join(place, 'tokens.toml')
    writeFileSync(join(place, 'pin'), '1234', { mode: 0o600 })
    const entry = ['cluster-id = "c"', 'module = "/no/lib.so"', 'token-label = "t"']
    writeFileSync(tokens, ['[[token]]', ...entry, 'pin-file = "pin"'].join('\n'))
    await wrong(directory, 'PKCS #11', /there is no module/, ['--tokens', tokens])
  })

  test('the certificate is of another key, or for another host', async () => {
    const directory = copy()
    const [one, two] = ['one', 'two'].map((name) =>
      makeCertificate(mkdtempSync(join(place, `${name}-`))),
    )
    assert.ok(one !== undefined && two !== undefined)
    const tls = (cert: string, key: string) => ['--tls-cert', cert, '--tls-key', key]
    const good = await doctor(['--data', directory, ...tls(one.certFile, one.keyFile)])
    assert.notEqual(good.of('TLS certificate'), undefined)
    const byAddress = (url: string) => [...tls(one.certFile, one.keyFile), '--public-url', url]
    await wrong(directory, 'TLS certificate', /expires in/, byAddress('https://127.0.0.1'))
    await wrong(directory, 'TLS certificate', /not for ::1/, byAddress('https://[::1]'))
    await wrong(directory, 'TLS certificate', /not for the key/, tls(one.certFile, two.keyFile))
    await wrong(directory, 'TLS certificate', /not for kms\.elsewhere\.example/, [
      ...tls(one.certFile, one.keyFile),
      '--public-url',
      'https://kms.elsewhere.example',
    ])
    await wrong(directory, 'TLS certificate', /./, tls(join(place, 'none'), one.keyFile))
  })

  describe('of a server that runs', () => {
    let server: TestServer
    before(async () => {
      server = await startTestServer({ flags: ['--clock', 'virtual'] })
      await server.createKey()
    })
    after(() => server.stop())

    const signedIn = () => ({
      OS_USERNAME: server.credentials.user_name,
      OS_PASSWORD: server.credentials.password,
      OS_USER_DOMAIN_NAME: server.credentials.domain_name,
      OS_PROJECT_ID: server.credentials.project_id,
    })

    test('from elsewhere, signed in', async () => {
      const said = await doctor(['--endpoint', server.url], signedIn())
      assert.equal(said.code, 0)
      assert.equal(said.of('server').found, 'ready')
      assert.equal(said.of('version').severity, 'good')
      assert.equal(said.of('clock setting').severity, 'warning')
      assert.match(said.of('keys').found, /^0 rotate, 1 could and do not/)
    })

    test('from elsewhere, as nobody or with a wrong password', async () => {
      for (const environment of [{}, { ...signedIn(), OS_PASSWORD: 'another password' }]) {
        const said = await doctor(['--endpoint', server.url], environment)
        assert.equal(said.of('keys').severity, 'note')
        assert.doesNotMatch(JSON.stringify(said.findings), /another password/)
      }
    })

    test('on its machine, while it writes', async () => {
      const listen = new URL(server.url).host
      const said = await doctor([
        '--data',
        server.directory,
        '--listen',
        listen,
        '--clock',
        'virtual',
      ])
      assert.equal(said.code, 0)
      assert.equal(said.of('server').found, 'ready')
      assert.equal(said.of('audit log').severity, 'good')
      await server.createKey() // it was not disturbed
    })

    test('that is not there', async () => {
      const said = await doctor(['--endpoint', 'http://127.0.0.1:1'], signedIn())
      assert.equal(said.code, 1)
      assert.match(said.of('server').found, /does not answer/)
      const odd = await command(['--endpoint', 'http://127.0.0.1:1', 'more'])
      assert.equal(odd.code, 2)
    })
  })
})
