import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { startTestServer, type TestServer } from '../server.ts'
import { openTerminal, type Terminal } from './terminal.ts'

const PROGRAM = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const PROMPT = 'ready> '
const MIB = 1024 * 1024
const isThere = ['script', 'bash'].every((name) => spawnSync(name, ['--version']).status === 0)

/** What every process of the machine was called with. */
function commandLines(): string {
  const lines: string[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      lines.push(readFileSync(`/proc/${name}/cmdline`, 'utf8'))
    } catch {
      // It has ended since.
    }
  }
  return lines.join('\n')
}

// One after the other, in one shell: each step builds on the one before.
describe('the command line, as somebody at a terminal has it', {
  skip: isThere ? false : 'left out: script or bash is missing',
  concurrency: false,
}, () => {
  let place: string
  let server: TestServer
  let terminal: Terminal
  let key = ''

  /** Runs a line; answers what it printed. */
  async function sh(line: string): Promise<string> {
    terminal.type(`${line}\r`)
    await terminal.until(/\r\n/) // the echo of the line
    const printed = await terminal.until(/ready> /)
    return printed.slice(0, -PROMPT.length)
  }

  /** Runs a line that must end with an exit code. */
  async function ends(line: string, code: number): Promise<string> {
    const printed = await sh(`${line}; echo code=$?`)
    assert.match(printed, new RegExp(`code=${code}\r\n`), printed)
    return printed
  }

  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'keyturn-terminal-'))
    server = await startTestServer()
    const bin = join(place, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'keyturn'), `#!/bin/sh\nexec ${process.execPath} ${PROGRAM} "$@"\n`)
    chmodSync(join(bin, 'keyturn'), 0o755)
    terminal = openTerminal('bash --norc --noprofile -i', {
      cwd: place,
      env: {
        HOME: place,
        PATH: `${bin}:${process.env['PATH']}`,
        HISTFILE: join(place, 'history'),
        PS1: PROMPT,
        LANG: 'C.UTF-8',
      },
    })
    await terminal.until(/ready> /)
    await sh("bind 'set enable-bracketed-paste off'")
  })
  after(async () => {
    await terminal.close()
    await server.stop()
    rmSync(place, { recursive: true })
  })

  test('help, and what is not there', async () => {
    assert.match(await ends('keyturn --help', 0), /Usage: keyturn/)
    assert.match(await ends('keyturn encrypt-file --help', 0), /--key KEY/)
    assert.match(await ends('keyturn encript-file', 2), /encrypt-file/)
  })

  test('completion of commands and flags by Tab', async () => {
    await sh('source <(keyturn completion bash)')
    terminal.type('keyturn encr\t')
    await terminal.until(/encrypt-file /)
    terminal.type('--forc\t')
    await terminal.until(/--force /)
    terminal.type('\u0003')
    await terminal.until(/ready> /)
    terminal.type('keyturn key rotation-st\t')
    await terminal.until(/rotation-status /)
    terminal.type('\u0003')
    await terminal.until(/ready> /)
  })

  test('configure asks, and shows no secret while it is typed', async () => {
    const { password, user_name: user, domain_name: domain } = server.credentials
    terminal.type(`keyturn configure --endpoint ${server.url} --domain ${domain} --user ${user}`)
    terminal.type(` --project-id ${server.credentials.project_id} --region r\r`)
    await terminal.until(/Project[^\r\n]*: /)
    terminal.type('\r')
    await terminal.until(/[Pp]assword[^\r\n]*: /)
    terminal.type(password.slice(0, 10))
    assert.equal(commandLines().includes(password.slice(0, 10)), false)
    terminal.type(`${password.slice(10)}\r`)
    const printed = await terminal.until(/ready> /)
    assert.match(printed, /Stored as default/)
    assert.equal(commandLines().includes(password), false)
  })

  test('answers may be typed ahead', async () => {
    terminal.type('keyturn configure --profile ahead --no-check\r')
    await terminal.until(/Server[^\r\n]*: /)
    terminal.type(`${server.url}\r\r\rann\r\rhidden-too\r`)
    assert.match(await terminal.until(/ready> /), /Stored as ahead/)
    assert.match(await ends('keyturn configure show ahead', 0), /user: ann/)
  })

  test('a key is made, in colours for people and without for programs', async () => {
    const seen = await ends('keyturn key create journey', 0)
    assert.ok(seen.includes('\u001b['), seen)
    const piped = await sh('keyturn key search journey | cat')
    assert.ok(!piped.includes('\u001b['), piped)
    key = /"key_id": "([0-9a-f-]{36})"/.exec(piped)?.[1] ?? ''
    assert.notEqual(key, '')
    assert.match(await sh('NO_COLOR=1 keyturn key search journey'), /KEY_ALIAS/)
    assert.ok(!(await sh('NO_COLOR=1 keyturn key search journey')).includes('\u001b['))
  })

  test('it rotates, and tells so', async () => {
    await ends(`keyturn key rotate ${key}`, 0)
    const status = await ends(`keyturn key rotation-status ${key}`, 0)
    assert.match(stripVTControlCharacters(status), /number_of_rotations:? +1\b/)
  })

  test('a large file is encrypted and decrypted, and one sees how far it is', async () => {
    writeFileSync(join(place, 'large'), '')
    truncateSync(join(place, 'large'), 500 * MIB)
    const encrypting = await ends('keyturn encrypt-file --key journey large large.enc', 0)
    assert.match(encrypting, /Encrypting \[#*\.*\] +\d+ % +[\d.]+ MiB/)
    const decrypting = await ends('keyturn decrypt-file large.enc large.out', 0)
    assert.match(decrypting, /Decrypting \[#*\.*\] +\d+ %/)
    await ends('cmp large large.out', 0)
    rmSync(join(place, 'large.out'))
  })

  test('a file that was cut leaves nothing, nor does Ctrl-C', async () => {
    truncateSync(join(place, 'large.enc'), 400 * MIB)
    assert.match(
      await ends('keyturn decrypt-file large.enc large.out', 1),
      /was changed, cut or lengthened/,
    )
    terminal.type('keyturn encrypt-file --key journey - typed.enc\r')
    await terminal.until(/\r\n/)
    const isBegun = () => readdirSync(place).some((name) => name.endsWith('.part'))
    for (let tries = 0; !isBegun() && tries < 500; tries++) await setTimeout(20)
    terminal.type('\u0003')
    await terminal.until(/ready> /)
    assert.match(await sh('echo code=$?'), /code=130/)
    assert.deepEqual(
      readdirSync(place).filter((name) => /\.part$|out|typed/.test(name)),
      [],
    )
  })

  test('Ctrl-C where a password is asked for leaves nothing either', async () => {
    writeFileSync(join(place, 'small'), 'small')
    terminal.type('keyturn encrypt-file --key journey --user nobody small typed.enc\r')
    await terminal.until(/Password of nobody: /)
    terminal.type('\u0003')
    await terminal.until(/ready> /)
    assert.match(await sh('echo code=$?'), /code=130/)
    assert.deepEqual(
      readdirSync(place).filter((name) => /\.part$|typed/.test(name)),
      [],
    )
  })

  test('rehearse and doctor speak to people', async () => {
    assert.match(await ends('keyturn rehearse --years 1', 0), /PERIOD.*rotation is switched off/s)
    assert.match(await ends('keyturn doctor --profile default', 0), /ready.*0 problems/s)
  })

  test('it speaks Chinese where the terminal does, and takes it back letter by letter', async () => {
    terminal.type('LANG=zh_CN.UTF-8 keyturn configure --profile cn --no-check\r')
    await terminal.until(/服务器地址[^\r\n]*：/)
    terminal.type(`${server.url}\r`)
    await terminal.until(/区域[^\r\n]*：/)
    terminal.type('\r')
    await terminal.until(/项目[^\r\n]*：/)
    terminal.type('甲乙a')
    await terminal.until(/甲乙a/)
    terminal.type('\u007f\u007f')
    // Columns, not letters: one for a, two for 乙.
    await terminal.until(new RegExp(`^${'\b \b'.repeat(3)}$`))
    terminal.type('\r')
    await terminal.until(/用户（[^\r\n]*：/)
    terminal.type('ann\r')
    await terminal.until(/域[^\r\n]*：/)
    terminal.type('\r')
    await terminal.until(/用户 ann 的密码：/)
    terminal.type('hidden-too\r')
    await terminal.until(/ready> /)
    assert.match(await ends('keyturn configure show cn', 0), /project: 甲\r\n/)
    assert.match(await sh('LANG=zh_CN.UTF-8 keyturn key describe journey'), /key_state[^\r\n]*启用/)
  })

  test('exit codes say what went wrong', async () => {
    await ends('keyturn key describe 00000000-0000-4000-8000-000000000000', 4)
    await ends('keyturn key search --endpoint http://127.0.0.1:1', 5)
    writeFileSync(join(place, 'wrong'), 'another password\n')
    const wrong = `--user ${server.credentials.user_name} --password-file wrong`
    await ends(`keyturn key search ${wrong}`, 3)
    await ends('keyturn key create', 2)
  })

  test('the secret was never to be seen, nor kept where others look', async () => {
    await sh('history -a')
    const { password } = server.credentials
    assert.ok(existsSync(join(place, 'history')))
    assert.match(readFileSync(join(place, 'history'), 'utf8'), /keyturn configure/)
    assert.equal(readFileSync(join(place, 'history'), 'utf8').includes(password), false)
    assert.equal(terminal.screen().includes(password), false)
    assert.equal(terminal.screen().includes(password.slice(0, 10)), false)
  })
})
