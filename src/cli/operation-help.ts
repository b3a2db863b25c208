import { CONNECTION_FLAGS } from './connection/connection-flags.ts'
import { namesKey } from './key-names.ts'
import type { FieldKind, OperationFacts, OperationField } from './operation-field.ts'
import { flagOf, hasPages } from './operation-flags.ts'
import type { OperationWords } from './operation-words.ts'
import { OUTPUT_FORMS } from './output/print-reply.ts'

const PLACEHOLDERS: Readonly<Record<FieldKind, string>> = {
  text: 'TEXT',
  number: 'NUMBER',
  time: 'TIME',
  boolean: '',
  choice: 'WORD',
  texts: 'LIST',
  pairs: 'NAME=VALUE,…',
  pair: 'NAME=VALUE',
  map: 'NAME=VALUE,…',
  json: 'JSON',
  bytes: 'FILE',
}

/** A flag with what it takes, and what it means. */
export interface FlagHelp {
  readonly flag: string
  readonly help: string
}

/** The flags that are an operation's own. */
export function flagsOf(facts: OperationFacts, words: OperationWords): readonly FlagHelp[] {
  return facts.fields.map((field) => ({
    flag: `--${flagOf(field, words)} ${placeholderOf(field)}`.trimEnd(),
    help: helpOf(field),
  }))
}

/** The flags that say what is answered, and how. */
export function answerFlags(facts: OperationFacts): readonly FlagHelp[] {
  return [
    ...(hasPages(facts) ? [{ flag: '--all', help: 'all pages, one after the other' }] : []),
    {
      flag: `--output ${OUTPUT_FORMS.join('|')}`,
      help: 'how to print the answer; without it, a table on a terminal and JSON elsewhere',
    },
  ]
}

/** The flags of every command that calls a server. */
export function connectionFlags(): readonly FlagHelp[] {
  return Object.entries(CONNECTION_FLAGS).map(([name, { placeholder, help }]) => ({
    flag: `--${name} ${placeholder}`,
    help,
  }))
}

/** What `--help` prints for the command of an operation. */
export function operationHelp(id: string, facts: OperationFacts, words: OperationWords): string {
  const { summary, method, path, permission } = facts
  const needs = permission === undefined ? '' : ` It needs the permission ${permission}.`
  return [
    usageOf(facts, words),
    '',
    `${summary}. Calls ${id} (${method} ${path}).${needs}`,
    '',
    ...flagsOf(facts, words).map(line),
    ...answerFlags(facts).map(line),
    '',
    'Where the server is and who signs in:',
    '',
    ...connectionFlags().map(line),
  ].join('\n')
}

/** The line that says how it is called. */
export function usageOf(facts: OperationFacts, { words, operands = [] }: OperationWords): string {
  const named = operands.map((name) => {
    const isRequired = facts.fields.some((field) => field.name === name && field.required === true)
    const text = namesKey(name) ? name.replace(/_?id$/, '').toUpperCase() : name.toUpperCase()
    return isRequired ? text : `[${text}]`
  })
  return ['Usage: keyturn', words, ...named, '[FLAGS]'].join(' ')
}

function placeholderOf(field: OperationField): string {
  if (field.secret === true) return 'FILE'
  if (namesKey(field.name)) return 'KEY'
  return field.name.endsWith('_id') ? 'ID' : PLACEHOLDERS[field.kind]
}

function helpOf({ kind, name, choices, help, required, secret }: OperationField): string {
  const isTold = choices === undefined || choices.every((choice) => help.includes(choice))
  const words = isTold ? '' : `: ${choices.join(', ')}`
  const file = secret === true ? '; - for standard input' : ''
  const asked = secret === true && required === true && kind !== 'json' ? ', or typed' : ''
  const exact = name === 'plain_text' || kind === 'bytes' ? ', all of its bytes' : ''
  const mark = required === true ? ' (required)' : ''
  return `${help}${words}${file}${exact}${asked}${mark}`
}

function line({ flag, help }: FlagHelp): string {
  return `  ${flag}\n        ${help}`
}
