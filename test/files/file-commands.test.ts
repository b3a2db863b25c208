import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { startTestServer, type TestServer } from '../server.ts'

const PROGRAM = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const MIB = 1024 * 1024

interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: Buffer
  readonly err: string
}

describe('keyturn encrypt-file and decrypt-file', () => {
  let place: string
  let folder: string
  let server: TestServer
  let key: string
  let works = 0

  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'keyturn-files-'))
    server = await startTestServer({ directory: join(place, 'keyturn-data') })
    key = await server.createKey({ key_alias: 'file-key' })
  })
  after(async () => {
    await server.stop()
    rmSync(place, { recursive: true })
  })
  beforeEach(() => {
    folder = join(place, `work-${++works}`)
    mkdirSync(folder)
  })

  const at = (name: string) => join(folder, name)

  function start(args: readonly string[]): ChildProcess {
    // In the folder of the data folder: the first credentials are found there.
    const endpoint = ['--endpoint', server.url]
    return spawn(process.execPath, [PROGRAM, ...args, ...endpoint], { cwd: place })
  }

  async function outcomeOf(child: ChildProcess): Promise<Outcome> {
    const [out, err]: [Buffer[], string[]] = [[], []]
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk.toString()))
    const [code, signal] = await once(child, 'close')
    return { code, signal, out: Buffer.concat(out), err: err.join('') }
  }

  function keyturn(args: readonly string[], input?: Buffer): Promise<Outcome> {
    const child = start(args)
    child.stdin?.on('error', () => undefined) // a command that refuses does not read to the end
    child.stdin?.end(input)
    return outcomeOf(child)
  }

  async function done(args: readonly string[], input?: Buffer): Promise<Buffer> {
    const { code, out, err } = await keyturn(args, input)
    assert.equal(code, 0, err)
    assert.doesNotMatch(err, /MiB|%/, 'nobody watches: no progress')
    return out
  }

  async function encrypted(content: Buffer, more: readonly string[] = []): Promise<string> {
    writeFileSync(at('in'), content)
    await done(['encrypt-file', '--key', key, at('in'), at('enc'), ...more])
    return at('enc')
  }

  test('undo each other, before and after a rotation, for the owner alone', async () => {
    const content = randomBytes(5 * MIB + 17)
    const file = await encrypted(content)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.ok(statSync(file).size - content.length < 500)
    assert.equal(readFileSync(file).indexOf(content.subarray(1000, 1032)), -1)
    await server.kms('rotate-on-demand', { key_id: key })
    await done(['decrypt-file', file, at('out')])
    assert.deepEqual(readFileSync(at('out')), content)
    assert.equal(statSync(at('out')).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder).sort(), ['enc', 'in', 'out'])
  })

  test('work on pipes, and on nothing', async () => {
    for (const content of [Buffer.alloc(0), randomBytes(3 * MIB)]) {
      const file = await done(['encrypt-file', '--key', key, '-', '-'], content)
      assert.deepEqual(await done(['decrypt-file', '-', '-'], file), content)
    }
  })

  test('take the place of a file only when told so', async () => {
    await encrypted(Buffer.from('one'))
    writeFileSync(at('in'), 'two')
    const again = ['encrypt-file', '--key', key, at('in'), at('enc')]
    const refused = await keyturn(again)
    assert.equal(refused.code, 1)
    assert.match(refused.err, /is there already; --force/)
    await done([...again, '--force'])
    assert.equal((await done(['decrypt-file', at('enc'), '-'])).toString(), 'two')
  })

  test('refuse what was changed or cut, and leave no plaintext behind', async () => {
    const content = randomBytes(3 * MIB)
    const file = readFileSync(await encrypted(content))
    const flipped = Buffer.from(file)
    flipped[file.length - 100] = (flipped[file.length - 100] ?? 0) ^ 1
    const headFlipped = Buffer.from(file)
    headFlipped[90] = (headFlipped[90] ?? 0) ^ 1
    const damaged = {
      flipped,
      headFlipped,
      cut: file.subarray(0, -1),
      cutAtSegment: file.subarray(0, file.length - (file.length % MIB) - 1),
      longer: Buffer.concat([file, Buffer.from([0])]),
    }
    for (const [name, bytes] of Object.entries(damaged)) {
      writeFileSync(at(name), bytes)
      const { code, err } = await keyturn(['decrypt-file', at(name), at('out')])
      assert.notEqual(code, 0, name)
      assert.match(err, /^keyturn: /, name)
      assert.equal(existsSync(at('out')), false, name)
    }
    assert.equal(readdirSync(folder).filter((name) => name.endsWith('.part')).length, 0)
  })

  test('take little memory, however large the file', {
    skip: !existsSync('/proc/self'),
  }, async () => {
    writeFileSync(at('in'), '')
    truncateSync(at('in'), 400 * MIB)
    for (const args of [
      ['encrypt-file', '--key', key, at('in'), at('enc')],
      ['decrypt-file', at('enc'), at('out')],
    ]) {
      const child = start(args)
      const outcome = outcomeOf(child)
      let peakMib = 0
      while (child.exitCode === null) {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
        peakMib = Math.max(peakMib, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024)
        await setTimeout(10)
      }
      assert.equal((await outcome).code, 0)
      assert.ok(peakMib > 30 && peakMib < 150, `${args[0]}: ${peakMib} MiB`)
    }
  })

  test('bind to additional data, which the file does not hold', async () => {
    const file = await encrypted(Buffer.from('bound'), ['--aad', 'invoice 7'])
    assert.equal(readFileSync(file).indexOf('invoice 7'), -1)
    const without = await keyturn(['decrypt-file', file, '-'])
    assert.equal(without.code, 2)
    assert.match(without.err, /--aad/)
    assert.notEqual((await keyturn(['decrypt-file', file, '-', '--aad', 'invoice 8'])).code, 0)
    assert.equal(
      (await done(['decrypt-file', file, '-', '--aad', 'invoice 7'])).toString(),
      'bound',
    )
  })

  test('open nothing by additional data that the file is not bound to', async () => {
    const file = await encrypted(Buffer.from('of somebody else'))
    const { code, err, out } = await keyturn(['decrypt-file', file, '-', '--aad', 'invoice 7'])
    assert.equal(code, 1)
    assert.match(err, /without --aad/)
    assert.equal(out.length, 0)
  })

  test('do not say that all is well when nobody reads on', async () => {
    const file = await encrypted(randomBytes(4 * MIB))
    const child = start(['decrypt-file', file, '-'])
    const ended = once(child, 'exit')
    child.stdout?.destroy()
    assert.notEqual((await ended)[0], 0)
  })

  test('fail without a trace when the disk is full while more is to come', {
    skip: !existsSync('/dev/full'),
  }, async () => {
    const file = readFileSync(await encrypted(randomBytes(4 * MIB)))
    const limited = 'ulimit -f 2048; trap "" XFSZ; exec "$@"'
    const command = [process.execPath, PROGRAM, 'decrypt-file', '-', at('out')]
    const child = spawn('bash', ['-c', limited, '-', ...command, '--endpoint', server.url], {
      cwd: place,
    })
    const outcome = outcomeOf(child)
    child.stdin?.on('error', () => undefined)
    for (let from = 0; from < file.length; from += MIB / 2) {
      child.stdin?.write(file.subarray(from, from + MIB / 2))
      await setTimeout(100)
    }
    child.stdin?.end()
    const { code, err } = await outcome
    assert.equal(code, 1)
    assert.match(err, /\nkeyturn: EFBIG[^\n]*\n$/)
    assert.deepEqual(readdirSync(folder).sort(), ['enc', 'in'])
  })

  test('say why a key cannot be used', async () => {
    const disabled = await server.createKey()
    await server.kms('disable-key', { key_id: disabled })
    writeFileSync(at('in'), 'x')
    const { code, err } = await keyturn(['encrypt-file', '--key', disabled, at('in'), at('enc')])
    assert.notEqual(code, 0)
    assert.match(err, /disabled/i)
    assert.deepEqual(readdirSync(folder), ['in'])
  })

  test('are called wrongly with another number of files', async () => {
    assert.equal((await keyturn(['encrypt-file', '--key', key, at('in')])).code, 2)
    assert.equal((await keyturn(['encrypt-file', at('in'), at('enc')])).code, 2)
    assert.equal((await keyturn(['decrypt-file', 'a', 'b', 'c'])).code, 2)
    assert.equal((await keyturn(['decrypt-file', at('missing'), at('out')])).code, 1)
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`leave nothing behind when they get ${signal}`, async () => {
      const file = readFileSync(await encrypted(randomBytes(4 * MIB)))
      const child = start(['decrypt-file', '-', at('out')])
      const outcome = outcomeOf(child)
      child.stdin?.on('error', () => undefined)
      child.stdin?.write(file.subarray(0, 3 * MIB))
      const part = () => readdirSync(folder).find((name) => name.endsWith('.part'))
      for (;;) {
        const name = part()
        if (name !== undefined && statSync(at(name)).size > MIB / 2) break
        await setTimeout(20)
      }
      child.kill(signal)
      assert.equal((await outcome).signal, signal)
      assert.deepEqual(readdirSync(folder).sort(), ['enc', 'in'])
    })
  }
})
