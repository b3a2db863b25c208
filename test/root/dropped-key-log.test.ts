import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { openAuditLog } from '../../src/audit/file-log.ts'
import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { systemClock } from '../../src/ports/clock.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { startTestServer } from '../server.ts'
import { killRetireAt } from './kill-retire.ts'

const home = mkdtempSync(join(tmpdir(), 'keyturn-dropped-log-'))
after(() => rmSync(home, { recursive: true }))

/** Runs a command on a data folder that must do what it is asked. */
async function run(data: string, ...words: string[]): Promise<string> {
  const ended = await runKeyturn([...words, '--data', data])
  assert.equal(ended.code, 0, `${words.join(' ')}: ${ended.err}${ended.out}`)
  return ended.out
}

/** Adds a record to the log in a data folder, as who has a root key and may write there. */
async function forge(data: string, rootKeyFile: string): Promise<void> {
  const [line = ''] = readFileSync(rootKeyFile, 'utf8').split('\n')
  const material = Uint8Array.from(Buffer.from(line.split(':')[3] ?? '', 'base64'))
  const log = await openAuditLog({
    directory: join(data, 'audit'),
    place: 'thief',
    root: rootKeyFrom(new SecretBytes(material)),
    checkpoints: {
      register: async () => undefined,
      chainsOf: async () => [],
      put: async () => undefined,
      newest: async () => undefined,
      list: async () => [],
    },
    clock: systemClock,
    sync: 'group',
  })
  await log.append({
    ...{ at: systemClock.now(), requestId: 'forged', operation: 'DecryptData', actor: undefined },
    ...{ projectId: undefined, keyId: undefined, keyVersion: undefined },
    ...{ status: 200, code: undefined, source: undefined },
  })
  await log.close()
}

describe('the audit log after the root key was dropped', () => {
  test('what a thief adds with the stolen key is found; that retire was killed is no alarm', async (t) => {
    const data = join(home, 'thief')
    const server = await startTestServer({ directory: data })
    let isStopped = false
    const stop = async () => {
      if (!isStopped) await server.stop()
      isStopped = true
    }
    t.after(stop)
    await server.createKey()
    const stolen = join(home, 'stolen.key')
    cpSync(join(data, 'root.key'), stolen)
    await run(data, 'root', 'rotate')
    await killRetireAt(data, /Only \w+ is believed/)
    await run(data, 'audit', 'verify')
    // Sign-ins of before have ended: what is refused is on record too, under the new root key.
    await server.createKey().catch(() => undefined)
    await run(data, 'root', 'retire', '--end-sign-ins')
    assert.match(await run(data, 'audit', 'verify'), /^The audit log is whole/)
    await stop()
    await run(data, 'audit', 'verify')
    await run(data, 'doctor')

    await forge(data, stolen)
    const found = await runKeyturn(['audit', 'verify', '--data', data])
    assert.equal(found.code, 1, found.out)
    assert.match(found.out, /NOT whole[\s\S]*was made with root key \w{16} after that was dropped/)
    const examined = await runKeyturn(['doctor', '--data', data])
    assert.equal(examined.code, 1)
    assert.match(examined.out, /after that was dropped/)
  })

  test('what a server wrote just before it was killed is no alarm', async () => {
    const live = join(home, 'live')
    const server = await startTestServer({ directory: live })
    const data = join(home, 'killed')
    try {
      await server.createKey()
      // As it is on the disk now, with no checkpoint of the last records.
      cpSync(live, data, { recursive: true })
    } finally {
      await server.stop()
    }
    await run(data, 'root', 'rotate')
    await run(data, 'root', 'retire', '--end-sign-ins')
    const verified = await run(data, 'audit', 'verify')
    assert.doesNotMatch(verified, /dropped/)
    const again = await startTestServer({ directory: data })
    await again.stop()
    assert.match(await run(data, 'audit', 'verify'), /^The audit log is whole/)
  })
})
