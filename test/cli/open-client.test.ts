import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import type { CommandIo } from '../../src/cli/command.ts'
import { connectionOf, openClient } from '../../src/cli/connection/open-client.ts'
import { readProfiles, writeProfiles } from '../../src/cli/connection/profiles.ts'
import { createClient, KeyturnError } from '../../src/client/index.ts'
import { makeCertificate } from '../deploy/make-certificate.ts'
import { startTestServer, type TestServer } from '../server.ts'

describe('where the server is and who signs in', () => {
  let server: TestServer
  let folder: string
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.stop())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-profiles-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const ioOf = (
    environment: Readonly<Record<string, string>> = {},
    errors: string[] = [],
    ask?: CommandIo['ask'],
  ): CommandIo => ({
    environment: { XDG_CONFIG_HOME: folder, KEYTURN_DATA: folder, ...environment },
    print: () => assert.fail('nothing is printed'),
    printError: (text) => errors.push(text),
    ask,
  })

  test('first credentials that are damaged are not repeated', async () => {
    writeFileSync(join(folder, 'bootstrap-credentials.json'), '{"password": hidden-7')
    await assert.rejects(openClient({}, ioOf({ KEYTURN_DATA: folder })), (error) => {
      assert.ok(error instanceof Error && error.cause === undefined)
      assert.match(error.message, /bootstrap-credentials\.json is damaged/)
      return true
    })
  })

  test('the first credentials of ./keyturn-data, and it says so', async () => {
    const errors: string[] = []
    const io = ioOf({ KEYTURN_DATA: server.directory }, errors)
    const client = await openClient({ endpoint: server.url }, io)
    assert.equal((await client.listKeys()).total, 0)
    assert.equal(errors.length, 1)
    assert.match(errors[0] ?? '', /bootstrap-credentials\.json$/)
    // They are an administrator's: no other machine gets them.
    await assert.rejects(openClient({ endpoint: 'https://kms.example' }, io), /who signs in/)
  })

  test('variables as the cloud’s own tools name them', async () => {
    const { credentials } = server
    const user = {
      OS_USERNAME: credentials.user_name,
      OS_PASSWORD: credentials.password,
      OS_USER_DOMAIN_NAME: credentials.domain_name,
      OS_PROJECT_NAME: credentials.project_name,
    }
    for (const variables of [
      { ...user, OS_AUTH_URL: `${server.url}/v3` },
      { ...user, OS_AUTH_URL: `${server.url}/v3/`, KEYTURN_ENDPOINT: server.url },
      {
        KEYTURN_ENDPOINT: server.url,
        OS_TOKEN: server.token,
        OS_PROJECT_ID: credentials.project_id,
      },
      ...[
        ['OS_ACCESS_KEY', 'OS_SECRET_KEY'],
        ['HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK'],
        ['HW_ACCESS_KEY', 'HW_SECRET_KEY'],
      ].map(([ak = '', sk = '']) => ({
        KEYTURN_ENDPOINT: server.url,
        [ak]: credentials.access_key,
        [sk]: credentials.secret_key,
      })),
    ]) {
      const client = await openClient({}, ioOf(variables))
      assert.equal((await client.listKeys()).total, 0, Object.keys(variables).join())
    }
  })

  test('flags weigh more than variables, a named profile more, the default profile less', async () => {
    const environment = { XDG_CONFIG_HOME: folder }
    await writeProfiles(environment, {
      default: { endpoint: 'https://default.example', user: 'dora', password: 'd' },
      work: {
        endpoint: 'https://work.example',
        region: 'east',
        'access-key': 'AK',
        'secret-key': 's',
      },
    })
    const variables = { KEYTURN_ENDPOINT: 'https://variable.example', OS_TOKEN: 'tok' }
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, 'from a file\n')

    const byDefault = await connectionOf({}, ioOf())
    assert.equal(byDefault.endpoint, 'https://default.example')
    assert.equal(byDefault.credentials.kind, 'password')

    const byVariable = await connectionOf({}, ioOf(variables))
    assert.equal(byVariable.endpoint, 'https://variable.example')
    assert.equal(byVariable.credentials.kind, 'token')

    for (const [flags, more] of [
      [{ profile: 'work' }, variables],
      [{}, { KEYTURN_PROFILE: 'work' }],
    ] as const) {
      const byProfile = await connectionOf(flags, ioOf({ ...more }))
      assert.equal(byProfile.endpoint, 'https://work.example')
      assert.ok(byProfile.credentials.kind === 'accessKey')
      assert.equal(byProfile.credentials.projectName, 'east')
    }

    const byFlag = await connectionOf(
      {
        profile: 'work',
        endpoint: 'https://flag.example',
        user: 'flo',
        'password-file': passwordFile,
      },
      ioOf(variables),
    )
    assert.equal(byFlag.endpoint, 'https://flag.example')
    assert.ok(byFlag.credentials.kind === 'password')
    assert.equal(byFlag.credentials.password, 'from a file')
  })

  test('a missing secret is asked for at a terminal, and nowhere else', async () => {
    const flags = { endpoint: 'https://kms.example', user: 'ann' }
    await assert.rejects(connectionOf(flags, ioOf()), /password of ann is missing: --password-file/)
    const asked: unknown[] = []
    const io = ioOf({}, [], async (...question) => {
      asked.push(question)
      return 'typed'
    })
    const { credentials } = await connectionOf(flags, io)
    assert.ok(credentials.kind === 'password' && credentials.password === 'typed')
    assert.deepEqual(asked, [['Password of ann: ', 'secret']])
  })

  test('over TLS, with a certificate that a file vouches for, and with no other', async () => {
    const { certFile, keyFile } = makeCertificate(folder)
    const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) }
    const secure = createServer(tls, (_, response) => response.end('{"total":3}'))
    secure.listen(0, '127.0.0.1')
    await once(secure, 'listening')
    const { port } = secure.address() as AddressInfo // it listens on TCP
    try {
      const io = ioOf({ OS_TOKEN: 't', OS_PROJECT_ID: 'p' })
      const endpoint = `https://localhost:${port}`
      const trusting = await openClient({ endpoint, 'ca-file': certFile }, io)
      assert.equal((await trusting.listKeys()).total, 3)
      const options = await connectionOf({ endpoint }, io)
      await assert.rejects(
        createClient({ ...options, retries: 0 }).listKeys(),
        (error) => error instanceof KeyturnError && /self-signed/.test(String(error.cause)),
      )
    } finally {
      secure.closeAllConnections()
      secure.close()
    }
  })

  test('plain HTTP beyond this machine is warned of', async () => {
    const errors: string[] = []
    await connectionOf({ endpoint: 'http://kms.example' }, ioOf({ OS_TOKEN: 't' }, errors))
    assert.match(errors.join(), /readable/)
  })

  test('profiles are kept in two files that others cannot read', async () => {
    const environment = { XDG_CONFIG_HOME: folder }
    const profiles = {
      default: { endpoint: 'https://kms.example', user: 'ann "the" \\ 你', password: 'p\n"\'\\x' },
      other: { endpoint: 'https://other.example', 'access-key': 'AK', 'secret-key': 'SK' },
    }
    await writeProfiles(environment, profiles)
    assert.deepEqual(await readProfiles(environment), profiles)
    const files = ['config.toml', 'credentials.toml'].map((name) => join(folder, 'keyturn', name))
    for (const file of files) assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.doesNotMatch(readFileSync(files[0] ?? '', 'utf8'), /SK|password/)

    chmodSync(files[1] ?? '', 0o644)
    await assert.rejects(readProfiles(environment), /others may read/)
    await writeProfiles(environment, profiles)
    assert.equal(statSync(files[1] ?? '').mode & 0o777, 0o600)
  })

  test('a file that is no file of profiles is refused, and what it holds is not shown', async () => {
    const place = join(folder, 'keyturn')
    mkdirSync(place)
    const file = join(place, 'credentials.toml')
    for (const text of [
      '[profiles.default]\npassword = "a-secret-to-hide\n',
      '[profiles.default]\npassword = 12\n',
      '[profiles]\ndefault = "a-secret-to-hide"\n',
      '[profiles.default]\npasswort = "a-secret-to-hide"\n',
    ]) {
      writeFileSync(file, text, { mode: 0o600 })
      await assert.rejects(readProfiles({ XDG_CONFIG_HOME: folder }), (error: Error) => {
        assert.equal(error.name, 'Mistake')
        assert.doesNotMatch(error.message, /to-hide/)
        return true
      })
    }
  })
})
