import assert from 'node:assert/strict'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from '../server.ts'
import { runKeyturn } from './run-keyturn.ts'

describe('keyturn configure', () => {
  let server: TestServer
  let folder: string
  let environment: Readonly<Record<string, string>>
  before(async () => {
    server = await startTestServer()
    folder = mkdtempSync(join(tmpdir(), 'keyturn-configure-'))
    environment = { XDG_CONFIG_HOME: folder }
  })
  after(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  test('asks at a terminal, stores, and shows that it works', async () => {
    const { credentials } = server
    const asked: string[] = []
    const answers: Readonly<Record<string, string>> = {
      'Server (https://…): ': server.url,
      'User (may be empty: an access key signs): ': credentials.user_name,
      [`Password of ${credentials.user_name}: `]: credentials.password,
    }
    const { code, out, err } = await runKeyturn(['configure'], environment, {
      ask: async (question, kind) => {
        asked.push(`${kind} ${question}`)
        return answers[question] ?? ''
      },
    })
    assert.equal(code, 0, err)
    assert.match(out, /^Stored as default in .*\nSigned in as .*, project local-1\.$/)
    assert.deepEqual(
      asked.filter((question) => question.startsWith('secret')),
      [`secret Password of ${credentials.user_name}: `],
    )
    assert.equal(statSync(join(folder, 'keyturn', 'credentials.toml')).mode & 0o777, 0o600)
    assert.equal((await runKeyturn(['key', 'list'], environment)).code, 0)
  })

  test('keeps by Enter what is stored, also the secret, and clears by a dash', async () => {
    const asked: string[] = []
    const { code, err } = await runKeyturn(
      ['configure', '--region', 'east', '--no-check'],
      environment,
      {
        ask: async (question) => {
          asked.push(question)
          return question.startsWith('Project') ? '-' : ''
        },
      },
    )
    assert.equal(code, 0, err)
    assert.ok(asked.some((question) => question.endsWith('(Enter keeps it): ')))
    const shown = await runKeyturn(['configure', 'show'], environment)
    assert.match(shown.out, /region: east\nuser: .*\npassword: \(stored\)$/)
    // Region and project are one: the user's own project again.
    await runKeyturn(['configure', '--no-check'], environment, {
      ask: async (question) => (question.startsWith('Region') ? '-' : ''),
    })
    const listed = await runKeyturn(['key', 'list'], environment)
    assert.equal(listed.code, 0, listed.err)
  })

  test('takes everything by flags, and secrets by files', async () => {
    const { credentials } = server
    const secret = join(folder, 'secret')
    writeFileSync(secret, `${credentials.secret_key}\n`)
    const made = await runKeyturn(
      [
        'configure',
        '--profile',
        'signing',
        '--endpoint',
        server.url,
        '--access-key',
        credentials.access_key,
        '--secret-key-file',
        secret,
      ],
      environment,
    )
    assert.equal(made.code, 0, made.err)
    assert.match(made.out, /Signed a request; projects: local-1\./)
    const listed = await runKeyturn(['key', 'list', '--profile', 'signing'], environment)
    assert.equal(listed.code, 0, listed.err)

    const shown = await runKeyturn(['configure', 'show', '--profile', 'signing'], environment)
    assert.match(shown.out, /access-key: [A-Z0-9]{20}\nsecret-key: \(stored\)/)
    assert.ok(!shown.out.includes(credentials.secret_key))
    const list = await runKeyturn(['configure', 'list'], environment)
    assert.deepEqual(list.out.split('\n').length, 2)
    assert.equal((await runKeyturn(['configure', 'remove', 'signing'], environment)).code, 0)
    const gone = await runKeyturn(['key', 'list', '--profile', 'signing'], environment)
    assert.equal(gone.code, 2)
    assert.match(gone.err, /there is no profile signing/)
  })

  test('what does not work is stored all the same, and told', async () => {
    const password = join(folder, 'password')
    writeFileSync(password, 'not the password\n')
    const flags = ['--profile', 'x', '--endpoint', server.url, '--user', 'nobody']
    const { code, err } = await runKeyturn(
      ['configure', ...flags, '--password-file', password],
      environment,
    )
    assert.equal(code, 3)
    assert.match(err, /credentials/)
    const unchecked = await runKeyturn(
      ['configure', ...flags, '--password-file', password, '--no-check'],
      environment,
    )
    assert.equal(unchecked.code, 0)
  })

  test('writes through a link, as those who keep their files elsewhere have it', async () => {
    const linked = join(folder, 'linked')
    const real = join(folder, 'elsewhere.toml')
    writeFileSync(real, '')
    mkdirSync(join(linked, 'keyturn'), { recursive: true })
    symlinkSync(real, join(linked, 'keyturn', 'config.toml'))
    const secret = join(folder, 'linked-secret')
    writeFileSync(secret, 'x')
    const args = ['--endpoint', server.url, '--user', 'ann', '--password-file', secret]
    const environment = { XDG_CONFIG_HOME: linked }
    const { code, err } = await runKeyturn(['configure', ...args, '--no-check'], environment)
    assert.equal(code, 0, err)
    assert.ok(lstatSync(join(linked, 'keyturn', 'config.toml')).isSymbolicLink())
    assert.match(readFileSync(real, 'utf8'), /ann/)
  })

  test('says what is missing where nobody can be asked', async () => {
    for (const args of [
      [],
      ['--endpoint', 'kms.example'],
      ['--endpoint', 'https://kms.example'],
      ['--endpoint', 'https://kms.example', '--user', 'ann'],
      ['--profile', 'a b'],
      ['nonsense'],
    ]) {
      const { code, err } = await runKeyturn(['configure', ...args], {
        XDG_CONFIG_HOME: `${folder}/2`,
      })
      assert.equal(code, 2, `${args.join(' ')}: ${err}`)
    }
  })
})
