import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { passwordAuth, signIn, startTestServer, type TestServer } from '../server.ts'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const home = mkdtempSync(join(tmpdir(), 'keyturn-rotate-root-'))
after(() => rmSync(home, { recursive: true }))

/** Calls `root rotate` as a process of its own, and kills it as soon as it has printed `until`. */
async function killedAt(data: string, until: RegExp): Promise<string> {
  const child = spawn(process.execPath, [MAIN, 'root', 'rotate', '--data', data], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      out += chunk
      if (until.test(out)) child.kill('SIGKILL')
    })
  }
  await once(child, 'close')
  return out
}

const rootIds = (data: string) =>
  readFileSync(join(data, 'root.key'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(':')[2])

/** Every row bears its MAC, says `store verify`. */
async function requireWhole(place: readonly string[]): Promise<void> {
  const { code, out, err } = await runKeyturn(['store', 'verify', ...place])
  assert.equal(code, 0, out + err)
}

/** How many keys, versions and facts bear a MAC of a root key. */
function underOld(data: string, id = ''): readonly unknown[] {
  const database = new DatabaseSync(join(data, 'keyturn.sqlite'), { readOnly: true })
  const text = `like '01${id}%'`
  try {
    return [
      `select count(*) as n from keys where hex(mac) ${text}`,
      `select count(*) as n from key_versions where hex(mac) ${text} or hex(wrapped_material) ${text}`,
      `select count(*) as n from meta where name = 'rows-guarded' and value ${text}`,
    ].map((query) => database.prepare(query).get()?.['n'])
  } finally {
    database.close()
  }
}

/** Asks again and again for all that hangs on the root key, until told to stop. */
function load(server: TestServer, keyIds: readonly string[]) {
  const failures: unknown[] = []
  let rounds = 0
  let goesOn = true
  const auth = passwordAuth(server.credentials)
  const text = Buffer.from('some text').toString('base64')
  async function round(): Promise<void> {
    for (const key_id of keyIds) {
      const made = await server.kms('encrypt-data', { key_id, plain_text: text })
      if (made.status !== 200) failures.push(made.text)
      const { cipher_text } = made.body
      const opened = await server.kms('decrypt-data', { key_id, cipher_text })
      if (opened.body.plain_text !== text) failures.push(opened.text)
    }
    const created = await server.kms('create-key', { key_alias: `under-load-${rounds}` })
    if (created.status !== 200) failures.push(created.text)
    const token = await signIn(server.url, auth)
    const listed = await server.kms('list-keys', {}, { token })
    if (listed.status !== 200) failures.push(listed.text)
    rounds++
  }
  const ended = (async () => {
    while (goesOn) await round().catch((error: unknown) => failures.push(error))
  })()
  return {
    async end() {
      goesOn = false
      await ended
      assert.deepEqual(failures, [])
      assert.ok(rounds > 0)
    },
  }
}

for (const [workers, isKilled] of [
  ['1', false],
  ['2', true],
] as const) {
  describe(`the root key is changed while a server serves with ${workers} workers`, () => {
    const title = isKilled ? 'killed after each step, it goes on' : 'it goes through at once'
    test(`${title}; nothing fails, and all of before is good`, async () => {
      const data = join(home, `data-${workers}`)
      const server = await startTestServer({ directory: data, flags: ['--workers', workers] })
      const keyIds: string[] = []
      for (let n = 0; n < 5; n++) keyIds.push(await server.createKey())
      const [key_id = ''] = keyIds
      const plain_text = Buffer.from('of before').toString('base64')
      const texts: string[] = []
      for (const id of keyIds) {
        const made = await server.kms('encrypt-data', { key_id: id, plain_text })
        texts.push(made.body.cipher_text)
        await server.kms('enable-key-rotation', { key_id: id })
      }
      const [before = ''] = texts
      const [old] = rootIds(data)

      const working = load(server, keyIds)
      const place = ['--data', data]
      if (isKilled) {
        const out = await killedAt(data, /is to take the place/)
        assert.match(out, /is to take the place/)
        const seen = rootIds(data)
        assert.equal(seen.length, 2)
        for (const step of [/servers take it up/, /Servers wrap under/]) {
          assert.match(await killedAt(data, step), step)
          assert.deepEqual(rootIds(data), seen, 'no step begins another root key')
          await requireWhole(place)
        }
        const backup = join(home, 'middle.backup')
        const written = await runKeyturn(['backup', 'create', ...place, '--to', backup])
        assert.equal(written.code, 0, written.err)
        const verified = await runKeyturn(['backup', 'verify', ...place, backup])
        assert.equal(verified.code, 0, verified.err + verified.out)
        cpSync(join(data, 'root.key'), join(home, 'middle.key'))
      }
      const done = await runKeyturn(['root', 'rotate', ...place])
      assert.equal(done.code, 0, done.err)
      await working.end()

      const [next] = rootIds(data)
      assert.deepEqual(rootIds(data), [next, old])
      assert.notEqual(next, old)
      const status = await runKeyturn(['root', 'status', ...place])
      assert.equal(status.code, 0, status.err)
      assert.match(status.out, new RegExp(`^Root key ${next} is current`))
      assert.ok(!status.out.includes(`${old}  `), status.out)
      assert.deepEqual(underOld(data, old), [0, 0, 0], 'keys, versions and the fact')
      // The token of the first sign-in is from before.
      const opened = await server.kms('decrypt-data', { key_id, cipher_text: before })
      assert.equal(opened.body.plain_text, plain_text)
      await server.stop()

      await requireWhole(place)
      for (const command of [['audit', 'verify'], ['doctor']]) {
        const { code, out, err } = await runKeyturn([...command, ...place])
        assert.equal(code, 0, `${command}: ${out}${err}`)
      }
      const again = await startTestServer({ directory: data, flags: ['--workers', workers] })
      const token = server.token
      const later = await again.kms('decrypt-data', { key_id, cipher_text: before }, { token })
      assert.equal(later.body.plain_text, plain_text, later.text)
      for (const [index, id] of keyIds.entries()) {
        const cipher_text = texts[index]
        const opened = await again.kms('decrypt-data', { key_id: id, cipher_text })
        assert.equal(opened.body.plain_text, plain_text, opened.text)
        const shown = await again.kms('get-key-rotation-status', { key_id: id })
        assert.equal(shown.body.key_rotation_enabled, true, shown.text)
      }
      await again.stop()
      if (!isKilled) return

      // A backup from the middle brings a change that is not finished, and the file of that time finishes it.
      const restored = join(home, 'restored')
      mkdirSync(restored, { mode: 0o700 })
      cpSync(join(home, 'middle.key'), join(restored, 'root.key'))
      cpSync(join(data, 'bootstrap-credentials.json'), join(restored, 'bootstrap-credentials.json'))
      const steps = [
        ['backup', 'restore', '--data', restored, join(home, 'middle.backup')],
        ['root', 'rotate', '--data', restored],
      ]
      for (const step of steps) {
        const { code, err, out } = await runKeyturn(step)
        assert.equal(code, 0, `${step.join(' ')}: ${err}${out}`)
      }
      assert.deepEqual(rootIds(restored), [next, old])
      await requireWhole(['--data', restored])
      // Its audit log is another one: that of the other server is in its own folder.
      const flags = ['--node-name', 'restored']
      const third = await startTestServer({ directory: restored, flags })
      const found = await third.kms('decrypt-data', { key_id, cipher_text: before })
      assert.equal(found.body.plain_text, plain_text, found.text)
      await third.stop()
    })
  })
}

test('a root key that only the seal has is no hindrance, nor is a server that is stopped', async () => {
  const data = join(home, 'stopped')
  const server = await startTestServer({ directory: data })
  const key_id = await server.createKey()
  await server.stop()
  const copy = join(home, 'old-root.key')
  cpSync(join(data, 'root.key'), copy)
  const rotated = await runKeyturn(['root', 'rotate', '--data', data])
  assert.equal(rotated.code, 0, rotated.err)
  const chinese = await runKeyturn(['root', 'status', '--data', data], { LANG: 'zh_CN.UTF-8' })
  assert.match(chinese.out, /当前的根密钥是/)

  await assert.rejects(
    startTestServer({ directory: data, flags: ['--root-key', copy] }),
    /but the store needs/,
  )
  const again = await startTestServer({ directory: data })
  const made = await again.kms('encrypt-data', { key_id, plain_text: 'YQ==' })
  assert.equal(made.status, 200, made.text)
  await again.stop()
  const twice = await runKeyturn(['root', 'rotate', '--data', data])
  assert.equal(twice.code, 0, twice.err)
  assert.equal(new Set(rootIds(data)).size, 3)
})
