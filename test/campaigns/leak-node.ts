import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { OperationRow } from '../../src/contract/operation.ts'
import { OPERATIONS } from '../../src/contract/operations/index.ts'
import type { Maker } from '../matrix/requests.ts'
import type { Credentials, Json, Reply } from '../server.ts'
import type { Mark } from './leak-search.ts'

const ROWS: readonly OperationRow[] = Object.values(OPERATIONS)
/** Parts of secret objects that everybody may know. */
const KNOWN: ReadonlySet<string> = new Set(['id', 'name', 'methods', 'expire_time'])
let aliases = 0

/** What was sent and came that is secret, and the bodies of refusals. */
export interface Heard {
  readonly marks: Mark[]
  readonly refusals: string[]
  calls: number
}

/** A client that keeps every secret that it hears of, by what the table of operations calls secret. */
export function listeningClient(
  url: string,
  credentials: Credentials,
  token: string,
  heard: Heard,
): Maker {
  async function send(
    method: string,
    path: string,
    { token: other, headers, body }: Parameters<Maker['send']>[2] = {},
  ): Promise<Reply> {
    const sent = other === undefined ? token : other
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(sent === null ? {} : { 'X-Auth-Token': sent }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: String(body) }),
    })
    heard.calls++
    const text = await response.text()
    const reply = { status: response.status, headers: response.headers, text, body: parse(text) }
    const row = ROWS.find((each) => each.method === method && patternOf(each).test(path))
    if (row !== undefined) keep(row, parse(String(body)), reply, heard)
    if (reply.status >= 400) heard.refusals.push(text)
    return reply
  }
  const kms: Maker['kms'] = (name, body = {}, { project = credentials.project_id } = {}) =>
    send('POST', `/v1.0/${project}/kms/${name}`, { body: JSON.stringify(body) })
  return {
    url,
    credentials,
    token,
    send,
    kms,
    async createKey(fields = {}) {
      const { status, body, text } = await kms('create-key', {
        key_alias: `leak-${++aliases}`,
        ...fields,
      })
      if (status !== 200) throw new Error(text)
      return body.key_info.key_id
    },
  }
}

function keep(row: OperationRow, request: Json, reply: Reply, heard: Heard): void {
  const take = (what: string, value: unknown) => {
    for (const text of textsIn(value)) heard.marks.push({ what: `${row.id} ${what}`, value: text })
  }
  for (const [name, field] of Object.entries(row.request)) {
    if (field.secret === true) take(name, request?.[name])
  }
  if (reply.status >= 400) return
  for (const [name, field] of Object.entries(row.response)) {
    if (field.secret === true) take(name, reply.body?.[name])
  }
  for (const [name, field] of Object.entries(row.headers)) {
    if (field.secret === true) take(name, reply.headers.get(name))
  }
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      if (!KNOWN.has(name)) yield* textsIn(each)
    }
  }
}

function patternOf({ path }: OperationRow): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}(\\?|$)`)
}

function parse(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Every file under a folder but those whose purpose it is to hold a secret. */
export function filesUnder(folder: string): Map<string, Buffer> {
  const places = new Map<string, Buffer>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    const isKeeper = /(bootstrap-credentials\.json|root\.key)$/.test(name)
    if (!isKeeper && statSync(path).isFile()) places.set(name, readFileSync(path))
  }
  return places
}
