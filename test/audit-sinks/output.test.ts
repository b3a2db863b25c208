import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { passwordAuth, signIn } from '../server.ts'
import { fileLines, receivedLines } from './sink-stream.ts'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, `in 30 s not: ${what}`)
    await setTimeout(50)
  }
}

/** Starts a server whose standard output goes to `output`; it tells where it listens on standard error. */
async function start(directory: string, output: number, flags: readonly string[]) {
  const child = spawn(
    process.execPath,
    [
      ...[MAIN, 'serve', '--listen', '127.0.0.1:0', '--data', directory, '--log-level', 'error'],
      ...['--audit-sinks', 'file,stdout', '--audit-sink-lag-ms', '3000', ...flags],
    ],
    { stdio: ['ignore', output, 'pipe'] },
  )
  let told = ''
  child.stderr?.on('data', (chunk) => {
    told += chunk
  })
  await until('it listens', () => told.includes('Ctrl-C') || child.exitCode !== null)
  return { child, url: /listens on (\S+)/.exec(told)?.[1] ?? '' }
}

async function stop(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
}

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status

/** Its status: 401 while calls are served. */
const callWithoutToken = async (url: string): Promise<number> =>
  (await fetch(`${url}/v1.0/none/kms/list-keys`, { method: 'POST' })).status

const signInTo = (directory: string, url: string): Promise<string> =>
  signIn(
    url,
    passwordAuth(JSON.parse(readFileSync(join(directory, 'bootstrap-credentials.json'), 'utf8'))),
  )

describe('audit records on standard output', { skip: process.platform !== 'linux' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-output-'))
  after(() => rmSync(folder, { recursive: true }))

  test('the reader goes (EPIPE): calls are refused until one is back; no record is missing', async () => {
    const directory = join(folder, 'data')
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    let read = ''
    const reader = () => {
      const cat = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'inherit'] })
      cat.stdout.on('data', (chunk) => {
        read += chunk
      })
      return cat
    }
    const first = reader()
    const output = openSync(pipe, constants.O_WRONLY)
    const { child, url } = await start(directory, output, ['--workers', '2'])
    closeSync(output)
    try {
      await signInTo(directory, url)
      await until('something was read', () => read.includes('"op":"'))
      first.kill('SIGKILL')
      // A pipe tells that nobody reads it only to whoever writes: what calls leave in the log does.
      await until('refused', async () => (await callWithoutToken(url)) === 500)
      assert.equal(await statusOf(`${url}/readyz`), 503)
      const second = reader()
      await until('ready', async () => (await statusOf(`${url}/readyz`)) === 200)
      await signInTo(directory, url)
      await stop(child)
      second.kill('SIGTERM')
    } finally {
      child.kill('SIGKILL')
    }
    const lines = read.split('\n').filter((line) => line !== '')
    for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), line)
    assert.deepEqual(
      new Map([...receivedLines(lines)].sort()),
      new Map([...fileLines(join(directory, 'audit'))].sort()),
    )
  })

  test('to a file, after what is in it already', async () => {
    const directory = join(folder, 'file-data')
    const path = join(folder, 'out.jsonl')
    const output = openSync(path, 'w')
    const { child, url } = await start(directory, output, ['--workers', '1'])
    closeSync(output)
    await signInTo(directory, url)
    await stop(child)
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
    assert.deepEqual(receivedLines(lines), fileLines(join(directory, 'audit')))
  })

  const canMount = (path: string) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path]).status === 0

  test('a full disk for the files: refused, with the reason; with room again it goes on', async (t) => {
    const directory = join(folder, 'full-data')
    const audit = join(directory, 'audit')
    execFileSync('mkdir', ['-p', '-m', '700', audit])
    if (!canMount(audit)) return t.skip('no tmpfs can be mounted')
    const path = join(folder, 'full.jsonl')
    const output = openSync(path, 'w')
    const { child, url } = await start(directory, output, ['--workers', '1'])
    closeSync(output)
    try {
      const ballast = join(audit, 'ballast')
      spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'], { stdio: 'ignore' })
      await until('refused', async () => (await callWithoutToken(url)) === 500)
      const ready = await fetch(`${url}/readyz`)
      assert.equal(ready.status, 503)
      assert.match(await ready.text(), /audit log cannot be written: ENOSPC/)
      rmSync(ballast)
      await until('served', async () => (await callWithoutToken(url)) === 401)
      await until('ready', async () => (await statusOf(`${url}/readyz`)) === 200)
      await stop(child)
      const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
      assert.deepEqual(receivedLines(lines), fileLines(audit))
    } finally {
      child.kill('SIGKILL')
      spawnSync('umount', ['-l', audit])
    }
  })
})
