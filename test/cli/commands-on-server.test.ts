import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse as parseYaml } from 'yaml'
import { startTestServer, type TestServer } from '../server.ts'
import { type Ended, runKeyturn } from './run-keyturn.ts'

describe('commands on a server', () => {
  let server: TestServer
  let folder: string
  let environment: Readonly<Record<string, string>>
  before(async () => {
    server = await startTestServer()
    folder = mkdtempSync(join(tmpdir(), 'keyturn-commands-'))
    environment = {
      KEYTURN_ENDPOINT: server.url,
      OS_TOKEN: server.token,
      OS_PROJECT_ID: server.credentials.project_id,
    }
  })
  after(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  const keyturn = (...args: readonly string[]): Promise<Ended> => runKeyturn(args, environment)
  const json = async (...args: readonly string[]) => {
    const { code, out, err } = await keyturn(...args)
    assert.equal(code, 0, err)
    return JSON.parse(out)
  }
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }

  test('a key from its making to its deletion', async () => {
    const { key_info } = await json('key', 'create', 'cli-1', '--tags', 'team=blue,env')
    const { key_id } = key_info
    await keyturn('key', 'enable-rotation', key_id)
    await json('key', 'set-rotation-interval', key_id, '30')
    await json('key', 'rotate', '--key-id', key_id)
    const status = await json('key', 'rotation-status', key_id)
    assert.deepEqual([status.key_rotation_enabled, status.number_of_rotations], [true, 1])
    assert.equal((await json('key', 'rotation-events', key_id)).events.length, 1)
    assert.deepEqual((await json('tag', 'list', key_id)).tags.length, 2)
    await json('tag', 'add', key_id, 'stage=test')
    await json('tag', 'remove', key_id, 'stage')
    await json('key', 'delete', key_id, '--pending-days', '7')
    assert.equal((await json('key', 'describe', key_id)).key_info.key_state, '4')
    await json('key', 'cancel-deletion', key_id)
  })

  test('commands on the store find it by the settings file of the server', async () => {
    const config = file('keyturn.toml', `data = ${JSON.stringify(server.directory)}\n`)
    const alone = (...args: readonly string[]) =>
      runKeyturn(args, {}, { environment: { KEYTURN_CONFIG: config } })
    const users = await alone('user', 'list')
    assert.equal(users.code, 0, users.err)
    assert.match(users.out, new RegExp(server.credentials.user_name))
    const verified = await alone('audit', 'verify')
    assert.equal(verified.code, 0, verified.err)
    const elsewhere = await alone('user', 'list', '--data', folder)
    assert.equal(elsewhere.code, 1) // a flag weighs more
    assert.match((await alone('root', 'status')).out, /root key/i)
    writeFileSync(config, 'store = "postgres://127.0.0.1:1/none"\n')
    for (const command of ['status', 'rotate --nodes 1', 'retire --nodes 1']) {
      const at = [...command.split(' '), '--data', server.directory]
      const { code, err } = await alone('root', ...at)
      assert.equal(code, 1, err) // not the store in that folder: the one that the server is told of
      assert.match(err, /ECONNREFUSED/)
    }
    writeFileSync(config, 'no = "setting"\n')
    assert.match((await alone('user', 'list')).err, /no setting no/)
  })

  test('plain text goes in by file, by standard input or by prompt, with all of its bytes', async () => {
    const key_id = await server.createKey()
    const path = file('plain', 'grüezi 你\n\n')
    const { cipher_text } = await json('data', 'encrypt', key_id, '--plain-text-file', path)
    const opened = await json('data', 'decrypt', `@${file('cipher', `${cipher_text}\n`)}`)
    assert.equal(opened.plain_text, 'grüezi 你\n\n')

    const asked: string[] = []
    const typed = await runKeyturn(['data', 'encrypt', key_id], environment, {
      ask: async (question, kind) => {
        asked.push(`${question}${kind}`)
        return 'typed'
      },
    })
    const again = await json('data', 'decrypt', JSON.parse(typed.out).cipher_text)
    assert.equal(again.plain_text, 'typed')
    assert.deepEqual(asked, ['Plain text: secret'])

    const missing = await keyturn('data', 'encrypt', key_id)
    assert.equal(missing.code, 2)
    assert.match(missing.err, /--plain-text-file is missing/)
    const notText = await keyturn(
      'data',
      'encrypt',
      key_id,
      '--plain-text-file',
      file('bin', Uint8Array.of(0xff)),
    )
    assert.match(notText.err, /no text/)
  })

  test('a key may be meant by its alias', async () => {
    const key_id = await server.createKey({ key_alias: 'by-alias' })
    await server.createKey({ key_alias: 'by-alias-2' })
    await json('key', 'rotate', 'by-alias')
    assert.equal((await json('key', 'describe', 'by-alias')).key_info.key_id, key_id)
    const none = await keyturn('key', 'describe', 'by-alia')
    assert.equal(none.code, 4)
    assert.match(none.err, /no key with the alias by-alia/)
  })

  test('a message is signed as the bytes of its file', async () => {
    const key_id = await server.createKey({ key_spec: 'EC_P256', key_usage: 'SIGN_VERIFY' })
    const digest = createHash('sha256').update('x').digest()
    const about = ['--signing-algorithm', 'ECDSA_SHA_256', '--message-type', 'DIGEST']
    const message = ['--message-file', file('digest', digest)]
    const { signature } = await json('message', 'sign', key_id, ...about, ...message)
    const verified = await json(
      'message',
      'verify',
      key_id,
      ...about,
      ...message,
      '--signature',
      signature,
    )
    assert.equal(verified.signature_valid, 'true')
  })

  test('lists with contexts, operations and all their pages', async () => {
    const key_id = await server.createKey()
    for (let n = 1; n <= 5; n++) await json('alias', 'create', key_id, `page-${n}`)
    const first = await json('alias', 'list', key_id, '--limit', '2')
    assert.equal(first.aliases.length, 2)
    const all = await json('alias', 'list', key_id, '--limit', '2', '--all')
    assert.equal(all.aliases.length, 5)
    assert.deepEqual(await json('alias', 'delete', key_id, 'page-1,page-2'), {})
    const { resources } = await json('tag', 'find-keys', 'filter', '--limit', '1', '--all')
    assert.ok(resources.length >= 3)
    const grant = await json(
      'grant',
      'create',
      key_id,
      '--grantee-principal',
      server.credentials.user_id,
      '--operations',
      'encrypt-data, decrypt-data',
    )
    assert.match(grant.grant_id, /^[0-9a-f]{64}$/)
    const path = file('context', 'hello')
    const context = ['--encryption-context', 'purpose=cli,stage=a=b']
    const sealed = await json('data', 'encrypt', key_id, '--plain-text-file', path, ...context)
    const wrong = await keyturn('data', 'decrypt', sealed.cipher_text)
    assert.equal(wrong.code, 1)
    const opened = await json(
      'data',
      'decrypt',
      sealed.cipher_text,
      '--encryption-context',
      '{"purpose":"cli","stage":"a=b"}',
    )
    assert.equal(opened.plain_text, 'hello')
  })

  test('table, JSON and YAML tell the same', async () => {
    const key_id = await server.createKey({ key_alias: 'forms', key_description: 'ä 你: "x"' })
    const asJson = await keyturn('key', 'describe', key_id, '--output', 'json')
    const asYaml = await keyturn('key', 'describe', key_id, '--output', 'yaml')
    assert.deepEqual(parseYaml(asYaml.out), JSON.parse(asJson.out))
    const asTable = await keyturn('key', 'describe', key_id, '--output', 'table')
    assert.match(asTable.out, /^key_alias +forms$/m)
    assert.match(asTable.out, /^key_state +enabled$/m)
    const watched = await runKeyturn(['key', 'list'], environment, { isWatched: true })
    assert.match(watched.out, /^KEY_ID +KEY_ALIAS +KEY_SPEC +KEY_STATE +KEY_ROTATION_ENABLED/)
    const byVariable = await runKeyturn(['key', 'list'], { ...environment, KEYTURN_OUTPUT: 'yaml' })
    assert.match(byVariable.out, /^keys:/)
    assert.equal((await keyturn('key', 'list', '--output', 'xml')).code, 2)
  })

  test('a token is made from who signs in', async () => {
    const { credentials } = server
    const made = await runKeyturn(['token', 'create'], {
      KEYTURN_ENDPOINT: server.url,
      OS_USERNAME: credentials.user_name,
      OS_PASSWORD: credentials.password,
      OS_PROJECT_NAME: credentials.project_name,
    })
    const token = JSON.parse(made.out)['X-Subject-Token']
    const path = file('token', `${token}\n`)
    const shown = await json('token', 'show', '--subject-token-file', path)
    assert.equal(shown.token.user.name, credentials.user_name)
    assert.deepEqual(await json('token', 'check', '--subject-token-file', path), {
      'X-Subject-Token': token,
    })
    await json('token', 'revoke', '--subject-token-file', path)
    const gone = await keyturn('token', 'check', '--subject-token-file', path)
    assert.equal(gone.code, 4)
    const anybody = await runKeyturn(['api', 'versions'], { KEYTURN_ENDPOINT: server.url })
    assert.equal(anybody.code, 0)
  })

  test('exit codes tell scripts what happened', async () => {
    const absent = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'
    const codes = [
      [0, await keyturn('key', 'list')],
      [1, await keyturn('key', 'create', 'two words')],
      [2, await keyturn('key', 'create')],
      [2, await keyturn('key', 'create', 'a', 'b')],
      [2, await keyturn('key', 'create', 'a', '--key-spec', 'DES')],
      [2, await keyturn('key', 'nonsense')],
      [2, await runKeyturn(['key', 'list'], { KEYTURN_ENDPOINT: server.url })],
      [3, await runKeyturn(['key', 'list'], { ...environment, OS_TOKEN: 'somebody-else' })],
      [4, await keyturn('key', 'describe', absent)],
      [
        5,
        await runKeyturn(['key', 'rotate', absent], {
          ...environment,
          KEYTURN_ENDPOINT: 'http://127.0.0.1:1',
        }),
      ],
    ] as const
    for (const [expected, { code, out, err }] of codes) {
      assert.equal(code, expected, err)
      if (code !== 0) {
        assert.equal(out, '')
        assert.match(err, /^(keyturn: |Usage: )/)
        assert.doesNotMatch(err, / at .*:\d+:\d+/, 'no stack')
      }
    }
    assert.match(codes[8][1].err, /\(KMS\.0207, request [0-9a-f]+\)/)
    assert.match(codes[9][1].err, /ECONNREFUSED/)
  })
})
