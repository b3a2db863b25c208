// The files of src/cli/operation-fields/, made from the table: commands start without loading the table itself.

import type {
  FieldKind,
  FieldLimits,
  OperationFacts,
  OperationField,
} from '../src/cli/operation-field.ts'
import type { AnyField, Fields } from '../src/contract/field.ts'
import { type JsonSchema, jsonSchema, limitNotes } from '../src/contract/json-schema.ts'
import type { OperationRow } from '../src/contract/operation.ts'
import { SUBJECTS, type Subject } from '../src/contract/subjects.ts'
import { commentsOf } from './field-comments.ts'
import { FIELD_HELP } from './field-help.ts'

const FOLDER = 'src/cli/operation-fields'
const NOTICE =
  '// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.'
/** Pattern of a time on the wire. */
const TIME_PATTERN = '^[0-9]{1,16}$'
const BASE64_PATTERN = '^[0-9a-zA-Z+/]*={0,2}$'

/** Text of every file that is made, by its name. */
export function commandFiles(): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(
      SUBJECTS.map((subject) => [`${FOLDER}/${subject.id}.ts`, subjectFile(subject)]),
    ),
    [`${FOLDER}/index.ts`]: indexFile(),
  }
}

/** What a command is to know of an operation. */
export function factsOf(row: OperationRow): OperationFacts {
  const all: Fields = { ...row.pathFields, ...row.query, ...row.requestHeaders, ...row.request }
  const comments = commentsOf(row.id, 'request')
  const fields: OperationField[] = []
  const fixed: Record<string, string> = {}
  for (const [name, member] of Object.entries(all)) {
    const schema = jsonSchema(member.schema)
    if (schema.const === undefined) fields.push(fieldOf(row, name, member, schema, comments))
    else fixed[name] = String(schema.const)
  }
  return {
    summary: row.summary,
    method: row.method,
    path: row.path,
    ...('permission' in row.access ? { permission: row.access.permission } : {}),
    fields,
    ...(Object.keys(fixed).length === 0 ? {} : { fixed }),
  }
}

function fieldOf(
  row: OperationRow,
  name: string,
  member: AnyField,
  schema: JsonSchema,
  comments: ReadonlyMap<string, string>,
): OperationField {
  const comment = comments.get(name)
  const help = comment ?? FIELD_HELP[name]
  if (help === undefined) {
    throw new Error(
      `${row.id}: nothing says what ${name} is: a comment over it, or scripts/field-help.ts`,
    )
  }
  const { description } = limitNotes(name, member)
  const limits = limitsOf(description ?? '')
  const isSecret = member.secret === true
  const choices = choicesOf(schema)
  const sentence = lowerFirst(help.replaceAll('`', '').replace(/\.$/, ''))
  return {
    name,
    kind: kindOf(name, schema, isSecret),
    ...(member.optional ? {} : { required: true }),
    ...(isSecret ? { secret: true } : {}),
    ...(choices === undefined ? {} : { choices }),
    ...(limits === undefined ? {} : { limits }),
    help: sentence,
  }
}

/** What a refusal says a number must be. */
function limitsOf(refusal: string): FieldLimits | undefined {
  const found = /(?:must be|must wait) .*?(\d+) to (\d+)(?: (bits|bytes|days))?\.$/.exec(refusal)
  if (found === null) return undefined
  const [, min, max, unit] = found
  return {
    min: Number(min),
    max: Number(max),
    // One of those that the pattern has.
    ...(unit === undefined ? {} : { unit: unit as 'bits' | 'bytes' | 'days' }),
  }
}

function kindOf(name: string, schema: JsonSchema, isSecret: boolean): FieldKind {
  if (schema.enum !== undefined) return 'choice'
  if (schema.anyOf !== undefined) {
    if (name.endsWith('_time')) return 'time'
    return schema.anyOf.some(({ type }) => type === 'object') ? 'map' : 'text'
  }
  switch (schema.type) {
    case 'string':
      if (schema.pattern === TIME_PATTERN) return 'time'
      return isSecret && schema.pattern === BASE64_PATTERN ? 'bytes' : 'text'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'array':
      if (schema.items?.type === 'string' || schema.items?.enum !== undefined) return 'texts'
      return isPair(schema.items) ? 'pairs' : 'json'
    case 'object':
      return isPair(schema) ? 'pair' : 'json'
    default:
      throw new Error(`${name}: no flag can hold ${JSON.stringify(schema)}`)
  }
}

function isPair(schema: JsonSchema | undefined): boolean {
  return Object.keys(schema?.properties ?? {}).join() === 'key,value'
}

/** Text and number of the same are one choice. */
function choicesOf(schema: JsonSchema): readonly string[] | undefined {
  const choices = schema.enum ?? (schema.type === 'array' ? schema.items?.enum : undefined)
  return choices && [...new Set(choices.map(String))]
}

function subjectFile({ rows }: Subject): string {
  const entries = Object.values(rows).map((row) => {
    const { fields, ...rest } = factsOf(row)
    const lines = fields.map((field) => `      ${source(field)},`)
    const list = lines.length === 0 ? '[]' : `[\n${lines.join('\n')}\n    ]`
    const facts = Object.entries(rest).map(([name, value]) => `    ${name}: ${source(value)},`)
    return `  ${row.id}: {\n${facts.join('\n')}\n    fields: ${list},\n  },`
  })
  return [
    NOTICE,
    "import type { OperationFacts } from '../operation-field.ts'",
    '',
    '/** Operations by their ids. */',
    'export const FACTS: Readonly<Record<string, OperationFacts>> = {',
    ...entries,
    '}',
    '',
  ].join('\n')
}

function indexFile(): string {
  const loaders = SUBJECTS.map(
    ({ id }) => `const ${variableOf(id)} = async () => (await import('./${id}.ts')).FACTS`,
  )
  const rows = SUBJECTS.flatMap((subject) =>
    Object.values(subject.rows).map(
      ({ id, summary }) =>
        `  ${id}: { summary: ${source(summary)}, load: ${variableOf(subject.id)} },`,
    ),
  )
  return [
    NOTICE,
    "import type { OperationId } from '../../contract/operations/index.ts'",
    "import type { OperationFacts } from '../operation-field.ts'",
    '',
    '/** What the list of commands knows of an operation, and how the rest is loaded. */',
    'export interface OperationEntry {',
    '  readonly summary: string',
    '  readonly load: () => Promise<Readonly<Record<string, OperationFacts>>>',
    '}',
    '',
    ...loaders,
    '',
    '/** Every operation. */',
    'export const OPERATION_ENTRIES: Readonly<Record<OperationId, OperationEntry>> = {',
    ...rows,
    '}',
    '',
  ].join('\n')
}

function variableOf(id: string): string {
  return `load${id
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`
}

/** A value as TypeScript writes it. */
function source(value: unknown): string {
  if (typeof value === 'string') {
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
  }
  if (Array.isArray(value)) return `[${value.map(source).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(
    ([name, member]) => `${propertyName(name)}: ${source(member)}`,
  )
  return `{ ${members.join(', ')} }`
}

function propertyName(name: string): string {
  return /^[a-zA-Z_]\w*$/.test(name) ? name : source(name)
}

function lowerFirst(text: string): string {
  return /^[A-Z](?:[a-z]| [a-z])/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}
