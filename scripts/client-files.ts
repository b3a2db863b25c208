// The files of src/client/operations/, made from the table.
import type { Fields } from '../src/contract/field.ts'
import type { OperationRow } from '../src/contract/operation.ts'
import { OPERATIONS } from '../src/contract/operations/index.ts'
import { possibleFaults } from '../src/contract/possible-faults.ts'
import { SUBJECTS, type Subject } from '../src/contract/subjects.ts'
import { wireErrorOf } from '../src/contract/wire-errors/index.ts'
import { interfaceOf, NAMED_TYPES, namesIn } from './client-types.ts'
import { commentsOf } from './field-comments.ts'

const FOLDER = 'src/client/operations'
const NOTICE =
  '// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.'

/** Text of every file that is made, by its name. */
export function clientFiles(): Readonly<Record<string, string>> {
  return {
    [`${FOLDER}/shapes.ts`]: `${NOTICE}\n\n${NAMED_TYPES.map(({ text }) => text).join('\n\n')}\n`,
    ...Object.fromEntries(
      SUBJECTS.map((subject) => [`${FOLDER}/${subject.id}.ts`, subjectFile(subject)]),
    ),
    [`${FOLDER}/index.ts`]: indexFile(),
    [`${FOLDER}/call-table.ts`]: callTable(),
  }
}

function subjectFile(subject: Subject): string {
  const rows = Object.values(subject.rows)
  const declarations = rows.flatMap((row) => [...requestOf(row), ...replyOf(row)])
  const methods = rows.map(
    (row) => `${methodDocs(row)}\n  readonly ${methodOf(row)}: ${callType(row)}`,
  )
  const body = [
    ...declarations,
    `/** Operations on: ${subject.en}. */\nexport interface ${interfaceName(subject)} {\n${methods.join('\n')}\n}`,
  ].join('\n\n')
  const calls = [...new Set(rows.map(callKind))].sort()
  const names = namesIn(body)
  return [
    NOTICE,
    `import type { ${calls.join(', ')} } from '../call.ts'`,
    ...(names.length === 0
      ? []
      : [`import type { ${[...names].sort().join(', ')} } from './shapes.ts'`]),
    '',
    body,
    '',
  ].join('\n')
}

function indexFile(): string {
  const names = SUBJECTS.map((subject) => [interfaceName(subject), subject.id] as const)
  return [
    NOTICE,
    ...names.map(([name, file]) => `import type { ${name} } from './${file}.ts'`),
    '',
    "export type * from './shapes.ts'",
    ...names.map(([, file]) => `export type * from './${file}.ts'`),
    '',
    '/** Every operation, by the name of its method. */',
    'export interface Operations',
    `  extends ${names.map(([name]) => name).join(',\n    ')} {}`,
    '',
  ].join('\n')
}

function callTable(): string {
  const rows: readonly OperationRow[] = Object.values(OPERATIONS)
  return [
    NOTICE,
    "import type { CallRow } from '../call.ts'",
    "import type { Operations } from './index.ts'",
    '',
    '/** How each operation travels: what is left out is in the body, answered in the body, and so on. */',
    'export const CALLS: { readonly [Name in keyof Operations]: CallRow } = {',
    ...rows.map((row) => `  ${methodOf(row)}: ${callRow(row)},`),
    '}',
    '',
  ].join('\n')
}

function callRow(row: OperationRow): string {
  const list = (fields: Fields) =>
    `[${Object.keys(fields)
      .map((name) => `'${name}'`)
      .join(', ')}]`
  const has = (fields: Fields) => Object.keys(fields).length > 0
  const members = [
    `method: '${row.method}'`,
    `path: '${row.path}'`,
    ...(has(row.query) ? [`query: ${list(row.query)}`] : []),
    ...(has(row.requestHeaders) ? [`headers: ${list(row.requestHeaders)}`] : []),
    ...(has(row.request) ? ['body: true'] : []),
    ...(has(row.headers) ? [`replyHeaders: ${list(row.headers)}`] : []),
    ...(row.access.kind === 'anyone' ? ['open: true'] : []),
    ...(row.repeatable ? ['repeatable: true'] : []),
  ]
  return `{ ${members.join(', ')} }`
}

function requestOf(row: OperationRow): readonly string[] {
  const fields = requestFields(row)
  if (Object.keys(fields).length === 0) return []
  return [
    interfaceOf(
      `${row.id}Request`,
      [`What \`${methodOf(row)}\` takes.`],
      fields,
      'request',
      commentsOf(row.id, 'request'),
    ),
  ]
}

function replyOf(row: OperationRow): readonly string[] {
  const fields = { ...row.headers, ...row.response }
  if (Object.keys(fields).length === 0) return []
  return [
    interfaceOf(
      `${row.id}Reply`,
      [`What \`${methodOf(row)}\` answers.`],
      fields,
      'reply',
      commentsOf(row.id, 'answer'),
    ),
  ]
}

function requestFields(row: OperationRow): Fields {
  return { ...row.pathFields, ...row.query, ...row.requestHeaders, ...row.request }
}

function callKind(row: OperationRow): 'Call' | 'OptionalCall' {
  return Object.values(requestFields(row)).some(({ optional }) => !optional)
    ? 'Call'
    : 'OptionalCall'
}

function callType(row: OperationRow): string {
  const request =
    Object.keys(requestFields(row)).length === 0
      ? 'Readonly<Record<never, never>>'
      : `${row.id}Request`
  const hasReply = Object.keys({ ...row.headers, ...row.response }).length > 0
  return `${callKind(row)}<${request}, ${hasReply ? `${row.id}Reply` : 'Readonly<Record<never, never>>'}>`
}

function methodDocs(row: OperationRow): string {
  const lines = possibleFaults(row).flatMap(({ kind, common, facts }) => {
    const { status, code, en } = wireErrorOf(kind)
    const sentence = en.replace(/\{(\w+)\}/g, (braced, name: string) =>
      String(facts[name] ?? braced),
    )
    return common ? [] : [`   * - ${status} ${code}: ${sentence}`]
  })
  return [
    '  /**',
    `   * ${row.summary}.`,
    ...(lines.length === 0 ? [] : ['   *', '   * Refused with:', ...[...new Set(lines)]]),
    '   */',
  ].join('\n')
}

function methodOf({ id }: OperationRow): string {
  return id.charAt(0).toLowerCase() + id.slice(1)
}

function interfaceName({ id }: Subject): string {
  const words = id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return `${words.join('')}Operations`
}
