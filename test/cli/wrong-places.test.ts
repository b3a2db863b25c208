import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startTestServer } from '../server.ts'
import { runKeyturn } from './run-keyturn.ts'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const home = mkdtempSync(join(tmpdir(), 'keyturn-places-'))
const data = join(home, 'data')
const isRoot = process.getuid?.() === 0

before(async () => {
  const server = await startTestServer({ directory: data })
  await server.running.stop()
})
after(() => rmSync(home, { recursive: true }))

/** Runs a command as a process of its own, and says how it ended. */
function keyturn(args: readonly string[], stdout: number | 'pipe' = 'pipe', uid?: number) {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', stdout, 'pipe'],
    env: { PATH: process.env['PATH'], KEYTURN_DATA: data },
    uid,
    timeout: 60_000,
  })
  return { status, err: stderr.toString() }
}

describe('files that are not there, or not as they should be', () => {
  const nowhere = join(home, 'nowhere')
  const shares = join(home, 'shares')
  const cases = [
    [['backup', 'verify', nowhere], 1, `there is no ${nowhere}`, `${nowhere} 不存在`],
    [
      ['backup', 'create', '--to', join(nowhere, 'b')],
      1,
      `there is no ${nowhere}`,
      `${nowhere} 不存在`,
    ],
    [
      [
        'seal',
        'create',
        '--seal',
        'shamir',
        '--shares',
        '3',
        '--threshold',
        '2',
        '--shares-dir',
        shares,
      ],
      1,
      `${shares} is there already`,
      `${shares} 已存在`,
    ],
  ] as const

  test('are named in the language of whoever called, without the words of the system', async () => {
    mkdirSync(shares)
    for (const [args, code, english, chinese] of cases) {
      const place = args[0] === 'seal' ? join(home, 'new') : data
      for (const [language, text] of [
        ['en', english],
        ['zh', chinese],
      ] as const) {
        const ended = await runKeyturn([...args, '--data', place], { KEYTURN_LANGUAGE: language })
        assert.equal(ended.code, code, ended.err)
        assert.equal(ended.err, `keyturn: ${text}`)
      }
    }
  })

  test('a seal is not moved where there is none', async () => {
    const { code, err } = await runKeyturn(['seal', 'migrate', '--to', 'file', '--data', nowhere])
    assert.equal(code, 1)
    assert.match(err, /there is no root key file at .*nowhere/)
    assert.ok(!existsSync(nowhere))
  })

  test('a passphrase file that never ends, or is a folder, is refused', async () => {
    for (const [file, why] of [
      ['/dev/zero', /more than \d+ bytes/],
      [home, /EISDIR/],
    ] as const) {
      const how = ['--seal', 'passphrase', '--seal-passphrase-file', file]
      const { code, err } = await runKeyturn([
        'seal',
        'create',
        ...how,
        '--data',
        join(home, 'new'),
      ])
      assert.equal(code, 2)
      assert.match(err, why)
    }
  })

  test('who may not look into a data folder is told so', (context) => {
    const looks = ['-e', `require('node:fs').accessSync(${JSON.stringify(MAIN)})`]
    const canStart = isRoot && spawnSync(process.execPath, looks, { uid: 65_534 }).status === 0
    if (!canStart) return context.skip('only root can be another user, who can read this folder')
    for (const args of [
      ['user', 'list'],
      ['audit', 'verify'],
      ['seal', 'status'],
    ]) {
      const { status, err } = keyturn(args, 'pipe', 65_534)
      assert.equal(status, 1, err)
      assert.match(err, /this user may not do that/)
    }
  })
})

describe('standard output on a full disk', { skip: !existsSync('/dev/full') }, () => {
  test('is told in a line, and is no success', () => {
    const full = openSync('/dev/full', 'w')
    try {
      for (const args of [['version'], ['backup', 'create', '--to', '-'], ['key', '--help']]) {
        const { status, err } = keyturn(args, full)
        assert.equal(status, 1, args.join(' '))
        assert.equal(err, 'keyturn: no space is left on the disk\n')
      }
    } finally {
      closeSync(full)
    }
  })
})

test('the language of the command line is no setting that a server does not know', async () => {
  const file = join(home, 'keyturn.toml')
  writeFileSync(file, '')
  const { code, err } = await runKeyturn(['config', 'check', '--config', file], {
    KEYTURN_LANGUAGE: 'zh',
  })
  assert.equal(code, 0, err)
})
