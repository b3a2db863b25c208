import { createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OPERATIONS, type OperationId } from '../../src/contract/operations/index.ts'
import { KEY_SPECS } from '../../src/core/key-specs.ts'
import { type Maker, REQUESTS } from '../matrix/requests.ts'
import { pathOf } from '../wire/raw-bridge.ts'
import { adminToken, credentialsOf } from './ground.ts'
import { startEars } from './leak-ears.ts'
import { filesUnder, type Heard, listeningClient } from './leak-node.ts'
import { canSeeProcesses, watchProcesses } from './leak-processes.ts'
import { leakSeals } from './leak-seals.ts'
import { findMarks, formsOf, type Mark } from './leak-search.ts'
import { type NodeProcess, runKeyturn, startNode } from './node-process.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'

/** Fields that are no secrets by the table, and still nobody's business. */
const TELLING = ['cipher_text', 'import_token', 'encrypted_key_material', 'datakey_capsule', 'mac']
/** What cannot be called without another region or a token. */
const ELSEWHERE = /^(ReplicateKey|UpdatePrimaryRegion|.*KeyStores?)$/
const TOO_LONG = 5000

const CONSOLE = new URL('../console/leak-console.ts', import.meta.url).href

/** What the module at {@link CONSOLE} has. */
interface LeakInConsole {
  readonly withoutBrowser: string | undefined
  readonly leakConsole: () => Promise<Outcome>
}

/** Secrets through every operation, as a campaign. */
export const leak: Campaign = {
  about: 'marked secrets through every operation, well and badly: found nowhere they should not be',
  flags: { 'one-in': { help: 'of how many operations one is called', default: '1' } },
  missing: () => undefined,
  async run(flags, say) {
    const oneIn = Math.max(1, countOf(flags, 'one-in'))
    const server = await runLeak({ oneIn, seals: 'all' }, say)
    // By its address alone: its types are those of a browser, which nothing else here has.
    const { leakConsole, withoutBrowser } = (await import(CONSOLE)) as LeakInConsole
    if (withoutBrowser !== undefined) {
      return { ...server, lines: [...server.lines, `no console: ${withoutBrowser}`] }
    }
    const inBrowser = await leakConsole()
    return {
      lines: [...server.lines, ...inBrowser.lines],
      broken: [...server.broken, ...inBrowser.broken],
    }
  },
}

/** How much is tried. */
export interface LeakOptions {
  /** Each operation, or every second one, and so on. */
  readonly oneIn: number
  /** Seals that the root key goes through afterwards: none, those for people, or also a token and a service. */
  readonly seals?: 'none' | 'people' | 'all'
  /** Puts something into the data folder before it is looked through. */
  readonly plant?: (folder: string, marks: readonly Mark[]) => Promise<void>
}

