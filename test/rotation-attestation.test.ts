import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { calculateJwkThumbprint, compactVerify, exportJWK, flattenedVerify, importSPKI } from 'jose'
import { ROTATION_STATEMENT_TYPE } from '../src/contract/rotation-statement.ts'
import { canonicalJson } from '../src/crypto/canonical-json.ts'
import { ed25519Key } from '../src/crypto/ed25519-key.ts'
import { signJws } from '../src/crypto/jws.ts'
import { SecretBytes } from '../src/crypto/secret-bytes.ts'
import { type Ended, runKeyturn } from './cli/run-keyturn.ts'
import { type Cast, makeCast } from './matrix/principals.ts'
import { type Json, startTestServer, type TestServer } from './server.ts'

describe('an attestation of rotations', () => {
  let server: TestServer
  let folder: string
  let cast: Cast
  let keyId: string
  let attested: Json
  /** Public keys, as `audit public-key` prints them. */
  let pemFile: string
  /** The public key of attestations alone. */
  let pem: string
  let keyturn: (...args: readonly string[]) => Promise<Ended>
  before(async () => {
    server = await startTestServer({ flags: ['--clock', 'virtual'] })
    folder = mkdtempSync(join(tmpdir(), 'keyturn-proof-'))
    const environment = {
      KEYTURN_ENDPOINT: server.url,
      OS_TOKEN: server.token,
      OS_PROJECT_ID: server.credentials.project_id,
    }
    keyturn = (...args) => runKeyturn(args, environment)
    cast = await makeCast(server)
    keyId = await server.createKey()
    await server.kms('enable-key-rotation', { key_id: keyId })
    await server.kms('update-key-rotation-interval', { key_id: keyId, rotation_interval: 30 })
    const { status } = await server.send('POST', '/keyturn/v1/clock', { body: '{"days":31}' })
    assert.equal(status, 200)
    await server.kms('rotate-on-demand', { key_id: keyId })
    attested = JSON.parse((await keyturn('rotation', 'attest', keyId)).out)
    pemFile = join(folder, 'keys.pem')
    writeFileSync(pemFile, (await keyturn('audit', 'public-key')).out)
    const { body } = await server.send('GET', '/keyturn/v1/signing-keys')
    pem = body.keys.find((key: Json) => key.use === 'rotation-attestation').public_key
  })
  after(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const verify = (content: string, keys = pemFile): Promise<Ended> =>
    runKeyturn(['rotation', 'verify-attestation', file('attested', content), '--public-key', keys])

  test('tells of every version, and how it came', async () => {
    const { code, out, err } = await verify(JSON.stringify(attested))
    assert.equal(code, 0, err)
    assert.match(err, /^Genuine: stated at \d{4}-/)
    assert.match(err, /has been on without a break since \d{4}-.*, every 365 days or more often/)
    const statement = JSON.parse(out)
    assert.equal(statement.key.key_id, keyId)
    assert.equal(statement.key.key_spec, 'AES_256')
    assert.deepEqual(
      [statement.primary_version, statement.first_version, statement.versions.length],
      [3, 1, 3],
    )
    const [first, second, third] = statement.versions
    assert.equal(first.rotation, undefined)
    assert.deepEqual([second.rotation.cause, second.rotation.actor], ['schedule', 'scheduler'])
    assert.equal(second.rotation.at, second.rotation.due_at)
    assert.equal(second.rotation.late_ms, 0)
    assert.equal(third.rotation.cause, 'demand')
    const { rotation } = statement
    assert.deepEqual(
      [rotation.automatic, rotation.interval_days, rotation.number_of_rotations],
      ['on', 30, 2],
    )
    assert.equal(rotation.last_rotation_at, third.rotation.at)
    const dueMs = Date.parse(rotation.next_due_at) - Date.parse(rotation.last_rotation_at)
    assert.equal(dueMs, 30 * 86_400_000)
  })

  test('tells of every change of its settings, by whom and when', async () => {
    const { out } = await verify(JSON.stringify(attested))
    const { settings, key, stated_at } = JSON.parse(out)
    assert.deepEqual([settings.known_since, settings.first_change], [key.created_at, 1])
    assert.equal(settings.number_of_changes, 2)
    const user = server.credentials.user_name
    assert.deepEqual(
      settings.changes.map(({ at, ...change }: Json) => change),
      [
        { number: 1, actor: user, from: {}, to: { interval_days: 365 } },
        { number: 2, actor: user, from: { interval_days: 365 }, to: { interval_days: 30 } },
      ],
    )
    for (const { at } of settings.changes) assert.ok(key.created_at <= at && at <= stated_at)
  })

  test('limits of use are settings, too; what is switched off and on again shows', async () => {
    const id = await server.createKey()
    const limits = `/keyturn/v1/${server.credentials.project_id}/keys/${id}/rotation-limits`
    const { status } = await server.send('PUT', limits, { body: '{"max_uses":1000}' })
    assert.equal(status, 200)
    await server.kms('enable-key-rotation', { key_id: id })
    await server.kms('disable-key-rotation', { key_id: id })
    const off = await verify((await keyturn('rotation', 'attest', id)).out)
    assert.match(off.err, /Automatic rotation is off/)
    await server.kms('enable-key-rotation', { key_id: id })
    const { out, err } = await verify((await keyturn('rotation', 'attest', id)).out)
    const { settings, rotation } = JSON.parse(out)
    assert.deepEqual(
      settings.changes.map(({ to }: Json) => to),
      [
        { max_uses: 1000 },
        { max_uses: 1000, interval_days: 365 },
        { max_uses: 1000 },
        { max_uses: 1000, interval_days: 365 },
      ],
    )
    assert.deepEqual([rotation.max_uses, rotation.interval_days], [1000, 365])
    assert.match(err, new RegExp(`since ${settings.changes[3].at}, every 365`))
    const later = await keyturn('rotation', 'attest', id, '--first-change', '3')
    const part = JSON.parse((await verify(later.out)).out).settings
    assert.deepEqual([part.first_change, part.changes.length], [3, 2])
  })

  test('says in Chinese what it proves', async () => {
    const path = file('attested', JSON.stringify(attested))
    const { err } = await runKeyturn(
      ['rotation', 'verify-attestation', path, '--public-key', pemFile],
      { LANG: 'zh_CN.UTF-8' },
    )
    assert.match(err, /自动轮换自 \d{4}-\S+ 起从未间断，间隔不超过 365 天/)
  })

  test('a destroyed key has one, of what is left', async () => {
    const id = await server.createKey()
    await server.kms('enable-key-rotation', { key_id: id })
    await server.kms('rotate-on-demand', { key_id: id })
    const present = JSON.parse((await verify((await keyturn('rotation', 'attest', id)).out)).out)
    await server.kms('schedule-key-deletion', { key_id: id, pending_days: '7' })
    await server.send('POST', '/keyturn/v1/clock', { body: '{"days":8}' })
    assert.equal((await server.kms('describe-key', { key_id: id })).status, 404)
    const { out, err } = await verify((await keyturn('rotation', 'attest', id)).out)
    const { key, versions, settings, rotation, primary_version } = JSON.parse(out)
    const { destroyed_at, ...rest } = key
    assert.deepEqual(rest, { ...present.key, state: 'destroyed' })
    assert.ok(destroyed_at > present.stated_at)
    assert.deepEqual(versions, present.versions)
    assert.deepEqual(settings, present.settings)
    assert.equal(primary_version, 2)
    assert.deepEqual(rotation, {
      number_of_rotations: 1,
      last_rotation_at: present.rotation.last_rotation_at,
    })
    assert.match(err, /on without a break since/)
    // Another project's is as unknown as one that never was.
    const path = `/keyturn/v1/${cast.otherProjectId}/keys/${id}/rotation-attestation`
    const token = cast.tokens['other project']
    assert.equal((await server.send('GET', path, { token })).status, 404)
  })

  test('a statement in format 1 is still believed', async () => {
    const golden = readFileSync(
      new URL('./golden/rotation-statement-1.json', import.meta.url),
      'utf8',
    )
    const { public_key, ...statement } = JSON.parse(golden)
    const { code, out, err } = await verify(JSON.stringify(statement), file('old.pem', public_key))
    assert.equal(code, 0, err)
    assert.deepEqual([JSON.parse(out).format, JSON.parse(out).versions.length], [1, 3])
    assert.match(err, /does not tell since when/)
  })

  test('names a group of the audit log, by its hash', async () => {
    const { out } = await verify(JSON.stringify(attested))
    const { audit } = JSON.parse(out)
    assert.equal(audit.node, 'local')
    const log = readFileSync(
      join(server.directory, 'audit', `audit-${audit.chain}-000001.jsonl`),
      'utf8',
    )
    assert.ok(log.includes(`"n":${audit.records},`))
    assert.ok(log.includes(`"hash":"${audit.head}"`))
  })

  test('jose verifies it, in both forms of a JWS', async () => {
    const key = await importSPKI(pem, 'EdDSA')
    const { payload, protectedHeader } = await flattenedVerify(attested, key, {
      algorithms: ['EdDSA'],
    })
    assert.equal(protectedHeader?.typ, ROTATION_STATEMENT_TYPE)
    assert.equal(protectedHeader?.kid, await calculateJwkThumbprint(await exportJWK(key)))
    const text = Buffer.from(payload).toString()
    assert.equal(text, canonicalJson(JSON.parse(text)))
    const compact = `${attested.protected}.${attested.payload}.${attested.signature}`
    await compactVerify(compact, key, { algorithms: ['EdDSA'] })
    assert.equal((await verify(compact)).code, 0)
  })

  test('openssl verifies it', () => {
    const signed = file('signed', `${attested.protected}.${attested.payload}`)
    const signature = file('signature', Buffer.from(attested.signature, 'base64url'))
    const args = ['pkeyutl', '-verify', '-pubin', '-inkey', file('key.pem', pem), '-rawin']
    const out = execFileSync('openssl', [...args, '-in', signed, '-sigfile', signature])
    assert.match(out.toString(), /Verified Successfully/)
    // The first key of the file that people get is that of attestations: openssl reads no other.
    const [, ...rest] = args
    const bundle = rest.with(rest.indexOf('-inkey') + 1, pemFile)
    execFileSync('openssl', ['pkeyutl', ...bundle, '-in', signed, '-sigfile', signature])
  })

  test('a change of any part is found, and nothing of the statement is printed', async () => {
    const payload = Buffer.from(attested.payload, 'base64url').toString()
    const lie = Buffer.from(payload.replace('"late_ms":0', '"late_ms":1')).toString('base64url')
    assert.notEqual(lie, attested.payload)
    const changes = [
      { payload: lie },
      { signature: attested.signature.replace(/^./, (c: string) => (c === 'A' ? 'B' : 'A')) },
      { protected: Buffer.from('{"alg":"none"}').toString('base64url') },
      { signature: '' },
    ]
    for (const change of changes) {
      const { code, out, err } = await verify(JSON.stringify({ ...attested, ...change }))
      assert.equal(code, 1)
      assert.equal(out, '')
      assert.match(err, /forged|no attestation/)
    }
  })

  test('a statement by another key, or about something else, is none', async () => {
    const other = ed25519Key(new SecretBytes(new Uint8Array(32).fill(1)))
    const { err } = await verify(JSON.stringify(signJws({}, ROTATION_STATEMENT_TYPE, other)))
    assert.match(err, /not in the file of --public-key/)
    assert.equal((await verify(JSON.stringify(signJws({}, 'other+json', other)))).code, 1)
    assert.equal((await verify('no JWS')).code, 1)
    const empty = await verify(JSON.stringify(attested), file('empty.pem', 'no key'))
    assert.equal(empty.code, 2)
    assert.match(empty.err, /holds no Ed25519 public key/)
  })

  test('older versions come when they are asked for, and none that is not there', async () => {
    const { out } = await keyturn('rotation', 'attest', keyId, '--first-version', '2')
    const { versions, first_version } = JSON.parse((await verify(out)).out)
    assert.equal(first_version, 2)
    assert.deepEqual(
      versions.map(({ version }: Json) => version),
      [2, 3],
    )
    const none = await keyturn('rotation', 'attest', keyId, '--first-version', '9')
    assert.deepEqual(JSON.parse((await verify(none.out)).out).versions, [])
  })

  test('who may read the rotations of a key may have it; a key that is not there has none', async () => {
    const path = `/keyturn/v1/${server.credentials.project_id}/keys/${keyId}/rotation-attestation`
    assert.equal((await server.send('GET', path, { token: cast.tokens.reader })).status, 200)
    const absent = path.replace(
      keyId,
      keyId.replace(/^./, (c) => (c === '0' ? '1' : '0')),
    )
    assert.equal((await server.send('GET', absent)).status, 404)
  })
})
