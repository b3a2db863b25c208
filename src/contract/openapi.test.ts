import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { type TSchema, Type } from 'typebox'
import { fault } from '../core/fault.ts'
import { optional, plain } from './field.ts'
import { jsonSchema, jsonSchemaOf } from './json-schema.ts'
import { openApiDocument } from './openapi.ts'
import type { OpenApiOperation, OpenApiResponse } from './openapi-document.ts'
import { type OperationRow, operation } from './operation.ts'
import { OPERATIONS } from './operations/index.ts'
import { possibleFaults } from './possible-faults.ts'
import { OTHER_SUBJECT, SUBJECTS, subjectOf } from './subjects.ts'
import { wireErrorOf } from './wire-errors/index.ts'

const document = openApiDocument({ version: '1.2.3' })
const rows: readonly OperationRow[] = Object.values(OPERATIONS)

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, described]) => ({ path, method, operation: described })),
)

/** Every member of a name, anywhere within. */
function membersOf(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => [
    ...(key === name ? [member] : []),
    ...membersOf(member, name),
  ])
}

function resolve(reference: string): unknown {
  const [start, ...names] = reference.split('/')
  assert.equal(start, '#')
  return names.reduce<unknown>(
    (value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name],
    document,
  )
}

function responseOf(described: OpenApiOperation, status: string): OpenApiResponse {
  const response = described.responses[status]
  assert.ok(response, `${described.operationId} ${status}`)
  return '$ref' in response ? (resolve(response.$ref) as OpenApiResponse) : response
}

function operationOf(id: string): OpenApiOperation {
  const found = operations.find(({ operation: { operationId } }) => operationId === id)
  assert.ok(found, id)
  return found.operation
}

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1, and JSON', async () => {
    const copy: Record<string, unknown> = JSON.parse(JSON.stringify(document))
    assert.equal(JSON.stringify(copy), JSON.stringify(document))
    const result = await new Validator().validate(copy)
    assert.deepEqual(result, { valid: true })
  })

  test('has every operation of the table once, where the table has it', () => {
    const there = operations.map(
      ({ path, method, operation: { operationId } }) => `${method} ${path} ${operationId}`,
    )
    const expected = rows.map(({ id, method, path }) => `${method.toLowerCase()} ${path} ${id}`)
    assert.deepEqual(there.sort(), expected.sort())
    const ids = operations.map(({ operation: { operationId } }) => operationId)
    assert.equal(new Set(ids).size, ids.length)
  })

  test('every reference leads somewhere', () => {
    const references = membersOf(document, '$ref').map(String)
    assert.ok(references.length > 0)
    for (const reference of new Set(references)) assert.ok(resolve(reference), reference)
  })

  test('every parameter of a path is declared, and required', () => {
    for (const { path, operation: described } of operations) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const declared = described.parameters
        .map((given) => ('$ref' in given ? resolve(given.$ref) : given))
        .map((given) => given as { readonly in: string; name: string; required: boolean })
        .filter((given) => given.in === 'path')
      assert.deepEqual(declared.map(({ name }) => name).sort(), names.sort(), path)
      assert.ok(declared.every(({ required }) => required))
    }
  })

  test('every tag is described, every operation has a subject', () => {
    const names = document.tags.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    assert.deepEqual(document['x-tagGroups'].flatMap(({ tags }) => tags).sort(), names.sort())
    for (const { operation: described } of operations) {
      for (const name of described.tags) assert.ok(names.includes(name), name)
    }
    assert.equal(subjectOf('nothing'), OTHER_SUBJECT)
    const strays = rows.filter(({ id }) => subjectOf(id) === OTHER_SUBJECT).map(({ id }) => id)
    assert.deepEqual(strays, [], 'add the module of these to SUBJECTS in contract/subjects.ts')
    const known = SUBJECTS.flatMap(({ rows: members }) => Object.keys(members))
    assert.equal(new Set(known).size, known.length)
  })

  test('every fault of a row is there with its status, code and sentences', () => {
    for (const row of rows) {
      const described = operationOf(row.id)
      for (const kind of row.faults) {
        const { status, code } = wireErrorOf(kind)
        const response = responseOf(described, String(status))
        const listed = response['x-faults']?.find((entry) => entry.kind === kind)
        assert.ok(listed, `${row.id} ${kind}`)
        assert.equal(listed.code, row.api === 'identity' ? String(status) : code)
        assert.equal(listed.common, false)
        assert.ok(listed.sentence.en.length > 0 && listed.sentence.zh.length > 0)
      }
    }
  })

  test('says the same each time, and no mark of TypeBox', () => {
    const again = openApiDocument({ version: '1.2.3' })
    assert.equal(JSON.stringify(again), JSON.stringify(document))
    assert.doesNotMatch(JSON.stringify(document), /"~/)
  })

  test('says the version, the server and only the APIs that are served', () => {
    const other = openApiDocument({
      version: '9.9.9',
      serverUrl: 'https://kms.example',
      apis: ['kms'],
    })
    assert.equal(other.info.version, '9.9.9')
    assert.deepEqual(other.servers, [{ url: 'https://kms.example' }])
    assert.equal(other.paths['/v3/auth/tokens'], undefined)
    assert.deepEqual(membersOf(other, 'x-keyturn'), [])
    assert.deepEqual(document.servers, [{ url: '/' }])
  })
})

