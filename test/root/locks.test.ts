import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { embeddedPostgres, NO_POSTGRES } from '../postgres/binaries.ts'
import { startPostgres, type TestPostgres } from '../postgres/start-postgres.ts'
import { startTestServer } from '../server.ts'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const home = mkdtempSync(join(tmpdir(), 'keyturn-root-locks-'))
const children: ChildProcess[] = []
after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(home, { recursive: true })
})

/** Begins a command and stops it, without ending it, as soon as it has printed something. */
async function halted(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  return child
}

async function refused(
  args: readonly string[],
  { pid }: ChildProcess,
  command = 'root rotate',
): Promise<void> {
  const { code, err, out } = await runKeyturn(args)
  assert.equal(code, 5, `${args.join(' ')}: ${err}${out}`)
  const who = `keyturn ${command} is at work on the same root key or store (process ${pid} on ${hostname()}, since 20`
  assert.ok(err.includes(who), err)
}

test('one command at a time works on a root key and its store, on one machine', async () => {
  const data = join(home, 'data')
  const server = await startTestServer({ directory: data })
  await server.stop()
  const place = ['--data', data]
  const backup = join(home, 'one.backup')
  const made = await runKeyturn(['backup', 'create', '--to', backup, ...place])
  assert.equal(made.code, 0, made.err)

  const rotating = await halted(['root', 'rotate', ...place])
  const others = [
    ['root', 'rotate', ...place],
    ['root', 'retire', '--end-sign-ins', ...place],
    ['seal', 'migrate', '--to', 'file', ...place],
    ['backup', 'restore', '--replace', backup, ...place],
  ]
  for (const other of others) await refused(other, rotating)
  // By another copy of the file as well: it is one store.
  const copy = join(home, 'copy.key')
  copyFileSync(join(data, 'root.key'), copy)
  await refused(['root', 'rotate', '--root-key', copy, ...place], rotating)
  const chinese = await runKeyturn(['root', 'rotate', ...place], { LANG: 'zh_CN.UTF-8' })
  assert.match(chinese.err, new RegExp(`keyturn root rotate 正在处理.*进程 ${rotating.pid}`))
  const status = await runKeyturn(['root', 'status', ...place])
  assert.equal(status.code, 0, status.err)

  rotating.kill('SIGKILL')
  await once(rotating, 'exit')
  for (const free of others.slice(0, 3)) {
    const { code, err } = await runKeyturn(free)
    assert.equal(code, 0, `${free.join(' ')}: ${err}`)
  }
  assert.ok(!existsSync(join(data, 'root.key.holder')))
})

const binaries = embeddedPostgres()
describe('nodes on one database', { skip: binaries === undefined && NO_POSTGRES }, () => {
  let postgres: TestPostgres
  before(async () => {
    if (binaries !== undefined) postgres = await startPostgres(binaries)
  })
  after(() => postgres.stop())

  test('one command at a time works on the store, whatever node it is called on', async () => {
    const url = new URL(await postgres.newDatabase())
    url.password = ''
    const password = join(home, 'password')
    writeFileSync(password, `${postgres.password}\n`)
    const [one, two] = [join(home, 'one'), join(home, 'two')]
    const place = (directory: string) => [
      ...['--store', url.href, '--store-password-file', password],
      ...['--data', directory, '--root-key', join(directory, 'root.key')],
    ]
    const server = await startTestServer({ directory: one, flags: place(one) })
    await server.stop()
    mkdirSync(two, { mode: 0o700 })
    copyFileSync(join(one, 'root.key'), join(two, 'root.key'))
    const backup = join(home, 'two.backup')
    const made = await runKeyturn(['backup', 'create', '--to', backup, ...place(two)])
    assert.equal(made.code, 0, made.err)

    const rotating = await halted(['root', 'rotate', '--nodes', '0', ...place(one)])
    await refused(['root', 'rotate', '--nodes', '0', ...place(two)], rotating)
    await refused(['root', 'retire', '--nodes', '0', ...place(two)], rotating)
    await refused(['backup', 'restore', '--replace', backup, ...place(two)], rotating)
    const copied = ['--to', url.href, '--to-password-file', password]
    const empty = join(home, 'empty')
    await (await startTestServer({ directory: empty })).stop()
    const from = `sqlite:${join(empty, 'keyturn.sqlite')}`
    const copying = await runKeyturn(['store', 'copy', '--from', from, ...copied])
    assert.equal(copying.code, 1, 'it is not empty, which is said first')
    const status = await runKeyturn(['root', 'status', ...place(two)])
    assert.equal(status.code, 0, status.err)
    assert.match(status.out, /is to take the place of|servers take it up/)

    rotating.kill('SIGKILL')
    await once(rotating, 'exit')
    const again = await runKeyturn(['root', 'rotate', '--nodes', '0', ...place(one)])
    assert.equal(again.code, 0, again.err)
  })
})
