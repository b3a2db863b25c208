import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const MAIN = new URL('../bin/keyturn.mjs', import.meta.url).pathname

/** What must be found nowhere, by what it is. */
interface Secrets {
  readonly [what: string]: string
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}

/** Every form in which bytes could lie about: as they are, hexadecimal, base64. */
function formsOf(secret: string): readonly Buffer[] {
  const bytes = /^[0-9a-f]{32,}$/.test(secret) ? Buffer.from(secret, 'hex') : Buffer.from(secret)
  const base64 = bytes.toString('base64').replace(/.{0,3}=*$/, '')
  return [Buffer.from(secret), bytes, Buffer.from(bytes.toString('hex')), Buffer.from(base64)]
}

/** Brings material of our own into a key, well and badly; answers it. */
async function importMaterial(
  kms: (name: string, body: object) => Promise<Readonly<Record<string, never>>>,
): Promise<Buffer> {
  const material = randomBytes(32)
  const made: { readonly key_info?: { readonly key_id: string } } = await kms('create-key', {
    key_alias: 'imported',
    origin: 'external',
  })
  const key_id = made.key_info?.key_id
  const { import_token, public_key } = await kms('get-parameters-for-import', {
    key_id,
    wrapping_algorithm: 'RSAES_OAEP_SHA_256',
  })
  const key = createPublicKey({
    key: Buffer.from(String(public_key), 'base64'),
    format: 'der',
    type: 'spki',
  })
  const wrap = (bytes: Buffer) =>
    publicEncrypt({ key, oaepHash: 'sha256' }, bytes).toString('base64')
  const body = { key_id, import_token }
  await kms('import-key-material', { ...body, encrypted_key_material: wrap(material.subarray(1)) })
  await kms('import-key-material', { ...body, encrypted_key_material: wrap(material) })
  await kms('import-key-material', { ...body, encrypted_key_material: wrap(material) })
  return material
}

