import type { OperationId } from '../contract/operations/index.ts'
import { CONNECTION_FLAGS, type ConnectionFlagName } from './connection/connection-flags.ts'
import type { HelpWords } from './help-words.ts'
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
export function flagsOf(
  id: OperationId,
  facts: OperationFacts,
  words: OperationWords,
  text: HelpWords,
): readonly FlagHelp[] {
  return facts.fields.map((field) => ({
    flag: `--${flagOf(field, words)} ${placeholderOf(field)}`.trimEnd(),
    help: helpOf(id, field, text),
  }))
}

/** The flags that say what is answered, and how. */
export function answerFlags(facts: OperationFacts, text: HelpWords): readonly FlagHelp[] {
  return [
    ...(hasPages(facts) ? [{ flag: '--all', help: text.allPages }] : []),
    { flag: `--output ${OUTPUT_FORMS.join('|')}`, help: text.output },
  ]
}

/** The flags of every command that calls a server. */
export function connectionFlags(text: HelpWords): readonly FlagHelp[] {
  const names = Object.keys(CONNECTION_FLAGS) as ConnectionFlagName[]
  return names.map((name) => ({
    flag: `--${name} ${CONNECTION_FLAGS[name].placeholder}`,
    help: text.connectionFlag(name),
  }))
}

/** What `--help` prints for the command of an operation. */
export function operationHelp(
  id: OperationId,
  facts: OperationFacts,
  words: OperationWords,
  text: HelpWords,
): string {
  return [
    `${text.usage}${usageOf(facts, words)}`,
    '',
    text.operation(id, facts),
    '',
    ...flagsOf(id, facts, words, text).map(line),
    ...answerFlags(facts, text).map(line),
    '',
    text.connection,
    '',
    ...connectionFlags(text).map(line),
  ].join('\n')
}

/** How it is called. */
export function usageOf(facts: OperationFacts, { words, operands = [] }: OperationWords): string {
  const named = operands.map((name) => {
    const isRequired = facts.fields.some((field) => field.name === name && field.required === true)
    const text = namesKey(name) ? name.replace(/_?id$/, '').toUpperCase() : name.toUpperCase()
    return isRequired ? text : `[${text}]`
  })
  return ['keyturn', words, ...named, '[FLAGS]'].join(' ')
}

function placeholderOf(field: OperationField): string {
  if (field.secret === true) return 'FILE'
  if (namesKey(field.name)) return 'KEY'
  return field.name.endsWith('_id') ? 'ID' : PLACEHOLDERS[field.kind]
}

/** What a member of a request means, and what it may be. */
export function meaningOf(id: OperationId, field: OperationField, text: HelpWords): string {
  const { choices, limits } = field
  const help = text.field(id, field)
  const isTold = choices === undefined || choices.every((choice) => help.includes(choice))
  return [
    help,
    limits === undefined ? '' : text.limits(limits),
    isTold ? '' : text.choices(choices),
  ].join('')
}

function helpOf(id: OperationId, field: OperationField, text: HelpWords): string {
  const { kind, name, required, secret } = field
  const meaning = meaningOf(id, field, text)
  return [
    namesKey(name) ? text.orAlias(meaning) : meaning,
    secret === true ? text.standardInput : '',
    name === 'plain_text' || kind === 'bytes' ? text.allBytes : '',
    secret === true && required === true && kind !== 'json' ? text.orTyped : '',
    required === true ? text.required : '',
  ].join('')
}

function line({ flag, help }: FlagHelp): string {
  return `  ${flag}\n        ${help}`
}
