import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { after, describe, test } from 'node:test'
import { pino } from 'pino'
import { serve } from '../src/server/serve.ts'
import { readSettings } from '../src/server/settings.ts'
import { runKeyturn } from './cli/run-keyturn.ts'

const home = mkdtempSync(join(tmpdir(), 'keyturn-open-folder-'))
after(() => rmSync(home, { recursive: true }))

/** What a server logs that starts on a folder with this mode, and stops. */
async function loggedWith(mode: number): Promise<string> {
  const data = join(home, 'data')
  let logged = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk)
      done()
    },
  })
  const { settings } = readSettings(['--data', data, '--listen', '127.0.0.1:0'], {})
  const log = pino({ level: 'warn' }, stream)
  const made = await serve(settings, log)
  await made.stop()
  chmodSync(data, mode)
  logged = ''
  const server = await serve(settings, log)
  await server.stop()
  return logged
}

describe('a data folder in which everybody may write', {
  skip: process.platform === 'win32',
}, () => {
  test('is told when a server starts, and by doctor', async () => {
    assert.match(await loggedWith(0o777), /every user of the machine can put other files.*mode 777/)
    const examined = await runKeyturn(['doctor', '--data', join(home, 'data')])
    assert.equal(examined.code, 1)
    assert.match(examined.out, /mode 777[\s\S]*every user of the machine can put other files/)
  })

  test('one for its owner, or a group, is not', async () => {
    assert.doesNotMatch(await loggedWith(0o700), /every user/)
    assert.doesNotMatch(await loggedWith(0o2770), /every user/)
  })
})
