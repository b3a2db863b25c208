import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { makeLog } from '../../src/server/log.ts'
import { serve } from '../../src/server/serve.ts'
import { readSettings } from '../../src/server/settings.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'

const home = mkdtempSync(join(tmpdir(), 'keyturn-root-sealed-'))
after(() => rmSync(home, { recursive: true }))

test('a server that somebody unsealed goes along without anybody; backups open with the passphrase', async () => {
  const passphrase = join(home, 'passphrase')
  writeFileSync(passphrase, 'a passphrase of this test\n', { mode: 0o600 })
  const data = join(home, 'data')
  const place = ['--data', data, '--seal-passphrase-file', passphrase]
  const created = await runKeyturn(['seal', 'create', ...place, '--seal', 'passphrase'])
  assert.equal(created.code, 0, created.err)
  const flags = ['--listen', '127.0.0.1:0', '--data', data, '--log-level', 'silent']
  const { settings } = readSettings([...flags, '--workers', '1'], {})
  const unsealed = Promise.withResolvers<void>()
  const serving = serve(settings, makeLog('silent'), {}, { onSealed: () => unsealed.resolve() })
  await unsealed.promise
  const { code, err } = await runKeyturn(['seal', 'unseal', ...place])
  assert.equal(code, 0, err)
  const server = await serving
  try {
    const backup = join(home, 'backup')
    const steps: readonly (readonly string[])[] = [
      ['backup', 'create', ...place, '--to', backup],
      ['root', 'rotate', ...place],
      // Made under the root key of before, which the seal keeps.
      ['backup', 'verify', ...place, backup],
      ['backup', 'create', ...place, '--to', backup, '--force'],
      ['backup', 'verify', ...place, backup],
    ]
    for (const step of steps) {
      const ended = await runKeyturn(step)
      assert.equal(ended.code, 0, `${step.join(' ')}: ${ended.err}${ended.out}`)
    }
    const status = await runKeyturn(['seal', 'status', '--data', data])
    assert.match(status.out, new RegExp(`^root key +[0-9a-f]{16} ${created.out}$`, 'm'))
    await server.stop()
    const restored = await runKeyturn(['backup', 'restore', ...place, backup, '--replace'])
    assert.equal(restored.code, 0, restored.err)
  } finally {
    await server.stop().catch(() => undefined)
  }
})