describe('an operation of the document', () => {
  test('with a body: required and optional members, permission, source', () => {
    const create = operationOf('CreateKey')
    const schema = create.requestBody?.content['application/json'].schema
    assert.deepEqual(schema?.required, ['key_alias'])
    assert.ok(schema?.properties?.['key_spec']?.enum?.includes('AES_256'))
    assert.equal(create['x-permission'], 'kms:cmk:create')
    assert.equal(create['x-source'], OPERATIONS.CreateKey.source)
    assert.equal(create['x-keyturn'], undefined)
    assert.deepEqual(create.tags, ['keys', 'kms'])
    assert.deepEqual(create.security, [{ token: [] }, { signature: [] }])
  })

  test('a sentence tells what is known beforehand, and leaves the rest in braces', () => {
    const remove = operationOf('DeleteKey')
    const days = remove.requestBody?.content['application/json'].schema.properties?.['pending_days']
    assert.match(days?.description ?? '', /7 to 1096 days/)
    assert.match(days?.['x-description-zh'] ?? '', /7 到 1096/)
    assert.match(responseOf(remove, '400').description, /KMS\.1401` The deletion must wait 7 to/)
    assert.match(responseOf(remove, '400').description, /required parameter \{name\} is missing/)
    assert.match(responseOf(remove, '403').description, /kms:cmk:update/)
  })

  test('of the identity API: no security for signing in, headers, its own form of errors', () => {
    const signIn = operationOf('CreateToken')
    assert.deepEqual(signIn.security, [])
    assert.match(signIn.description, /^Anybody/)
    assert.ok(responseOf(signIn, '201').headers['X-Subject-Token'])
    assert.deepEqual(responseOf(signIn, '401').content?.['application/json'].schema, {
      $ref: '#/components/schemas/IdentityError',
    })
    const show = operationOf('ShowToken')
    assert.match(show.description, /^Whoever is signed in/)
    assert.ok(show.parameters.some((given) => 'name' in given && given.name === 'X-Subject-Token'))
  })

  test('without a body where there is none', () => {
    const check = operationOf('CheckToken')
    for (const status of Object.keys(check.responses)) {
      assert.equal(responseOf(check, status).content, undefined)
    }
    const revoke = operationOf('RevokeToken')
    assert.equal(responseOf(revoke, '204').content, undefined)
    assert.equal(revoke.requestBody, undefined)
  })

  test('of ours is marked; where to wait, the reply says how long', () => {
    const events = operationOf('ListRotationEvents')
    assert.equal(events['x-keyturn'], true)
    assert.ok(responseOf(events, '429').headers['Retry-After'])
    const limit = events.parameters.find((given) => 'name' in given && given.name === 'limit')
    assert.ok(limit && 'required' in limit && !limit.required)
  })
})

describe('schemas', () => {
  test('unions of constants become enums, of one type or of several', () => {
    const words = Type.Union([Type.Literal('a'), Type.Literal('b')])
    assert.deepEqual(jsonSchema(words), { type: 'string', enum: ['a', 'b'] })
    const mixed = Type.Union([Type.Literal('a'), Type.Literal(1)])
    assert.deepEqual(jsonSchema(mixed), { enum: ['a', 1] })
    const union = Type.Union([Type.String(), Type.Integer({ minimum: 1 })])
    assert.deepEqual(jsonSchema(union), {
      anyOf: [{ type: 'string' }, { type: 'integer', minimum: 1 }],
    })
  })

  test('marks of TypeBox are left out', () => {
    assert.deepEqual(jsonSchema({ '~kind': 'String', type: 'string' } as TSchema), {
      type: 'string',
    })
  })

  test('records, lists and objects', () => {
    const record = Type.Record(Type.String(), Type.Array(Type.Number(), { maxItems: 2 }))
    assert.deepEqual(jsonSchema(record), {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'number' }, maxItems: 2 },
    })
    assert.deepEqual(jsonSchema(Type.Object({ a: Type.Optional(Type.Null()) })), {
      type: 'object',
      properties: { a: { type: 'null' } },
    })
    const named = Type.Record(Type.String({ pattern: '^x' }), Type.String())
    assert.deepEqual(jsonSchema(named), {
      type: 'object',
      patternProperties: { '^x': { type: 'string' } },
    })
  })

  test('fields: notes where asked, none for faults without facts', () => {
    const refusal = () => fault('limit-out-of-range', { min: 1, max: 9 })
    const fields = {
      limit: plain(Type.Integer(), refusal),
      sequence: optional(plain(Type.String(), () => fault('sequence-malformed'))),
    }
    assert.deepEqual(jsonSchemaOf(fields, 'notes'), {
      type: 'object',
      required: ['limit'],
      properties: {
        limit: {
          type: 'integer',
          description: 'The parameter limit must be 1 to 9.',
          'x-description-zh': '参数 limit 必须为 1 到 9。',
        },
        sequence: { type: 'string' },
      },
    })
    assert.deepEqual(jsonSchemaOf({ limit: optional(fields.limit) }, 'bare'), {
      type: 'object',
      properties: { limit: { type: 'integer' } },
    })
  })
})

describe('the faults that an operation may meet', () => {
  const kindsOf = (row: OperationRow) => possibleFaults(row).map(({ kind }) => kind)

  test('come from its faults, its fields, who may call it, and every request', () => {
    const create = kindsOf(OPERATIONS.CreateKey)
    for (const kind of ['alias-taken', 'sequence-malformed', 'body-not-json', 'internal']) {
      assert.ok(create.includes(kind as never), kind)
    }
    assert.ok(create.includes('operation-forbidden') && !create.includes('key-use-forbidden'))
    assert.ok(kindsOf(OPERATIONS.EnableKey).includes('key-use-forbidden'))
    assert.ok(kindsOf(OPERATIONS.DecryptData).includes('key-use-forbidden'))
    for (const row of rows) assert.equal(new Set(kindsOf(row)).size, kindsOf(row).length, row.id)
  })

  test('are few where nobody need sign in and nothing is sent', () => {
    const row = operation({
      id: 'X',
      method: 'GET',
      path: '/x',
      access: { kind: 'anyone' },
      summary: 'x',
      source: 'x',
    })
    const kinds = kindsOf(row)
    for (const kind of ['body-not-json', 'parameter-missing', 'credentials-missing']) {
      assert.ok(!kinds.includes(kind as never), kind)
    }
    assert.ok(possibleFaults(row).every(({ common }) => common))
  })
})
