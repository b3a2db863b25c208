import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { passwordAuth, signIn, startTestServer } from '../server.ts'
import { killRetireAt } from './kill-retire.ts'

const home = mkdtempSync(join(tmpdir(), 'keyturn-retire-root-'))
after(() => rmSync(home, { recursive: true }))

const linesOf = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n')

/** The token that somebody makes who saw a token, and has a root key file. */
function forged(token: string, rootKeyFile: string): string {
  const [line = ''] = linesOf(rootKeyFile)
  const material = Uint8Array.from(Buffer.from(line.split(':')[3] ?? '', 'base64'))
  const body = token.slice(0, token.lastIndexOf('.'))
  const { token: key } = rootKeyFrom(new SecretBytes(material))
  return `${body}.${key.lend((bytes) => createHmac('sha256', bytes).update(body).digest('base64url'))}`
}

for (const [workers, isKilled] of [
  ['1', false],
  ['2', true],
] as const) {
  describe(`old root keys are dropped while a server serves with ${workers} workers`, () => {
    test('what they make is refused; what they verify still is', async (t) => {
      const data = join(home, `data-${workers}`)
      const place = ['--data', data]
      const run = async (...args: string[]) => {
        const ended = await runKeyturn(args)
        assert.equal(ended.code, 0, `${args.join(' ')}: ${ended.err}${ended.out}`)
        return ended.out
      }
      const server = await startTestServer({ directory: data, flags: ['--workers', workers] })
      t.after(() => server.stop().catch(() => undefined))
      const key_id = await server.createKey()
      const made = await server.kms('encrypt-data', { key_id, plain_text: 'YQ==' })
      const project = server.credentials.project_id
      const call = async (token: string) =>
        (await server.kms('decrypt-data', made.body, { token, project })).status
      const stolen = join(home, `stolen-${workers}.key`)
      cpSync(join(data, 'root.key'), stolen)
      const backup = join(home, `before-${workers}.backup`)
      await run('backup', 'create', ...place, '--to', backup)
      const keysOfBefore = (await signingKeys()).map(({ public_key }) => public_key)

      const never = await runKeyturn(['root', 'retire', ...place])
      assert.equal(never.code, 1)
      assert.match(never.err, /never changed/)
      await run('root', 'rotate', ...place)
      const early = await runKeyturn(['root', 'retire', ...place])
      assert.equal(early.code, 1)
      assert.match(early.err, /up to 24 h longer/)
      const fresh = await signIn(server.url, passwordAuth(server.credentials))
      assert.equal(await call(forged(fresh, stolen)), 200, 'the old root key is still believed')

      if (isKilled) {
        await killRetireAt(data, /Only \w+ is believed/)
        assert.equal(linesOf(join(data, 'root.key')).length, 2)
        await run('store', 'verify', ...place)
      }
      await run('root', 'retire', ...place, '--end-sign-ins')
      assert.equal(linesOf(join(data, 'root.key')).length, 1)
      await run('store', 'verify', ...place)
      assert.equal(await call(fresh), 200)
      for (const token of [server.token, forged(fresh, stolen)])
        assert.equal(await call(token), 403)
      const known = (await signingKeys()).map(({ public_key }) => public_key)
      for (const key of keysOfBefore) assert.ok(known.includes(key), 'statements of before verify')
      assert.equal(known.length, 2 * keysOfBefore.length)
      // Somebody put a copy of the file of before back, as a node has that was forgotten.
      const file = join(data, 'root.key')
      const kept = readFileSync(file, 'utf8')
      await server.stop()
      writeFileSync(file, kept + readFileSync(stolen, 'utf8'))
      const again = await startTestServer({ directory: data, flags: ['--workers', workers] })
      t.after(() => again.stop().catch(() => undefined))
      const reply = await again.kms('decrypt-data', made.body, { token: fresh, project })
      assert.equal(reply.body.plain_text, 'YQ==', reply.text)
      const refused = { token: forged(fresh, stolen), project }
      assert.equal((await again.kms('decrypt-data', made.body, refused)).status, 403)
      await again.stop()
      writeFileSync(file, kept)

      await run('audit', 'verify', ...place)
      await run('doctor', ...place)
      await run('backup', 'verify', ...place, '--root-key', stolen, backup)
      // A second change takes along what is left of the first root key.
      await run('root', 'rotate', ...place)
      await run('root', 'retire', ...place, '--end-sign-ins')
      await run('audit', 'verify', ...place)
      await run('store', 'verify', ...place)
      const chinese = await runKeyturn(['root', 'status', ...place], { LANG: 'zh_CN.UTF-8' })
      assert.match(chinese.out, /封印文件只保存/)

      async function signingKeys(): Promise<readonly { readonly public_key: string }[]> {
        const token = await signIn(server.url, passwordAuth(server.credentials))
        const listed = await server.send('GET', '/keyturn/v1/signing-keys', { token })
        assert.equal(listed.status, 200, listed.text)
        return listed.body.keys
      }
    })
  })
}
