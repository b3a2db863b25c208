import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'

const MAIN = new URL('../bin/keyturn.mjs', import.meta.url).pathname

interface Result {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function keyturn(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end('a password from standard input\n')
  const [out, err] = [gather(child.stdout), gather(child.stderr)]
  const [code] = await once(child, 'close')
  return { code, out: await out, err: await err }
}

async function gather(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}

interface Started {
  readonly child: ChildProcess
  readonly url: string
  readonly out: string
}

async function start(args: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  for await (const chunk of child.stdout) {
    out += chunk
    const url = /listens on (\S+)/.exec(out)?.[1]
    if (url !== undefined && out.includes('Ctrl-C')) return { child, url, out }
  }
  throw new Error(`it did not start: ${out} ${await gather(child.stderr)}`)
}

async function stop({ child }: Started, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal)
  const [code] = await once(child, 'exit')
  return code
}

describe('the command line', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-cli-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  test('help for all and for each', async () => {
    const overview = await keyturn(['--help'])
    assert.equal(overview.code, 0)
    const commands = [...overview.out.matchAll(/^ {2}(\w[\w-]*(?: \w+)?) {2,}/gm)].map((m) => m[1])
    assert.ok(commands.includes('serve') && commands.includes('audit verify'))
    for (const command of commands) {
      const help = await keyturn([...String(command).split(' '), '--help'])
      assert.equal(help.code, 0, String(command))
      if (command !== 'version') assert.match(help.out, /^Usage: keyturn /)
    }
    const serve = await keyturn(['serve', '--help'])
    for (const flag of [
      'listen',
      'data',
      'tls-cert',
      'tls-key',
      'public-url',
      'clock',
      'log-level',
    ]) {
      assert.match(serve.out, new RegExp(`--${flag} `))
    }
  })

  test('help and version, as other programs take them', async () => {
    assert.equal((await keyturn(['help', 'serve'])).out, (await keyturn(['serve', '--help'])).out)
    assert.equal((await keyturn(['help', 'key'])).out, (await keyturn(['key', '--help'])).out)
    const { out } = await keyturn(['version'])
    for (const flag of ['--version', '-V'])
      assert.deepEqual(await keyturn([flag]), { code: 0, out, err: '' })
    assert.equal((await keyturn(['help', 'nothing'])).code, 2)
  })

  test('what is called wrongly says how, and exits with 2', async () => {
    for (const args of [
      ['nonsense'],
      ['serve', '--nonsense'],
      ['serve', '--listen', 'x'],
      ['serve', '--log-level', 'loud'],
      ['serve', '--staleness-ms', '1'],
      ['serve', '--tls-cert', 'x'],
      ['serve', '--identity', 'keystone'],
      ['serve', '--clock', 'sundial', '--data', join(folder, 'unused')],
      ['user', 'create'],
    ]) {
      const { code, err } = await keyturn(args)
      assert.equal(code, 2, args.join(' '))
      assert.doesNotMatch(err, / at .*:\d+:\d+/, 'no stack')
    }
    assert.equal((await keyturn(['config', 'check'], { KEYTURN_NONSENSE: '1' })).code, 2)
  })

  test('listening beyond this machine in the clear needs a flag that says what it costs', async () => {
    const refused = await keyturn(['config', 'check', '--listen', '0.0.0.0:0'])
    assert.equal(refused.code, 2)
    assert.match(refused.err, /send-secrets-over-plain-http/)
    const args = ['config', 'check', '--listen', '0.0.0.0:0', '--send-secrets-over-plain-http']
    assert.equal((await keyturn(args)).code, 0)
  })

  test('flags weigh more than variables, variables more than the file', async () => {
    const file = join(folder, 'keyturn.toml')
    writeFileSync(file, 'region = "file"\nlog-level = "warn"\nkey-quota = 5\n')
    const env = { KEYTURN_CONFIG: file, KEYTURN_REGION: 'variable', KEYTURN_KEY_QUOTA: '6' }
    const { out } = await keyturn(['config', 'show', '--region', 'flag'], env)
    assert.match(out, /^region +flag +flag$/m)
    assert.match(out, /^key-quota +6 +variable$/m)
    assert.match(out, /^log-level +warn +file$/m)
    assert.match(out, /^drain-ms +10000 +default$/m)
    const url = 'https://user:hidden@example.test'
    const shown = await keyturn(['config', 'show', '--identity-url', url])
    assert.doesNotMatch(shown.out, /hidden/)
    writeFileSync(file, '{ "nonsense": 1 }')
    assert.equal((await keyturn(['config', 'check', '--config', file])).code, 2)
  })

  test('first start, clean stop, second start, commands beside it', async () => {
    const data = join(folder, 'data')
    const first = await start(['--data', data])
    assert.match(first.out, /just made/)
    assert.match(first.out, /^ {2}console +http:\/\/127\.0\.0\.1:\d+\/console$/m)
    assert.equal(statSync(data).mode & 0o777, 0o700)
    for (const name of readdirSync(data)) {
      assert.equal(statSync(join(data, name)).mode & 0o077, 0, `${name} is for its owner alone`)
    }
    const text = readFileSync(join(data, 'bootstrap-credentials.json'), 'utf8')
    const credentials = JSON.parse(text)
    assert.deepEqual(Object.keys(credentials), [
      'endpoint',
      'region',
      'domain_id',
      'domain_name',
      'project_id',
      'project_name',
      'user_id',
      'user_name',
      'password',
      'access_key',
      'secret_key',
    ])
    assert.equal(credentials.endpoint, first.url)
    assert.doesNotMatch(first.out, new RegExp(`${credentials.password}|${credentials.secret_key}`))
    const script = new URL('../examples/rotation.sh', import.meta.url).pathname
    const journey = execFileSync(script, [join(data, 'bootstrap-credentials.json')], {
      encoding: 'utf8',
    })
    assert.match(journey, /has rotated/)

    const dataFlag = ['--data', data]
    const created = await keyturn([
      'user',
      'create',
      '--name',
      'ann',
      '--password-file',
      '-',
      '--project',
      'local-1',
      ...dataFlag,
    ])
    assert.equal(created.code, 0, created.err)
    const role = ['--user', 'ann', '--role', 'KMS CMKFullAccess', '--project', 'local-1']
    assert.equal((await keyturn(['role', 'assign', ...role, ...dataFlag])).code, 0)
    const auth = {
      identity: {
        methods: ['password'],
        password: {
          user: {
            name: 'ann',
            domain: { name: credentials.domain_name },
            password: 'a password from standard input',
          },
        },
      },
    }
    const response = await fetch(`${first.url}/v3/auth/tokens`, {
      method: 'POST',
      body: JSON.stringify({ auth }),
      headers: { 'Content-Type': 'application/json' },
    })
    assert.equal(response.status, 201, await response.text())
    const keyFile = join(folder, 'ann.json')
    const key = ['access-key', 'create', '--user', 'ann', '--out', keyFile, ...dataFlag]
    assert.equal((await keyturn(key)).code, 0)
    assert.equal(statSync(keyFile).mode & 0o777, 0o600)
    assert.equal((await keyturn(key)).code, 1, 'it does not write over a file')
    const list = await keyturn(['user', 'list', ...dataFlag])
    assert.match(list.out, /ann {2}KMS CMKFullAccess \(in /)
    assert.equal((await keyturn(['user', 'delete', '--user', 'ann', ...dataFlag])).code, 0)

    assert.equal(await stop(first, 'SIGTERM'), 0)
    const verified = await keyturn(['audit', 'verify', ...dataFlag])
    assert.equal(verified.code, 0, verified.out)
    const byPublicKey = join(data, 'audit', 'checkpoint-public-key.pem')
    const offline = await keyturn(['audit', 'verify', '--public-key', byPublicKey, ...dataFlag])
    assert.equal(offline.code, 0, offline.out)

    const second = await start(['--data', data])
    assert.doesNotMatch(second.out, /just made/)
    const again = JSON.parse(readFileSync(join(data, 'bootstrap-credentials.json'), 'utf8'))
    assert.deepEqual({ ...again, endpoint: '' }, { ...credentials, endpoint: '' })
    assert.equal(again.endpoint, second.url)
    assert.equal(await stop(second, 'SIGINT'), 0)

    const logs = globSync(join(data, 'audit', '**', '*.jsonl'))
    const path = logs.find((log) => readFileSync(log, 'utf8').includes('"status":200')) ?? ''
    writeFileSync(path, readFileSync(path, 'utf8').replace('"status":200', '"status":201'))
    const spoilt = await keyturn(['audit', 'verify', ...dataFlag])
    assert.equal(spoilt.code, 1)
    assert.match(spoilt.out, /NOT whole/)
  })

  test('a root key file is made once; a store is named without showing its password', async () => {
    const file = join(folder, 'made.key')
    const made = await keyturn(['root', 'create', '--root-key', file])
    assert.match(made.out, /^[0-9a-f]{16}\n$/)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const before = readFileSync(file)
    assert.match((await keyturn(['root', 'create', '--root-key', file])).err, /already/)
    assert.deepEqual(readFileSync(file), before)
    assert.equal((await keyturn(['root', 'create'])).code, 2)

    const url = 'postgres://u:ge:h/e@im@db.example/k'.replace('/e@', '%2Fe%40')
    const shown = await keyturn(['config', 'show'], { KEYTURN_STORE: url })
    assert.match(shown.out, /postgres:\/\/u:\*\*\*@db\.example/)
    assert.doesNotMatch(shown.out, /ge:h|im@/)
    const flag = await keyturn(['user', 'list', '--store', url])
    assert.equal(flag.code, 2)
    assert.match(flag.err, /list of processes/)
    assert.doesNotMatch(flag.err, /ge:h/)
    const nowhere = 'postgres://u@127.0.0.1:1/k'
    const withoutRoot = await keyturn(['user', 'list'], { KEYTURN_STORE: nowhere })
    assert.match(withoutRoot.err, /no root key file/)
    const refused = await keyturn(['user', 'list', '--root-key', file], { KEYTURN_STORE: nowhere })
    assert.equal(refused.code, 1)
    assert.match(refused.err, /ECONNREFUSED/)
  })

  test('a database without its root key is never given a new one', async () => {
    const data = join(folder, 'no-root')
    assert.equal(await stop(await start(['--data', data]), 'SIGTERM'), 0)
    const root = readFileSync(join(data, 'root.key'))
    rmSync(join(data, 'root.key'))
    const args = ['serve', '--listen', '127.0.0.1:0', '--data', data]
    const refused = await keyturn(args)
    assert.equal(refused.code, 1)
    assert.match(refused.err, /backup/)
    assert.equal(existsSync(join(data, 'root.key')), false)
    const other = join(folder, 'other-root')
    assert.equal(await stop(await start(['--data', other]), 'SIGTERM'), 0)
    writeFileSync(join(data, 'root.key'), readFileSync(join(other, 'root.key')), { mode: 0o600 })
    assert.match((await keyturn(args)).err, /not of one data folder/)
    writeFileSync(join(data, 'root.key'), root, { mode: 0o600 })
    assert.equal(await stop(await start(['--data', data]), 'SIGTERM'), 0)
  })

  test('requests under way are answered before the server stops', async () => {
    const data = join(folder, 'drain')
    const server = await start(['--data', data])
    const credentials = JSON.parse(readFileSync(join(data, 'bootstrap-credentials.json'), 'utf8'))
    const { user_id: id, password } = credentials
    const body = JSON.stringify({
      auth: { identity: { methods: ['password'], password: { user: { id, password } } } },
    })
    const signIns = Array.from({ length: 8 }, () =>
      fetch(`${server.url}/v3/auth/tokens`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      }),
    )
    // Passwords are judged two at a time: when the first has its answer, others are under way.
    await Promise.race(signIns)
    const stoppedAtMs = performance.now()
    assert.equal(await stop(server, 'SIGTERM'), 0)
    assert.ok(performance.now() - stoppedAtMs < 5000, 'nobody waits for idle connections')
    for (const reply of await Promise.all(signIns)) assert.equal(reply.status, 201)
  })

  test('under npm, who stops all processes at once gets a clean stop too', async () => {
    const data = join(folder, 'under-npm')
    const root = new URL('..', import.meta.url).pathname
    const flags = ['--listen', '127.0.0.1:0', '--data', data, '--handover-ms', '1000']
    const args = ['start', '--', ...flags]
    const child = spawn('npm', args, {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    for await (const chunk of child.stdout) {
      out += chunk
      // As systemd does: the signal goes to npm, its shell and the server.
      if (/Ctrl-C stops it/.test(out) && child.pid !== undefined)
        process.kill(-child.pid, 'SIGTERM')
    }
    assert.match(out, /^Stopped\.$/m)
    assert.ok(!existsSync(join(data, 'keyturn.sqlite-wal')), 'the store was closed')
  })

  test('TLS 1.3, and 1.2 with good suites only', async (t) => {
    const cert = join(folder, 'cert.pem')
    const key = join(folder, 'key.pem')
    const args =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1'
    try {
      execFileSync('openssl', [...args.split(' '), '-keyout', key, '-out', cert], {
        stdio: 'ignore',
      })
    } catch {
      t.skip('the openssl command is missing')
      return
    }
    const server = await start([
      '--data',
      join(folder, 'tls'),
      '--tls-cert',
      cert,
      '--tls-key',
      key,
    ])
    assert.match(server.url, /^https:/)
    const ca = readFileSync(cert)
    const get = (options: object) =>
      new Promise<number | undefined>((resolve, reject) => {
        request(`${server.url}/readyz`, { ca, ...options }, (reply) => {
          reply.resume()
          resolve(reply.statusCode)
        })
          .on('error', reject)
          .end()
      })
    assert.equal(await get({}), 200)
    assert.equal(await get({ maxVersion: 'TLSv1.2' }), 200)
    await assert.rejects(get({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }))
    await assert.rejects(get({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }))
    assert.equal(await stop(server, 'SIGTERM'), 0)
  })
})
