import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
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
