import assert from 'node:assert/strict'
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { startTestServer } from '../server.ts'

const home = mkdtempSync(join(tmpdir(), 'keyturn-place-'))
const data = join(home, 'data')
const volume = join(home, 'volume')
const kept = join(volume, 'root.key')
const link = join(data, 'root.key')
const passphrase = join(home, 'passphrase')
const backup = join(home, 'backup')

/** A user that is not the one of this process, who has the data folder. */
const SOMEBODY = 65534
const isRoot = process.getuid?.() === 0

async function done(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await runKeyturn(args)
  assert.equal(code, 0, `${args.join(' ')}: ${err}${out}`)
  return out
}

before(async () => {
  mkdirSync(volume, { mode: 0o700 })
  writeFileSync(passphrase, 'a passphrase for tests\n', { mode: 0o600 })
  const server = await startTestServer({ directory: data })
  await server.createKey()
  await server.running.stop()
  renameSync(link, kept)
  symlinkSync('../volume/root.key', link)
  if (isRoot) giveAway(home)
})
after(() => rmSync(home, { recursive: true }))

function giveAway(path: string): void {
  chownSync(path, SOMEBODY, SOMEBODY)
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) giveAway(join(path, entry.name))
    else if (entry.isFile()) chownSync(join(path, entry.name), SOMEBODY, SOMEBODY)
  }
}

/** The root key is in its place alone, and all there is belongs to its owner. */
function allInPlace(what: string): void {
  assert.ok(lstatSync(link).isSymbolicLink(), `${what}: the link is gone`)
  assert.deepEqual(readdirSync(volume), ['root.key'], what)
  if (!isRoot) return
  for (const folder of [data, volume]) {
    for (const name of readdirSync(folder)) {
      if (lstatSync(join(folder, name)).isSymbolicLink()) continue
      assert.equal(statSync(join(folder, name)).uid, SOMEBODY, `${what}: ${name}`)
    }
  }
}

describe('a root key that a link names, on another disk, of another user', () => {
  test('a change of it, its end and another seal are written where it is', async () => {
    await done('root', 'rotate', '--data', data)
    allInPlace('rotate')
    assert.equal(readFileSync(kept, 'utf8').trimEnd().split('\n').length, 2)
    await done('root', 'retire', '--end-sign-ins', '--data', data)
    allInPlace('retire')
    assert.equal(readFileSync(kept, 'utf8').trimEnd().split('\n').length, 1)
    const to = ['--to', 'passphrase', '--new-passphrase-file', passphrase]
    await done('seal', 'migrate', ...to, '--data', data)
    allInPlace('migrate')
    const opened = ['--seal-passphrase-file', passphrase, '--data', data]
    await done('root', 'rotate', ...opened)
    allInPlace('rotate under a passphrase')
    await done('seal', 'migrate', '--to', 'file', ...opened)
    allInPlace('migrate back')
  })

  test('what is restored is of the user whose folder it is', async () => {
    await done('backup', 'create', '--to', backup, '--data', data)
    rmSync(join(data, 'server.lock'))
    await done('backup', 'restore', backup, '--replace', '--data', data)
    allInPlace('restore')
    for (const name of readdirSync(data)) if (/sqlite|lock/.test(name)) rmSync(join(data, name))
    await done('backup', 'restore', backup, '--data', data)
    allInPlace('restore into an empty folder')
  })

  test('a link to nowhere, its disk not mounted, is told, and no other root key is made', async () => {
    const folder = join(home, 'unmounted')
    mkdirSync(folder, { mode: 0o700 })
    symlinkSync('../nowhere/root.key', join(folder, 'root.key'))
    const made = await runKeyturn(['seal', 'create', '--seal', 'file', '--data', folder])
    assert.equal(made.code, 1)
    assert.match(made.err, /root\.key is a link to a file that is not there: is its disk mounted\?/)
    await assert.rejects(startTestServer({ directory: folder }), /is its disk mounted/)
    assert.ok(lstatSync(join(folder, 'root.key')).isSymbolicLink())
  })

  test('a new seal is of the user whose folder it is', async () => {
    const folder = join(home, 'new')
    mkdirSync(folder, { mode: 0o700 })
    if (isRoot) chownSync(folder, SOMEBODY, SOMEBODY)
    const how = ['--seal', 'passphrase', '--seal-passphrase-file', passphrase]
    await done('seal', 'create', ...how, '--data', folder)
    assert.equal(statSync(join(folder, 'root.key')).uid, isRoot ? SOMEBODY : process.getuid?.())
  })
})
