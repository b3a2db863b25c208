import { parseArgs } from 'node:util'
import type { CommandIo } from './command.ts'
import { CONNECTION_OPTIONS, type ConnectionFlags } from './connection/connection-flags.ts'
import { fieldValue, secretValue } from './field-values.ts'
import { mistake, mistakeOfArguments } from './mistakes.ts'
import type { OperationFacts, OperationField } from './operation-field.ts'
import type { OperationWords } from './operation-words.ts'

/** What an operation's command was called with. */
export interface OperationCall {
  readonly connection: ConnectionFlags
  readonly output: string | undefined
  /** Whether all pages are wanted. */
  readonly isAll: boolean
  /** Members of the request. */
  readonly members: Readonly<Record<string, unknown>>
}

/** The flag of a member of a request, without dashes in front. */
export function flagOf({ name, secret }: OperationField, { flags }: OperationWords): string {
  const flag = flags?.[name] ?? name.replace(/^x-/, '').replaceAll('_', '-')
  return secret === true ? `${flag}-file` : flag
}

/** Whether an operation answers page by page. */
export function hasPages({ fields }: OperationFacts): boolean {
  return fields.some(({ name }) => name === 'marker' || name === 'offset')
}

/**
 * Reads the arguments of an operation's command.
 *
 * @throws {Mistake} for arguments that will not do
 */
export async function readCall(
  facts: OperationFacts,
  words: OperationWords,
  args: readonly string[],
  io: CommandIo,
): Promise<OperationCall> {
  const { values, positionals } = parse(facts, words, args)
  const given = withOperands(facts, words, values, positionals)
  const members: Record<string, unknown> = { ...facts.fixed }
  for (const field of facts.fields) {
    const flag = flagOf(field, words)
    const value = given.get(field.name)
    if (value === undefined && (field.required !== true || words.signsIn === true)) continue
    if (field.secret === true) {
      members[field.name] = await secretValue(field, flag, textOrNothing(value), io)
    } else if (typeof value === 'string') members[field.name] = fieldValue(field, flag, value)
    else if (value === undefined) throw mistake('flag-missing', { flag })
    else members[field.name] = value
  }
  return {
    connection: values as ConnectionFlags, // its names are among the options, each for text
    output: textOrNothing(values['output']),
    isAll: values['all'] === true,
    members,
  }
}

type Values = Readonly<Record<string, string | boolean | undefined>>

function parse(
  facts: OperationFacts,
  words: OperationWords,
  args: readonly string[],
): { readonly values: Values; readonly positionals: readonly string[] } {
  const options: Record<string, { type: 'string' | 'boolean' }> = {
    ...CONNECTION_OPTIONS,
    output: { type: 'string' },
  }
  if (hasPages(facts)) options['all'] = { type: 'boolean' }
  for (const field of facts.fields) {
    options[flagOf(field, words)] = { type: field.kind === 'boolean' ? 'boolean' : 'string' }
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true })
  } catch (error) {
    const found = mistakeOfArguments(error)
    if (found.is('flag-unknown')) {
      const flag = found.facts.option.replace(/^-+/, '')
      if (Object.hasOwn(options, `${flag}-file`)) throw mistake('secret-as-argument', { flag })
    }
    throw found
  }
}

/** Values by the names of members: from flags, and what stands without one in the place of the others. */
function withOperands(
  { fields }: OperationFacts,
  words: OperationWords,
  values: Values,
  positionals: readonly string[],
): ReadonlyMap<string, string | boolean> {
  const given = new Map<string, string | boolean>()
  for (const field of fields) {
    const value = values[flagOf(field, words)]
    if (value !== undefined) given.set(field.name, value)
  }
  const open = (words.operands ?? []).filter((name) => !given.has(name))
  for (const [at, value] of positionals.entries()) {
    const name = open[at]
    // What stands there too much may be a secret: it is not repeated.
    if (name === undefined) throw mistake('too-many-arguments', {})
    given.set(name, value)
  }
  return given
}

function textOrNothing(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