/** Runs it, small or whole. */
export async function runLeak(options: LeakOptions, say: Say): Promise<Outcome> {
  const { oneIn, plant, seals = 'none' } = options
  const startedAtMs = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-leak-'))
  const data = join(folder, 'data')
  const ears = await startEars(folder)
  const flags = ['--log-level', 'trace', '--workers', '1', ...ears.flags]
  const processes = new Map<string, Buffer>()
  const watch = (pid: number) => watchProcesses('the server', pid, processes)
  const node = await startNode({ name: 'leak', directory: data, flags, watch })
  try {
    const credentials = await credentialsOf([node])
    const token = await adminToken(node, credentials)
    const heard: Heard = { marks: [], refusals: [], calls: 0 }
    const client = listeningClient(node.url, credentials, token, heard)
    const wrong = wrongForms()
    const ids = (Object.keys(REQUESTS) as OperationId[]).filter(
      (id, at) => at % oneIn === 0 && !ELSEWHERE.test(id),
    )
    for (const id of ids) await callWellAndBadly(client, id, wrong)
    for (const spec of Object.keys(KEY_SPECS)) await useSpec(client, spec, wrong.text)
    await knockBadly(client, wrong.text)
    const imported = await importMaterial(client)
    await client.kms('rotate-on-demand', { key_id: await client.createKey() })
    await ears.untilEvent()
    say(`${heard.calls} calls, ${heard.refusals.length} refused`)
    const backup = join(folder, 'backup.keyturn')
    const made = await runKeyturn(['backup', 'create', '--to', backup, '--data', data], {
      watch: (pid) => watchProcesses('backup create', pid, processes),
    })
    if (made.exitCode !== 0) throw new Error(made.printed)
    const marks: readonly Mark[] = [
      ...heard.marks.filter(({ value }) => value !== token),
      { what: 'token', value: token },
      { what: 'password', value: credentials.password },
      { what: 'secret key', value: credentials.secret_key },
      { what: 'root key', value: rootKeyOf(data) },
      { what: 'what was sent wrong', value: wrong.text },
      ...imported,
      ...ears.marks,
    ]
    await plant?.(data, marks)
    const places = await placesOf(node, data, backup, heard)
    if ((await node.stop()) !== 0) throw new Error('the server did not stop cleanly')
    for (const [name, content] of filesUnder(data)) places.set(`${name} after the stop`, content)
    for (const [name, content] of ears.places()) places.set(name, content)
    for (const [name, content] of processes) places.set(name, content)
    places.set('standard output', node.output())
    requireHeard(places)
    const sealed = seals === 'none' ? undefined : await leakSeals(data, folder, seals === 'all')
    for (const [name, content] of sealed?.places ?? []) places.set(name, content)
    const all = [...marks, ...(sealed?.marks ?? [])]
    const bytes = [...places.values()].reduce((sum, { length }) => sum + length, 0)
    const unique = [...new Map(all.map((mark) => [mark.value, mark])).values()]
    return {
      lines: [
        `${ids.length} operations and ${Object.keys(KEY_SPECS).length} key specs, ${heard.calls} calls, ${heard.refusals.length} refused`,
        ...(sealed === undefined ? [] : [`${sealed.runs} servers and commands around seals`]),
        `${unique.length} secrets, each in up to ${formsOf(wrong.hex).size} forms, looked for in ${places.size} places with ${bytes} bytes`,
        `took ${secondsSince(startedAtMs)}`,
      ],
      broken: findMarks(unique, places),
    }
  } finally {
    await node.kill9()
    await ears.close()
    await rm(folder, { recursive: true, force: true })
  }
}

interface WrongForms {
  readonly text: string
  readonly hex: string
  readonly base64: string
}

function wrongForms(): WrongForms {
  const text = `MARK-${randomBytes(24).toString('hex')}`
  const bytes = Buffer.from(text)
  return { text, hex: bytes.toString('hex'), base64: bytes.toString('base64') }
}

async function callWellAndBadly(client: Maker, id: OperationId, wrong: WrongForms): Promise<void> {
  const prepared = await REQUESTS[id]?.(client, client)
  if (prepared === undefined) return
  const row = OPERATIONS[id]
  const path = pathOf(row, client.credentials.project_id, { operation: id, ...prepared })
  const fields: Readonly<Record<string, { readonly secret?: true }>> = row.request
  const call = (body: object) =>
    Object.keys(fields).length === 0
      ? client.send(row.method, path)
      : client.send(row.method, path, { body: JSON.stringify(body) })
  const good = prepared.body ?? {}
  for (const [name, field] of Object.entries(fields)) {
    if (field.secret !== true && !TELLING.includes(name)) continue
    const given = String((good as Readonly<Record<string, unknown>>)[name] ?? '')
    const cut = given.slice(0, given.length / 2)
    const tooLong = wrong.text.repeat(TOO_LONG)
    for (const value of [...Object.values(wrong), cut, tooLong, { [wrong.text]: wrong.text }]) {
      await call({ ...good, [name]: value })
    }
  }
  await call(good)
}

