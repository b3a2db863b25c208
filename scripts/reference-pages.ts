import { readFileSync } from 'node:fs'
import { SETTINGS_ZH } from '../src/cli/chinese/settings.ts'
import type { OperationField } from '../src/cli/operation-field.ts'
import { meaningOf } from '../src/cli/operation-help.ts'
import type { Fields } from '../src/contract/field.ts'
import { type JsonSchema, jsonSchema } from '../src/contract/json-schema.ts'
import type { Access, OperationRow } from '../src/contract/operation.ts'
import { OPERATIONS, type OperationId } from '../src/contract/operations/index.ts'
import { WIRE_ERRORS, wireErrorOf } from '../src/contract/wire-errors/index.ts'
import type { FaultKind } from '../src/core/fault.ts'
import { SUMMARIES_ZH } from '../src/reference/summaries-zh.ts'
import { variableOf } from '../src/server/settings.ts'
import { SETTINGS, type SettingName, type SettingRow } from '../src/server/settings-table.ts'
import { factsOf } from './command-files.ts'
import { EN, type Words, ZH } from './reference-words.ts'

/** The pages of reference that are made from the tables, by their files, in both languages. */
export function referencePages(): Readonly<Record<string, string>> {
  return {
    'docs/operations.md': operationsPage(EN),
    'docs/operations.zh.md': operationsPage(ZH),
    'docs/faults.md': faultsPage(EN),
    'docs/faults.zh.md': faultsPage(ZH),
    'docs/settings.md': settingsPage(EN),
    'docs/settings.zh.md': settingsPage(ZH),
    'docs/compatibility.zh.md': compatibilityPage(),
  }
}

function operationsPage(words: Words): string {
  const rows: readonly OperationRow[] = Object.values(OPERATIONS)
  const parts = [...words.operations]
  for (const [api, title] of Object.entries(words.apis)) {
    parts.push('', `## ${title}`)
    for (const row of rows.filter((candidate) => candidate.api === api)) {
      const summary = words.language === 'zh' ? SUMMARIES_ZH[row.id] : undefined
      parts.push(
        '',
        `### ${row.id}`,
        '',
        `${summary ?? row.summary}${words.stop}`,
        '',
        `- \`${row.method} ${row.path}\``,
        `- ${words.who}${accessText(row.access, words)}`,
        `- ${words.answer}${row.status}${fieldNames(row.response)}`,
        ...fieldsLine(words.replyHeaders, row.headers),
        ...(row.faults.length === 0
          ? []
          : [
              `- ${words.faults}${row.faults.map((kind) => `\`${kind}\` (${codeOf(kind)})`).join(', ')}`,
            ]),
        `- ${words.source}${row.source}`,
        ...fieldTable(row, words),
      )
    }
  }
  return `${parts.join('\n')}\n`
}

/** Members of a request: where each stands, of which type of JSON it is, and what it means. */
function fieldTable(row: OperationRow, words: Words): readonly string[] {
  const { pathFields, query, requestHeaders, request } = row
  const places = { path: pathFields, query, header: requestHeaders, body: request }
  const { fields, fixed = {} } = factsOf(row)
  const meanings = new Map([
    ...fields.map((field) => [field.name, fieldMeaning(row.id, field, words)] as const),
    ...Object.entries(fixed).map(([name, value]) => [name, words.always(value)] as const),
  ])
  const lines = Object.entries(places).flatMap(([place, members]) =>
    Object.entries(members).map(([name, { optional, schema }]) => {
      const where = words.places[place as keyof typeof places]
      const type = typeOf(jsonSchema(schema))
      return `| \`${name}\`${optional ? '?' : ''} | ${where} | ${type} | ${meanings.get(name) ?? ''} |`
    }),
  )
  return lines.length === 0 ? [] : ['', ...words.fieldHead, ...lines]
}

function fieldMeaning(id: string, field: OperationField, words: Words): string {
  // Rows bear the ids that the table has.
  const meaning = meaningOf(id as OperationId, field, words.help)
  return field.kind === 'bytes' ? `${meaning}${words.base64}` : meaning
}

function typeOf({ type, anyOf = [], enum: choices = [] }: JsonSchema): string {
  if (type !== undefined) return type
  const types = anyOf.length > 0 ? anyOf.map(typeOf) : choices.map((choice) => typeof choice)
  return [...new Set(types)].join(', ')
}

function accessText(access: Access, words: Words): string {
  switch (access.kind) {
    case 'anyone':
      return words.anybody
    case 'signedIn':
      return words.signedIn
    case 'permission':
    case 'permissionInHandler':
      return access.grant === undefined
        ? `\`${access.permission}\``
        : `\`${access.permission}\`${words.orGrant(access.grant)}`
    default:
      throw access satisfies never
  }
}

function fieldsLine(label: string, fields: Fields): readonly string[] {
  const names = fieldNames(fields)
  return names === '' ? [] : [`- ${label}${names.slice(1)}`]
}

function fieldNames(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, { optional }]) => ` \`${name}\`${optional ? '?' : ''}`)
    .join(',')
}

function codeOf(kind: FaultKind): string {
  return wireErrorOf(kind).code
}

function faultsPage(words: Words): string {
  const kinds = Object.keys(WIRE_ERRORS) as readonly FaultKind[]
  const rows = kinds.map((kind) => {
    const { status, code, flatCode, en, zh } = wireErrorOf(kind)
    const codes = flatCode === undefined ? code : `${code} (flat: ${flatCode})`
    const sentences = words.language === 'zh' ? [zh, en] : [en, zh]
    return `| ${status} | ${codes} | \`${kind}\` | ${sentences.join(' | ')} |`
  })
  return [...words.faultsPage, ...rows, ''].join('\n')
}

function settingsPage(words: Words): string {
  const names = Object.keys(SETTINGS) as SettingName[] // its own keys
  const rows = names.map((name) => {
    const row: SettingRow = SETTINGS[name]
    const choices = row.type === 'choice' ? `: ${row.choices.join(', ')}` : ''
    const bounds = row.type === 'integer' ? `, ${words.range(row.min, row.max)}` : ''
    const preset = row.default === undefined ? '' : `\`${row.default}\``
    const help = words.language === 'zh' ? SETTINGS_ZH[name] : row.help
    const kind = `${words.kinds[row.type] ?? row.type}${bounds}${choices}`
    return `| \`--${name}\`<br>\`${variableOf(name)}\` | ${kind} | ${preset} | ${help} |`
  })
  return [...words.settings, ...rows, ''].join('\n')
}

/** The Chinese page of what `npm run test:clients` found: its tables, in other words. */
function compatibilityPage(): string {
  const english = readFileSync('docs/compatibility.md', 'utf8').split('\n')
  const clients = english.filter((line) => line.startsWith('- **'))
  const table = english.filter((line) => line.startsWith('|'))
  return [
    '# 兼容性',
    '',
    '`npm run test:clients` 的结果：每个客户端调用各接口的次数，以及其中与测试预期一致的次数。由该命令生成，请勿手工修改。',
    '',
    ...clients,
    '',
    ...table.map((line) => line.replace('| Operation |', '| 接口 |')),
    '',
    '单元格为“符合预期/调用次数”；空白表示该客户端没有这个接口，或测试没有调用它。',
    '',
  ].join('\n')
}
