import { parseArgs } from 'node:util'
import { CONNECTION_OPTIONS } from './connection/connection-flags.ts'
import { HELP_WORDS_EN } from './help-words.ts'
import { mistakeOfArguments } from './mistakes.ts'
import { connectionFlags } from './operation-help.ts'

/** Options of a command as `parseArgs` takes them. */
export type CallOptions = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>

/** What `--help` says of the flags that say where the server is and who signs in. */
export const CONNECTION_HELP = [
  'Where the server is, and who signs in (or keyturn configure):',
  ...connectionFlags(HELP_WORDS_EN).map(({ flag, help }) => `  ${flag}\n        ${help}`),
].join('\n')

/**
 * Flags and words of a command that calls a server.
 *
 * @throws {Mistake}
 */
export function parseCall<Options extends CallOptions>(args: readonly string[], options: Options) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...CONNECTION_OPTIONS, ...options },
      allowPositionals: true,
      strict: true,
    })
  } catch (error) {
    throw mistakeOfArguments(error)
  }
}