/** What a key of each spec is for, with a marked text. */
async function useSpec(client: Maker, key_spec: string, text: string): Promise<void> {
  const row = KEY_SPECS[key_spec as keyof typeof KEY_SPECS]
  const key_id = await client.createKey({ key_spec })
  const message = Buffer.from(text).toString('base64')
  const { body } = await client.kms('encrypt-data', { key_id, plain_text: text })
  await client.kms('decrypt-data', { key_id, cipher_text: body?.cipher_text })
  await client.kms('create-datakey', { key_id, datakey_length: '512' })
  for (const signing_algorithm of row.signing) {
    const asked = { key_id, message, message_type: 'RAW', signing_algorithm }
    const signed = await client.kms('sign', asked)
    await client.kms('verify', { ...asked, signature: signed.body?.signature })
  }
  for (const mac_algorithm of row.macs) {
    const asked = { key_id, message, mac_algorithm }
    const made = await client.kms('generate-mac', asked)
    await client.kms('verify-mac', { ...asked, mac: made.body?.mac })
  }
}

/** At doors where no operation is reached. */
async function knockBadly(client: Maker, mark: string): Promise<void> {
  const path = `/v1.0/${client.credentials.project_id}/kms/list-keys`
  const auth = {
    identity: {
      methods: ['password'],
      password: { user: { id: client.credentials.user_id, password: mark } },
    },
  }
  const sign = `SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=${mark}`
  await client.send('POST', path, { token: mark, body: '{}' })
  await client.send('POST', path, { token: `kt1.${mark}.${'A'.repeat(43)}`, body: '{}' })
  await client.send('POST', path, { token: null, headers: { Authorization: sign }, body: '{}' })
  await client.send('POST', path, { body: `{"${mark}` })
  await client.send('POST', '/v3/auth/tokens', { body: JSON.stringify({ auth }) })
  await client.send('GET', '/v3/auth/tokens', { headers: { 'X-Subject-Token': mark } })
  await client.send('DELETE', '/v3/auth/tokens', { headers: { 'X-Subject-Token': mark } })
}

/** Imports material that was wrapped as a client does; what is secret about it. */
async function importMaterial(client: Maker): Promise<readonly Mark[]> {
  const key_id = await client.createKey({ origin: 'external' })
  const asked = { key_id, wrapping_algorithm: 'RSAES_OAEP_SHA_256' }
  const { body } = await client.kms('get-parameters-for-import', asked)
  const key = createPublicKey({
    key: Buffer.from(body.public_key, 'base64'),
    format: 'der',
    type: 'spki',
  })
  const material = randomBytes(32)
  const wrapped = publicEncrypt({ key, oaepHash: 'sha256' }, material).toString('base64')
  const { import_token } = body
  const sent = { key_id, import_token, encrypted_key_material: wrapped }
  const { status, text } = await client.kms('import-key-material', sent)
  if (status >= 300) throw new Error(text)
  return [
    { what: 'imported material', value: material.toString('base64') },
    { what: 'wrapped material', value: wrapped },
    { what: 'import token', value: import_token },
  ]
}

/** Nothing is found where nothing is said. */
function requireHeard(places: ReadonlyMap<string, Buffer>): void {
  for (const name of ['traces (OTLP)', 'events (webhook)', 'syslog', 'standard output']) {
    if ((places.get(name)?.length ?? 0) === 0) throw new Error(`nothing came as ${name}`)
  }
  if (canSeeProcesses && !places.has('cmdline of the server')) throw new Error('no process seen')
}

function rootKeyOf(data: string): string {
  const value = readFileSync(join(data, 'root.key'), 'utf8').split(':')[3]?.trim() ?? ''
  if (value.length < 40) throw new Error('the root key is not where it is looked for')
  return value
}

async function placesOf(
  node: NodeProcess,
  data: string,
  backup: string,
  { refusals }: Heard,
): Promise<Map<string, Buffer>> {
  const places = filesUnder(data)
  places.set('backup', await readFile(backup))
  places.set('refusals', Buffer.from(refusals.join('\n')))
  for (const path of ['/metrics', '/readyz', '/healthz']) {
    places.set(path, Buffer.from(await (await fetch(`${node.url}${path}`)).text()))
  }
  return places
}

/** Writes a secret into a file of the folder, in one of its forms. */
export async function plantIn(folder: string, bytes: Buffer): Promise<void> {
  await writeFile(join(folder, 'planted'), Buffer.concat([randomBytes(100), bytes, randomBytes(9)]))
}
