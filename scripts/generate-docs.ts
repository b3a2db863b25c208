// Writes docs/operations.md, faults.md, settings.md, openapi.json and the types of the client from the tables; with
// --check only says whether the files are what the tables say.
import { readFileSync, writeFileSync } from 'node:fs'
import type { Fields } from '../src/contract/field.ts'
import { openApiDocument } from '../src/contract/openapi.ts'
import type { Access, OperationRow } from '../src/contract/operation.ts'
import { OPERATIONS } from '../src/contract/operations/index.ts'
import { WIRE_ERRORS, wireErrorOf } from '../src/contract/wire-errors/index.ts'
import type { FaultKind } from '../src/core/fault.ts'
import { variableOf } from '../src/server/settings.ts'
import { SETTINGS, type SettingRow } from '../src/server/settings-table.ts'
import { version } from '../src/server/version.ts'
import { clientFiles } from './client-files.ts'
import { commandFiles } from './command-files.ts'

const PAGES: Readonly<Record<string, string>> = {
  'docs/operations.md': operationsPage(),
  'docs/faults.md': faultsPage(),
  'docs/settings.md': settingsPage(),
  'docs/openapi.json': `${JSON.stringify(openApiDocument({ version }), undefined, 2)}\n`,
  ...clientFiles(),
  ...commandFiles(),
}

const isCheck = process.argv.includes('--check')
for (const [file, text] of Object.entries(PAGES)) {
  if (!isCheck) writeFileSync(file, text)
  else if (currentText(file) !== text) {
    console.error(`${file} is not what the tables say: run npm run docs`)
    process.exitCode = 1
  }
}

function currentText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function operationsPage(): string {
  const rows: readonly OperationRow[] = Object.values(OPERATIONS)
  const parts = [
    '# Operations',
    '',
    'Made from the table in `src/contract/operations/`; not edited by hand. A field marked `?` may be',
    'left out. Every operation may also be answered with the faults that any request may meet; see',
    '[faults](faults.md).',
  ]
  const titles = {
    kms: 'Key management',
    keyturn: "Keyturn's own",
    identity: 'Identity: what clients need to sign in',
  } as const
  for (const [api, title] of Object.entries(titles)) {
    parts.push('', `## ${title}`)
    for (const row of rows.filter((candidate) => candidate.api === api)) {
      parts.push(
        '',
        `### ${row.id}`,
        '',
        `${row.summary}.`,
        '',
        `- \`${row.method} ${row.path}\``,
        `- who: ${accessText(row.access)}`,
        ...fieldsLine('query', row.query),
        ...fieldsLine('request headers', row.requestHeaders),
        ...fieldsLine('request', row.request),
        `- answer: ${row.status}${fieldNames(row.response)}`,
        ...fieldsLine('reply headers', row.headers),
        ...(row.faults.length === 0
          ? []
          : [`- faults: ${row.faults.map((kind) => `\`${kind}\` (${codeOf(kind)})`).join(', ')}`]),
        `- source: ${row.source}`,
      )
    }
  }
  return `${parts.join('\n')}\n`
}

function accessText(access: Access): string {
  switch (access.kind) {
    case 'anyone':
      return 'anybody'
    case 'signedIn':
      return 'whoever is signed in'
    case 'permission':
    case 'permissionInHandler':
      return access.grant === undefined
        ? `\`${access.permission}\``
        : `\`${access.permission}\`, or a grant for \`${access.grant}\``
    default:
      throw access satisfies never
  }
}

function fieldsLine(label: string, fields: Fields): readonly string[] {
  const names = fieldNames(fields)
  return names === '' ? [] : [`- ${label}:${names}`]
}

function fieldNames(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, { optional }]) => ` \`${name}\`${optional ? '?' : ''}`)
    .join(',')
}

function codeOf(kind: FaultKind): string {
  return wireErrorOf(kind).code
}

function faultsPage(): string {
  const kinds = Object.keys(WIRE_ERRORS) as readonly FaultKind[]
  const rows = kinds.map((kind) => {
    const { status, code, flatCode, en, zh } = wireErrorOf(kind)
    const codes = flatCode === undefined ? code : `${code} (flat: ${flatCode})`
    return `| ${status} | ${codes} | \`${kind}\` | ${en} | ${zh} |`
  })
  return [
    '# Faults',
    '',
    'Made from the table in `src/contract/wire-errors/`; not edited by hand. The body has a nested and',
    'a flat form of the same: `{"error":{"error_code","error_msg"},"error_code","error_msg","request_id"}`.',
    'The identity API answers `{"error":{"code","message","title"}}` with the status as code.',
    '',
    '| status | code | fault | English | 中文 |',
    '| ---: | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

function settingsPage(): string {
  const rows = Object.entries(SETTINGS).map(([name, row]: readonly [string, SettingRow]) => {
    const choices = row.type === 'choice' ? `: ${row.choices.join(', ')}` : ''
    const bounds = row.type === 'integer' ? `, ${row.min} to ${row.max}` : ''
    const preset = row.default === undefined ? '' : `\`${row.default}\``
    return `| \`--${name}\` | \`${variableOf(name)}\` | ${row.type}${bounds}${choices} | ${preset} | ${row.help} |`
  })
  return [
    '# Settings',
    '',
    'Made from the table in `src/server/settings-table.ts`; not edited by hand. A flag weighs more than',
    'a variable, a variable more than the file that `--config` or `KEYTURN_CONFIG` names (TOML, or JSON',
    'by its ending), which has the names without dashes in front. Unknown settings are errors.',
    '',
    '| flag | variable | kind | default | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
