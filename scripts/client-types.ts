// TypeScript text of what the client's operations take and answer, from the schemas of the table.
import type { Fields } from '../src/contract/field.ts'
import { type JsonSchema, jsonSchemaOf, limitNotes } from '../src/contract/json-schema.ts'
import type { OperationRow } from '../src/contract/operation.ts'
import { OPERATIONS, type OperationId } from '../src/contract/operations/index.ts'

/** A schema that is worth a name of its own. */
interface Shape {
  readonly name: string
  readonly about: string
  readonly schema: JsonSchema
}

const replyPart = (id: OperationId, ...names: readonly string[]): JsonSchema => {
  const row: OperationRow = OPERATIONS[id]
  return part(jsonSchemaOf(row.response, 'bare'), names, `${id} ${names.join('.')}`)
}
const requestPart = (id: OperationId, ...names: readonly string[]): JsonSchema => {
  const row: OperationRow = OPERATIONS[id]
  return part(jsonSchemaOf({ ...row.query, ...row.request }, 'bare'), names, id)
}

/** The schemas that bear a name wherever they occur. */
const SHAPES: readonly Shape[] = [
  shape('KeySpec', 'What a key is made of.', requestPart('CreateKey', 'key_spec')),
  shape('KeyUsage', 'What a key is for.', requestPart('CreateKey', 'key_usage')),
  shape(
    'KeyOrigin',
    'Material made by the service, or imported.',
    requestPart('CreateKey', 'origin'),
  ),
  shape(
    'KeyState',
    '2 enabled, 3 disabled, 4 waiting for its deletion, 5 waiting for its material.',
    replyPart('EnableKey', 'key_info', 'key_state'),
  ),
  shape('SigningAlgorithm', 'How a message is signed.', requestPart('Sign', 'signing_algorithm')),
  shape(
    'MacAlgorithm',
    'How a message is authenticated.',
    requestPart('GenerateMac', 'mac_algorithm'),
  ),
  shape('GrantOperation', 'What a grant allows.', requestPart('CreateGrant', 'operations', '*')),
  shape('KeyDetails', 'All that the wire tells of a key.', replyPart('ListKeyDetail', 'key_info')),
  shape('KeyRow', 'A key as a row of a table, with its rotation.', replyPart('ShowKeyRow', 'key')),
  shape('KeyVersion', 'A version of a key.', replyPart('ListKeyVersions', 'versions', '*')),
  shape(
    'RotationEvent',
    'A rotation that was done.',
    replyPart('ListRotationEvents', 'events', '*'),
  ),
  shape('RotationDay', 'Rotations of one day.', replyPart('ShowRotationOverview', 'days', '*')),
  shape('AuditRecord', 'A record of the audit log.', replyPart('ListAuditRecords', 'records', '*')),
  shape(
    'Grant',
    'A right on one key, handed to one grantee.',
    replyPart('ListGrants', 'grants', '*'),
  ),
  shape('Alias', 'One more name of a key.', replyPart('ListAliases', 'aliases', '*')),
  shape('Tag', 'A tag of a key.', replyPart('ShowKmsTags', 'tags', '*')),
  shape('KeyStore', 'A key store.', replyPart('ShowKeyStore', 'keystore')),
  shape('AccessPoint', 'An access point.', replyPart('ListAccessPoint', 'access_points', '*')),
  shape('KeyPolicy', 'A key policy.', replyPart('ListKeyPolicy', 'keyspace_policies', '*')),
  shape('Project', 'A project.', replyPart('ShowProject', 'project')),
  shape('User', 'A user.', replyPart('ShowUser', 'user')),
  shape('CatalogEntry', 'A service and where it is.', replyPart('ShowCatalog', 'catalog', '*')),
  shape('TokenFacts', 'What a token stands for.', replyPart('ShowToken', 'token')),
]

/** A type that bears a name: its name and its declaration. */
export const NAMED_TYPES: readonly { readonly name: string; readonly text: string }[] = SHAPES.map(
  ({ name, about, schema }) => ({
    name,
    text: [
      `/** ${about} */`,
      schema.properties === undefined
        ? `export type ${name} = ${bareType(schema, '')}`
        : `export interface ${name} ${objectType(schema, '', '', new Map())}`,
    ].join('\n'),
  }),
)

