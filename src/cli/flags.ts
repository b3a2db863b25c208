import { parseArgs } from 'node:util'
import { variableOf, variablesOfServer } from '../server/settings.ts'
import { SETTINGS } from '../server/settings-table.ts'
import { STORE_FLAGS } from '../server/store-settings.ts'
import type { CommandIo } from './command.ts'
import { Mistake, mistake, mistakeOfArguments } from './mistakes.ts'

/** A flag of a command. One without a placeholder takes no value. */
export interface Flag {
  readonly help: string
  readonly placeholder: string
  readonly required?: boolean
}

/** Flags by their names. */
export type Flags = Readonly<Record<string, Flag>>

/** What flags were given: `true` for one that takes no value. */
export type FlagValues = Readonly<Record<string, string | undefined>>

/** The flag that names the data folder, as the server has it. */
export const DATA_FLAG: Flag = {
  placeholder: 'DIR',
  help: 'data folder of the server [./keyturn-data]',
}

/** The flag by which a command has the shares of a seal, which a server is never given so. */
export const SHARES_FLAG: Flag = {
  placeholder: 'DIR',
  help: 'folder with the files of enough shares of the seal; without it the terminal asks',
}

/** Flags of every command that works on the store: those of the server, and what opens its seal. */
export const PLACE_FLAGS: Flags = {
  data: DATA_FLAG,
  ...Object.fromEntries(STORE_FLAGS.map((name) => [name, SETTINGS[name]])),
  'seal-shares-dir': SHARES_FLAG,
}

/** How the words behind a command are read. */
export interface FlagReading {
  /** Flags that say where the command works, besides its own; those of the store unless told. */
  readonly places?: Flags
  /** Name under which a word that stands without a flag is answered; without it, none may stand. */
  readonly operand?: string
}

/**
 * Values of flags. The data folder may also come from what the server is told by variables and its file.
 *
 * @throws {Mistake}
 */
export function parseFlags(
  args: readonly string[],
  own: Flags,
  { environment }: Pick<CommandIo, 'environment'>,
  { places = PLACE_FLAGS, operand }: FlagReading = {},
): FlagValues {
  const options: Record<string, { type: 'string' | 'boolean' }> = {}
  for (const [name, { placeholder }] of Object.entries({ ...own, ...places })) {
    options[name] = { type: placeholder === '' ? 'boolean' : 'string' }
  }
  const values: Record<string, string | undefined> = {}
  try {
    const allowPositionals = operand !== undefined
    const parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals })
    const [word, ...more] = parsed.positionals
    if (more.length > 0) throw mistake('too-many-arguments', {})
    for (const [name, value] of Object.entries(parsed.values)) values[name] = String(value)
    if (operand !== undefined) values[operand] = word
  } catch (error) {
    throw error instanceof Mistake ? error : mistakeOfArguments(error)
  }
  for (const [name, { required }] of Object.entries(own)) {
    if (required === true && (values[name] ?? '') === '')
      throw mistake('flag-missing', { flag: name })
  }
  const data = values['data'] ?? variablesOfServer(environment)[variableOf('data')]
  return { ...values, data: data ?? './keyturn-data' }
}

/** What `--help` prints for a command with these flags. */
export function flagsHelp(words: string, about: string, own: Flags, places = PLACE_FLAGS): string {
  const lines = Object.entries({ ...own, ...places }).map(
    ([name, { placeholder, help, required }]) => {
      const mark = required === true ? ' (required)' : ''
      return `${`  --${name} ${placeholder}`.trimEnd()}\n        ${help}${mark}`
    },
  )
  return `Usage: keyturn ${words} [FLAGS]\n\n${about}\n\n${lines.join('\n')}`
}
