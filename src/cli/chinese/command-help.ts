import type { CommandEntry } from '../command.ts'
import { factsOf } from '../operation-command.ts'
import { operationHelp } from '../operation-help.ts'
import { OPERATION_WORDS } from '../operation-words.ts'
import { HELP_WORDS_ZH } from './help-words.ts'

/** The help of a command in Chinese; undefined where there is none. */
export async function chineseHelpOf({
  words,
  operation,
}: CommandEntry): Promise<string | undefined> {
  if (operation === undefined) {
    // The settings of a server and more are loaded with these: the help of an operation needs none.
    return (await import('./own-commands.ts')).OWN_COMMANDS_ZH[words]?.()
  }
  const facts = await factsOf(operation)
  return operationHelp(operation, facts, OPERATION_WORDS[operation], HELP_WORDS_ZH)
}
