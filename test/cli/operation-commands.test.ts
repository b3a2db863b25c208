import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { COMMANDS } from '../../src/cli/command-list.ts'
import { CONNECTION_FLAGS } from '../../src/cli/connection/connection-flags.ts'
import { factsOf } from '../../src/cli/operation-command.ts'
import type { OperationField } from '../../src/cli/operation-field.ts'
import { flagOf } from '../../src/cli/operation-flags.ts'
import { OPERATION_WORDS, type OperationWords } from '../../src/cli/operation-words.ts'
import { createClient } from '../../src/client/index.ts'
import type { AnyField, Fields } from '../../src/contract/field.ts'
import { jsonSchema } from '../../src/contract/json-schema.ts'
import type { OperationRow } from '../../src/contract/operation.ts'
import { OPERATIONS, type OperationId } from '../../src/contract/operations/index.ts'
import { exampleOf } from '../../src/reference/examples.ts'
import { type FlakyServer, startFlakyServer } from '../client/flaky-server.ts'
import { runKeyturn } from './run-keyturn.ts'

const IDS = Object.keys(OPERATIONS) as OperationId[]

describe('the command of every operation', () => {
  let server: FlakyServer
  let folder: string
  before(async () => {
    server = await startFlakyServer()
    folder = mkdtempSync(join(tmpdir(), 'keyturn-commands-'))
  })
  after(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  test('has words of its own, and operands and flags that it has', async () => {
    const words = COMMANDS.map((entry) => entry.words)
    assert.equal(new Set(words).size, words.length)
    for (const id of IDS) {
      const row: OperationWords = OPERATION_WORDS[id]
      const { fields } = await factsOf(id)
      const names = fields.map(({ name }) => name)
      for (const operand of row.operands ?? []) {
        assert.ok(names.includes(operand), `${id} ${operand}`)
        const field = fields.find(({ name }) => name === operand)
        assert.notEqual(field?.secret, true, `${id}: ${operand} is no argument`)
      }
      const flags = [...fields.map((field) => flagOf(field, row)), 'output', 'all', 'help']
      const all = [...flags, ...Object.keys(CONNECTION_FLAGS)]
      assert.equal(new Set(all).size, all.length, `${id}: ${all.join(' ')}`)
    }
  })

  test('prints help that names each of its flags', async () => {
    for (const id of IDS) {
      const row: OperationWords = OPERATION_WORDS[id]
      const { code, out } = await runKeyturn([...row.words.split(' '), '--help'])
      assert.equal(code, 0)
      assert.ok(out.startsWith(`Usage: keyturn ${row.words}`), out)
      for (const field of (await factsOf(id)).fields) {
        assert.ok(out.includes(`\n  --${flagOf(field, row)}`), `${id}: ${field.name}`)
      }
      assert.ok(out.includes(id) && out.includes(OPERATIONS[id].path))
    }
  })

  test('takes no secret as an argument', async () => {
    for (const id of IDS) {
      const { fields } = await factsOf(id)
      const row: OperationRow = OPERATIONS[id]
      const members: Fields = {
        ...row.pathFields,
        ...row.query,
        ...row.requestHeaders,
        ...row.request,
      }
      for (const field of fields) {
        assert.equal(field.secret, members[field.name]?.secret, `${id} ${field.name}`)
        if (field.secret !== true) continue
        const flag = flagOf(field, OPERATION_WORDS[id])
        assert.match(flag, /-file$/)
        const words = OPERATION_WORDS[id].words.split(' ')
        const { code, err } = await runKeyturn([
          ...words,
          `--${flag.slice(0, -5)}`,
          'not-so-secret',
        ])
        assert.equal(code, 2)
        assert.match(err, new RegExp(`--${flag}`))
        assert.ok(!err.includes('not-so-secret'))
      }
    }
  })

  test('sends what the client sends for the same members', async () => {
    const members = { endpoint: server.url, projectId: 'project' }
    const client = createClient({
      ...members,
      credentials: { kind: 'token', token: 'a-token' },
      language: 'en',
      retries: 0,
    })
    for (const id of IDS) {
      const row: OperationRow = OPERATIONS[id]
      const headers = Object.fromEntries(Object.keys(row.headers).map((name) => [name, 'a-token']))
      server.play([{ status: 200, headers, body: {} }])
      const { fields, fixed } = await factsOf(id)
      const request = Object.fromEntries(fields.map((field) => [field.name, sample(row, field)]))
      const method = (id.charAt(0).toLowerCase() + id.slice(1)) as 'listKeys' // any method
      await client[method]({ ...request, ...fixed })
      const { code, err } = await runKeyturn(argumentsOf(id, fields, request, folder), {
        KEYTURN_ENDPOINT: server.url,
        OS_TOKEN: 'a-token',
        OS_PROJECT_ID: 'project',
      })
      assert.equal(code, 0, `${id}: ${err}`)
      const [byClient, byCommand] = server.seen
      assert.equal(byCommand?.method, byClient?.method, id)
      assert.equal(byCommand?.path, byClient?.path, id)
      assert.deepEqual(parse(byCommand?.body), parse(byClient?.body), id)
      for (const name of ['x-auth-token', 'x-language', ...Object.keys(row.requestHeaders)]) {
        assert.equal(byCommand?.headers[name], byClient?.headers[name], `${id} ${name}`)
      }
    }
  })
})

/** Something that the field takes, as it is on the wire. */
function sample(row: OperationRow, { name, kind, choices }: OperationField): unknown {
  if (kind === 'choice') return choices?.[0]
  if (kind === 'texts') return choices?.slice(0, 2) ?? ['one', 'two']
  if (kind === 'pairs') return [{ key: 'team', value: 'a=b' }, { key: 'bare' }]
  if (kind === 'pair') return { key: 'team', value: 'blue' }
  if (kind === 'map') return { purpose: 'test', empty: '' }
  if (kind === 'boolean') return false
  if (kind === 'time') return '1795511517236'
  const fields: Fields = { ...row.pathFields, ...row.query, ...row.requestHeaders, ...row.request }
  const value = exampleOf(name, jsonSchema((fields[name] as AnyField).schema), 'all')
  return kind === 'text' ? String(value).replace('…', '') : value
}

function argumentsOf(
  id: OperationId,
  fields: readonly OperationField[],
  request: Readonly<Record<string, unknown>>,
  folder: string,
): readonly string[] {
  const row: OperationWords = OPERATION_WORDS[id]
  const flags = fields.flatMap((field) => {
    const flag = `--${flagOf(field, row)}`
    const value = request[field.name]
    if (field.kind === 'boolean') return [value === true ? flag : flag.replace('--', '--no-')]
    if (field.secret !== true) return [flag, argument(field, value)]
    const file = join(folder, field.name)
    if (field.kind === 'bytes') writeFileSync(file, Buffer.from(String(value), 'base64'))
    else writeFileSync(file, field.kind === 'json' ? JSON.stringify(value) : String(value))
    return [flag, file]
  })
  return [...row.words.split(' '), ...flags]
}

/** The short form of a value, as people type it. */
function argument({ kind }: OperationField, value: unknown): string {
  const pairs = (entries: readonly (readonly [string, unknown])[]) =>
    entries.map(([name, held]) => (held === undefined ? name : `${name}=${held}`)).join(',')
  switch (kind) {
    case 'texts':
      return (value as readonly string[]).join(',')
    case 'pairs':
      return pairs((value as { key: string; value?: string }[]).map((one) => [one.key, one.value]))
    case 'pair': {
      const one = value as { key: string; value: string }
      return pairs([[one.key, one.value]])
    }
    case 'map':
      return pairs(Object.entries(value as object))
    case 'json':
      return JSON.stringify(value)
    default:
      return String(value)
  }
}

function parse(body: string | undefined): unknown {
  return body === undefined || body === '' ? undefined : JSON.parse(body)
}
