import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, describe, test } from 'node:test'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const PASSPHRASE = 'a passphrase of this test'

const home = mkdtempSync(join(tmpdir(), 'keyturn-sealed-'))
const right = join(home, 'right')
const wrong = join(home, 'wrong')
writeFileSync(right, `${PASSPHRASE}\n`, { mode: 0o600 })
writeFileSync(wrong, 'another passphrase of this test\n', { mode: 0o600 })
const children = new Set<ChildProcess>()
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
})
after(() => rmSync(home, { recursive: true }))

async function keyturn(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const [code] = await once(child, 'close')
  children.delete(child)
  return { code, out, err }
}

async function start(data: string, ...flags: readonly string[]) {
  const args = ['serve', '--listen', '127.0.0.1:0', '--data', data, ...flags]
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  let out = ''
  let log = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const printed = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(out)?.[1]
      if (found !== undefined) return found
      if (child.exitCode !== null) throw new Error(`it ended: ${out}${log}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return {
    child,
    printed,
    said: () => out + log,
    async stop() {
      child.kill('SIGTERM')
      const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
      children.delete(child)
      return code
    },
  }
}

const LISTENS = /listens on (\S+)/
const SEALED = /sealed on ([^\s:]+:[^\s:]+:\d+)/

async function create(data: string): Promise<string> {
  const flags = ['--data', data, '--seal', 'passphrase', '--seal-passphrase-file', right]
  const { code, out, err } = await keyturn(['seal', 'create', ...flags])
  assert.equal(code, 0, err)
  return out.trim()
}

for (const workers of ['1', '2']) {
  describe(`a server whose seal does not open by itself, ${workers} workers`, () => {
    const data = join(home, `data-${workers}`)

    test('it waits, says so to everybody, and serves once it is unsealed', async () => {
      const rootId = await create(data)
      assert.match(rootId, /^[0-9a-f]{16}$/)
      const server = await start(data, '--workers', workers)
      const url = await server.printed(SEALED)

      const page = async (path: string, init: RequestInit = {}) => {
        const response = await fetch(url + path, init)
        return { status: response.status, headers: response.headers, text: await response.text() }
      }
      assert.deepEqual(
        [(await page('/healthz')).status, (await page('/readyz')).status],
        [200, 503],
      )
      assert.equal((await page('/readyz')).text, 'sealed\n')
      assert.match((await page('/metrics')).text, /^keyturn_sealed 1$/m)
      for (const [path, init] of [
        ['/v1.0/p/kms/create-key', { method: 'POST', body: '{"key_alias":"a"}' }],
        ['/v1.0/p/kms/list-keys', { method: 'POST', headers: { 'X-Auth-Token': 'guess' } }],
        ['/console', {}],
        ['/openapi.json', {}],
        ['/nowhere', {}],
      ] as const) {
        const { status, headers, text } = await page(path, init)
        assert.equal(status, 503, path)
        assert.equal(headers.get('Retry-After'), '5')
        assert.equal(JSON.parse(text).error_code, 'KMS.0101')
        assert.match(JSON.parse(text).error_msg, /sealed/)
      }
      const chinese = await page('/nowhere', { headers: { 'X-Language': 'zh-cn' } })
      assert.match(JSON.parse(chinese.text).error_msg, /封印/)
      const identity = await page('/v3/auth/tokens', { method: 'POST', body: '{}' })
      assert.equal(JSON.parse(identity.text).error.code, 503)

      assert.equal(statSync(join(data, 'seal.sock')).mode & 0o777, 0o600)
      const status = await keyturn(['seal', 'status', '--data', data])
      assert.equal(status.code, 1)
      assert.match(status.out, /^server +sealed$/m)
      assert.match(status.out, new RegExp(`^root key +${rootId}$`, 'm'))

      const place = ['--data', data, '--seal-passphrase-file']
      const began = performance.now()
      const refused = await keyturn(['seal', 'unseal', ...place, wrong])
      assert.equal(refused.code, 3)
      assert.equal(refused.err, 'keyturn: that does not open the seal; nothing has changed\n')
      assert.ok(performance.now() - began > 1000, 'a guess takes its time')
      assert.equal((await page('/readyz')).status, 503)

      const unsealed = await keyturn(['seal', 'unseal', ...place, right])
      assert.deepEqual([unsealed.code, unsealed.out], [0, 'Unsealed.\n'], unsealed.err)
      assert.equal(await server.printed(LISTENS), url)
      assert.equal((await page('/readyz')).status, 200)
      assert.match((await page('/metrics')).text, /^keyturn_sealed 0$/m)
      const again = await keyturn(['seal', 'unseal', ...place, right])
      assert.deepEqual([again.code, again.out], [0, 'It is unsealed already.\n'])
      const open = await keyturn(['seal', 'status', '--data', data], { LANG: 'zh_CN.UTF-8' })
      assert.deepEqual([open.code, /^服务器 +已解封$/m.test(open.out)], [0, true])
      assert.ok(!server.said().includes(PASSPHRASE))
      assert.equal(await server.stop(), 0)
    })
  })
}

describe('a passphrase seal', () => {
  const data = join(home, 'data-1')

  test('a server that is told to stop while it is sealed stops, and starts again', async () => {
    const server = await start(data)
    await server.printed(SEALED)
    assert.equal(await server.stop(), 0)
    // A crash leaves the socket: the next start does not stumble over it.
    const crashed = await start(data)
    await crashed.printed(SEALED)
    crashed.child.kill('SIGKILL')
    await once(crashed.child, 'exit')
    const next = await start(data)
    await next.printed(SEALED)
    assert.equal(await next.stop(), 0)
  })

  test('with the file of its passphrase it opens by itself, with a wrong one it does not start', async () => {
    const server = await start(data, '--seal-passphrase-file', right)
    await server.printed(LISTENS)
    assert.equal(await server.stop(), 0)
    const args = ['serve', '--data', data, '--listen', '127.0.0.1:0']
    const refused = await keyturn([...args, '--seal-passphrase-file', wrong])
    assert.equal(refused.code, 1)
    assert.match(refused.err, /does not open the seal/)
  })

  test('commands on the store take the passphrase too', async () => {
    const flags = ['--data', data, '--seal-passphrase-file']
    assert.equal((await keyturn(['user', 'list', ...flags, right])).code, 0)
    assert.equal((await keyturn(['user', 'list', ...flags, wrong])).code, 1)
    assert.equal((await keyturn(['user', 'list', '--data', data])).code, 2)
  })

  test('another kind than the file has is refused, and so is a place that has one', async () => {
    const refused = await keyturn(['serve', '--data', data, '--seal', 'file'])
    assert.equal(refused.code, 2)
    assert.match(refused.err, /file of a passphrase seal/)
    const flags = ['--data', data, '--seal', 'passphrase', '--seal-passphrase-file', right]
    const before = readFileSync(join(data, 'root.key'))
    assert.equal((await keyturn(['seal', 'create', ...flags])).code, 1)
    assert.deepEqual(readFileSync(join(data, 'root.key')), before)
  })

  test('the root key moves to a file and back, the same', async () => {
    const path = join(data, 'root.key')
    const before = readFileSync(path)
    const migrate = (...flags: readonly string[]) =>
      keyturn(['seal', 'migrate', '--data', data, ...flags])
    const refused = await migrate('--to', 'file', '--seal-passphrase-file', wrong)
    assert.equal(refused.code, 1)
    assert.deepEqual(readFileSync(path), before)

    const { code, out } = await migrate('--to', 'file', '--seal-passphrase-file', right)
    assert.equal(code, 0)
    assert.match(readFileSync(path, 'utf8'), new RegExp(`^keyturn-root-key:1:${out.trim()}:`))
    const server = await start(data)
    const url = await server.printed(LISTENS)
    assert.equal((await fetch(`${url}/readyz`)).status, 200)
    const busy = await migrate('--to', 'passphrase', '--new-passphrase-file', right)
    assert.match(busy.err, /another server runs/)
    assert.equal(await server.stop(), 0)

    const back = await migrate('--to', 'passphrase', '--new-passphrase-file', wrong)
    assert.deepEqual([back.code, back.out], [0, out])
    const served = await start(data, '--seal-passphrase-file', wrong)
    await served.printed(LISTENS)
    assert.equal(await served.stop(), 0)
  })
})