async function started(child: ChildProcess, printed: { text: string }): Promise<string> {
  for (;;) {
    const url = /listens on (\S+)/.exec(printed.text)?.[1]
    if (url !== undefined && printed.text.includes('Ctrl-C')) return url
    if (child.exitCode !== null) throw new Error(printed.text)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('secrets are in no log, audit record, metric, error, database or file', async () => {
  const data = mkdtempSync(join(tmpdir(), 'keyturn-leaks-'))
  const args = [MAIN, 'serve', '--listen', '127.0.0.1:0', '--data', data, '--log-level', 'trace']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed.text += chunk
    })
  }
  const url = await started(child, printed)
  const credentials = JSON.parse(readFileSync(join(data, 'bootstrap-credentials.json'), 'utf8'))
  const seen: string[] = []
  const wrongPassword = 'MARKED-wrong-password-0123456789'
  const plainText = 'MARKED-plain-text-0123456789'
  const context = 'MARKED-context-0123456789'

  async function signIn(password: string): Promise<Response> {
    const identity = {
      methods: ['password'],
      password: { user: { id: credentials.user_id, password } },
    }
    const scope = { project: { id: credentials.project_id } }
    return fetch(`${url}/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ auth: { identity, scope } }),
    })
  }
  seen.push(await (await signIn(wrongPassword)).text())
  const signedIn = await signIn(credentials.password)
  const token = signedIn.headers.get('x-subject-token') ?? ''
  seen.push(await signedIn.text())
  async function kms(name: string, body: object) {
    const response = await fetch(`${url}/v1.0/${credentials.project_id}/kms/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Auth-Token': token },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) seen.push(text)
    return JSON.parse(text)
  }
  const key_id = (await kms('create-key', { key_alias: 'leaks' })).key_info.key_id
  const bound = { additional_authenticated_data: context }
  const { cipher_text } = await kms('encrypt-data', { key_id, plain_text: plainText, ...bound })
  await kms('decrypt-data', { cipher_text, ...bound })
  await kms('decrypt-data', { cipher_text: `${cipher_text}AAAA`, ...bound })
  await kms('encrypt-data', { key_id: plainText, plain_text: plainText })
  await kms(plainText, { plain_text: plainText })
  const dataKey = (await kms('create-datakey', { key_id, ...bound })).plain_text
  const random = (await kms('gen-random', { random_data_length: 256 })).random_data
  await kms('rotate-on-demand', { key_id })
  const material = await importMaterial(kms)
  const { pin } = await kms('create-pin', {})
  await kms('create-datakey', { key_id, pin })
  await kms('decrypt-datakey', { key_id, cipher_text: '00', datakey_cipher_length: 1, pin })
  const pair = await kms('create-ec-datakey-pair', { key_id, key_spec: 'ECC_NIST_P256' })
  const hmac = (await kms('create-key', { key_alias: 'mac', key_spec: 'HMAC_256' })).key_info.key_id
  const message = Buffer.from(plainText).toString('base64')
  const asked = { key_id: hmac, mac_algorithm: 'HMAC_SHA_256', message }
  const { mac } = await kms('generate-mac', asked)
  await kms('verify-mac', { ...asked, mac })
  const agreeing = { key_alias: 'ec', key_spec: 'EC_P256', key_usage: 'KEY_AGREEMENT' }
  const ec = (await kms('create-key', agreeing)).key_info.key_id
  const { shared_secret } = await kms('derive-shared-secret', {
    key_id: ec,
    key_agreement_algorithm: 'ECDH',
    public_key: pair.public_key,
  })
  const inline = JSON.stringify({ allowed_access_point: [] })
  const capsule = await kms('datakey-capsule/create', {
    key_id,
    datakey_length: 'AES_256',
    key_policy: inline,
  })
  await fetch(`${url}/v1.0/x/kms/list-keys`, {
    method: 'POST',
    headers: { Authorization: `SDK-HMAC-SHA256 ${plainText}`, 'X-Auth-Token': wrongPassword },
  })
  seen.push(await (await fetch(`${url}/metrics`)).text())
  seen.push(await (await fetch(`${url}/readyz`)).text())
  child.kill('SIGTERM')
  await once(child, 'close')
  seen.push(printed.text)

  const secrets: Secrets = {
    password: credentials.password,
    'secret key': credentials.secret_key,
    'wrong password': wrongPassword,
    'plain text': plainText,
    context,
    token,
    'data key': dataKey,
    'random number': random,
    'imported material': material.toString('hex'),
    pin,
    'private key of a pair': Buffer.from(pair.private_key_plain_text, 'base64').toString('hex'),
    'shared secret': Buffer.from(shared_secret, 'base64').toString('hex'),
    mac: Buffer.from(mac, 'base64').toString('hex'),
    'data key of a capsule': capsule.datakey,
    'root key': readFileSync(join(data, 'root.key'), 'utf8').split(':')[3] ?? '',
  }
  const allowed = /bootstrap-credentials\.json$|root\.key$/
  const places = new Map<string, Buffer>(seen.map((text, at) => [`reply ${at}`, Buffer.from(text)]))
  for (const path of filesUnder(data)) {
    if (!allowed.test(path)) places.set(path, readFileSync(path))
  }
  assert.ok([...places.keys()].some((path) => path.endsWith('keyturn.sqlite')))
  assert.ok([...places.keys()].some((path) => path.endsWith('.jsonl')))
  const found: string[] = []
  for (const [what, secret] of Object.entries(secrets)) {
    assert.ok(secret.length >= 20, `${what} is there to be looked for`)
    for (const form of formsOf(secret)) {
      for (const [place, content] of places) {
        if (content.includes(form)) found.push(`${what} in ${place}`)
      }
    }
  }
  assert.deepEqual(found, [])
  rmSync(data, { recursive: true })
})
