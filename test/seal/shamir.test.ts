import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { StoppedWhileSealed } from '../../src/server/serve.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { startSealable } from './start-sealable.ts'

const home = mkdtempSync(join(tmpdir(), 'keyturn-shares-'))
after(() => rmSync(home, { recursive: true }))

/** A server of this process on a data folder, which waits for shares. */
async function start(data: string) {
  const { running, sealed, stop } = startSealable(data, [])
  const url = await sealed
  return {
    url,
    running,
    async stopSealed() {
      stop()
      await assert.rejects(running, StoppedWhileSealed)
    },
  }
}

const seal = (verb: string, data: string, ...flags: readonly string[]) =>
  runKeyturn(['seal', verb, '--data', data, ...flags])
const statusOf = async (data: string) => (await seal('status', data)).out

describe('a root key in shares', () => {
  const data = join(home, 'data')
  const shares = join(home, 'shares')
  const share = (number: number) => join(shares, `share-${number}`)
  const unseal = (...flags: readonly string[]) => seal('unseal', data, ...flags)
  const give = (file: string) => unseal('--seal-share-file', file)
  const create = (folder: string, place: string, threshold = '3') =>
    seal('create', place, '--seal', 'shamir', '--shares', '5', '--threshold', threshold).then(
      (refused) => {
        assert.equal(refused.code, 2, 'nobody looks, and no folder is named')
        return seal(
          ...(['create', place, '--seal', 'shamir', '--shares', '5'] as const),
          ...['--threshold', threshold, '--shares-dir', folder],
        )
      },
    )
  let rootId = ''

  test('shares are written for their owner alone', async () => {
    const made = await create(shares, data)
    assert.equal(made.code, 0, made.err)
    rootId = made.out
    assert.match(rootId, /^[0-9a-f]{16}$/)
    assert.deepEqual(
      readdirSync(shares).sort(),
      [1, 2, 3, 4, 5].map((number) => `share-${number}`),
    )
    assert.equal(statSync(shares).mode & 0o777, 0o700)
    for (const name of readdirSync(shares)) {
      assert.equal(statSync(join(shares, name)).mode & 0o777, 0o600)
    }
    // A folder that is there is not written into, and no seal is made then.
    const other = join(home, 'other')
    assert.equal((await create(shares, other)).code, 1)
    assert.equal((await seal('status', other)).out.includes('shamir'), false)
  })

  test('several people give one each; a wrong one changes nothing; progress can be given up', async () => {
    const foreign = join(home, 'foreign')
    assert.equal((await create(foreign, join(home, 'foreign-data'))).code, 0)
    const cut = join(home, 'cut')
    writeFileSync(cut, readFileSync(share(2), 'utf8').slice(0, 60))

    const server = await start(data)
    assert.match(await statusOf(data), /sealed, 0 of 3 shares/)
    assert.deepEqual(await give(share(4)), { code: 0, out: '1 of 3 shares', err: '' })
    for (const [file, why] of [
      [share(4), 'that share was given before'],
      [join(foreign, 'share-2'), 'that is a share of another seal'],
      [cut, 'that is no share, or not all of one, or mistyped'],
    ] as const) {
      const refused = await give(file)
      assert.equal(refused.code, 3)
      assert.equal(refused.err, `keyturn: ${why}; nothing has changed`)
    }
    assert.match(await statusOf(data), /sealed, 1 of 3 shares/)
    assert.equal((await give(share(1))).out, '2 of 3 shares')
    assert.equal((await unseal('--reset')).out, 'sealed, 0 of 3 shares')
    assert.equal((await fetch(`${server.url}/readyz`)).status, 503)
    assert.equal((await give(share(1))).out, '1 of 3 shares')
    assert.equal((await give(share(5))).out, '2 of 3 shares')
    const zh = await runKeyturn(['seal', 'unseal', '--data', data, '--seal-share-file', share(5)], {
      LANG: 'zh_CN.UTF-8',
    })
    assert.match(zh.err, /此前已给出，一切未变/)
    assert.equal((await give(share(2))).out, 'Unsealed.')
    const running = await server.running
    assert.equal((await fetch(`${running.url}/readyz`)).status, 200)
    assert.match(await statusOf(data), new RegExp(`${rootId}[^]*unsealed`))
    assert.equal((await unseal('--reset')).out, 'It is unsealed already.')
    await running.stop()
  })

  test('a restart begins with no shares', async () => {
    const server = await start(data)
    assert.match(await statusOf(data), /sealed, 0 of 3 shares/)
    await server.stopSealed()
  })

  test('new shares keep the root key, and end the old ones', async () => {
    const renewed = join(home, 'renewed')
    const change = (from: string) =>
      seal(
        ...(['migrate', data, '--to', 'shamir', '--shares', '3', '--threshold', '2'] as const),
        ...['--shares-dir', renewed, '--seal-shares-dir', from],
      )
    const before = readFileSync(join(data, 'root.key'))
    const wrong = await change(join(home, 'foreign'))
    assert.equal(wrong.code, 1)
    assert.match(wrong.err, /share-1: that is a share of another seal/)
    assert.deepEqual(readFileSync(join(data, 'root.key')), before)
    assert.deepEqual(await change(shares), { code: 0, out: rootId, err: '' })

    const server = await start(data)
    assert.match((await give(share(1))).err, /another seal/)
    await give(join(renewed, 'share-3'))
    assert.equal((await give(join(renewed, 'share-1'))).out, 'Unsealed.')
    const bring = ['--data', data, '--seal-shares-dir', renewed]
    const backup = join(home, 'backup')
    for (const command of [
      ['user', 'list'],
      ['root', 'rotate'],
      ['backup', 'create', '--to', backup],
      ['backup', 'verify', backup],
      ['audit', 'verify'],
    ]) {
      const { code, err } = await runKeyturn([...command, ...bring])
      assert.equal(code, 0, `${command.join(' ')} with shares from a folder: ${err}`)
    }
    const old = await runKeyturn(['user', 'list', '--data', data, '--seal-shares-dir', shares])
    assert.match(old.err, /share-1: that is a share of another seal/)
    await (await server.running).stop()
    rootId = readFileSync(join(data, 'root.key'), 'utf8').match(/"roots": \[\s*"(\w+)"/)?.[1] ?? ''

    const toFile = await seal('migrate', data, '--to', 'file', '--seal-shares-dir', renewed)
    assert.equal(toFile.code, 0, toFile.err)
    assert.equal(toFile.out.split('\n')[0], rootId)
    assert.match(readFileSync(join(data, 'root.key'), 'utf8'), /^keyturn-root-key:1:/)
  })

  test('at a terminal shares are shown one by one, and typed where a command needs the store', async () => {
    const place = join(home, 'shown')
    const seen: string[] = []
    const made = await runKeyturn(
      ['seal', 'create', '--data', place, '--seal', 'shamir', '--shares', '2', '--threshold', '2'],
      {},
      {
        isWatched: true,
        ask: async () => '',
        print: (text) => {
          seen.push(text)
        },
      },
    )
    assert.equal(made.code, 0, made.err)
    const texts = seen.map((text) => text.trim()).filter((text) => text.startsWith('keyturn-share'))
    assert.equal(texts.length, 2)
    // After each the screen is cleared.
    assert.equal(seen.filter((text) => text.includes('\u001b[3J')).length, 2)

    const typed = ['nonsense', texts[0] ?? '', texts[0] ?? '', texts[1] ?? '']
    const moved = await runKeyturn(
      ['seal', 'migrate', '--data', place, '--to', 'file'],
      {},
      { isWatched: true, ask: async () => typed.shift() ?? '' },
    )
    assert.equal(moved.code, 0, moved.err)
    assert.deepEqual(moved.err.split('\n'), [
      'that is no share, or not all of one, or mistyped',
      '1 of 2 shares',
      'that share was given before',
      '2 of 2 shares',
    ])
  })
})
