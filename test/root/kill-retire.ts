import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname

/** Calls `root retire` as a process of its own, and kills it as soon as it has printed `until`. */
export async function killRetireAt(data: string, until: RegExp): Promise<void> {
  const args = [MAIN, 'root', 'retire', '--data', data, '--end-sign-ins']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
    if (until.test(out)) child.kill('SIGKILL')
  })
  await once(child, 'close')
  assert.match(out, until)
}