/** The TypeScript interface of an object with these fields. */
export function interfaceOf(
  name: string,
  about: readonly string[],
  fields: Fields,
  side: 'request' | 'reply',
  comments: ReadonlyMap<string, string>,
): string {
  const schema = jsonSchemaOf(fields, 'bare')
  const notes = new Map(comments)
  if (side === 'request') {
    for (const [field, member] of Object.entries(fields)) {
      const { description } = limitNotes(field, member)
      if (description !== undefined && !notes.has(field)) notes.set(field, description)
    }
  }
  return [
    '/**',
    ...about.map((line) => ` * ${line}`.trimEnd()),
    ' */',
    `export interface ${name} ${objectType(schema, '', side === 'request' ? ' | undefined' : '', notes)}`,
  ].join('\n')
}

/** The names of types that `text` uses. */
export function namesIn(text: string): readonly string[] {
  return NAMED_TYPES.map(({ name }) => name).filter((name) =>
    new RegExp(`(?:readonly |: |\\| |^export type \\w+ = )${name}\\b(?!\\w)`, 'm').test(text),
  )
}

function shape(name: string, about: string, schema: JsonSchema): Shape {
  return { name, about, schema }
}

function part(schema: JsonSchema, names: readonly string[], where: string): JsonSchema {
  let found: JsonSchema | undefined = schema
  for (const name of names) found = name === '*' ? found?.items : found?.properties?.[name]
  if (found === undefined) throw new Error(`the table has no ${where}`)
  return found
}

function typeOf(schema: JsonSchema, indent: string): string {
  const text = JSON.stringify(schema)
  const named = SHAPES.find((candidate) => JSON.stringify(candidate.schema) === text)
  return named?.name ?? bareType(schema, indent)
}

function bareType(schema: JsonSchema, indent: string): string {
  if (schema.enum !== undefined) return choiceType(schema.enum)
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.anyOf !== undefined) {
    return [...new Set(schema.anyOf.map((member) => typeOf(member, indent)))].join(' | ')
  }
  switch (schema.type) {
    case 'string':
      return textType(schema.pattern)
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'array': {
      const item = typeOf(schema.items ?? {}, indent)
      return `readonly ${/[ |]/.test(item) && !item.startsWith('{') ? `(${item})` : item}[]`
    }
    case 'object':
      if (schema.properties !== undefined) return objectType(schema, indent, '', new Map())
      return `Readonly<Record<string, ${
        typeof schema.additionalProperties === 'object'
          ? typeOf(schema.additionalProperties, indent)
          : 'unknown'
      }>>`
    default:
      return 'unknown'
  }
}

/** Few choices are told one by one; many, by the name of the shape that has all but the others. */
function choiceType(choices: readonly unknown[]): string {
  const named = SHAPES.find(
    ({ schema }) =>
      (schema.enum?.length ?? 0) > 4 &&
      (schema.enum?.length ?? 0) < choices.length &&
      schema.enum?.every((choice) => choices.includes(choice)),
  )
  if (named === undefined) return choices.map(literal).join(' | ')
  const others = choices.filter((choice) => named.schema.enum?.includes(choice) !== true)
  return [named.name, ...others.map(literal)].join(' | ')
}

/** A pattern of one digit is a choice of digits. */
function textType(pattern: string | undefined): string {
  const [, first, last] = /^\^\[(\d)-(\d)\]\$$/.exec(pattern ?? '') ?? []
  if (first === undefined || last === undefined) return 'string'
  const digits = Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) =>
    literal(String(Number(first) + at)),
  )
  return digits.join(' | ')
}

function objectType(
  schema: JsonSchema,
  indent: string,
  optionalSuffix: string,
  comments: ReadonlyMap<string, string>,
): string {
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const optional = schema.required?.includes(name) !== true
    const key = /^[a-zA-Z_]\w*$/.test(name) ? name : literal(name)
    const comment = comments.get(name)
    const type = `${typeOf(member, `${indent}  `)}${optional ? optionalSuffix : ''}`
    return [
      ...(comment === undefined ? [] : [`${indent}  /** ${comment} */`]),
      `${indent}  readonly ${key}${optional ? '?' : ''}: ${type}`,
    ]
  })
  return members.length === 0 ? '{}' : `{\n${members.join('\n')}\n${indent}}`
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : String(value)
}
