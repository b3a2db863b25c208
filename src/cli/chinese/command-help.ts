import type { CommandEntry } from '../command.ts'
import { factsOf } from '../operation-command.ts'
import { operationHelp } from '../operation-help.ts'
import { OPERATION_WORDS } from '../operation-words.ts'
import { HELP_WORDS_ZH } from './help-words.ts'
import { OWN_COMMANDS_ZH } from './own-commands.ts'

/** The help of a command in Chinese; undefined where there is none. */
export async function chineseHelpOf({
  words,
  operation,
}: CommandEntry): Promise<string | undefined> {
  if (operation === undefined) return OWN_COMMANDS_ZH[words]?.()
  const facts = await factsOf(operation)
  return operationHelp(operation, facts, OPERATION_WORDS[operation], HELP_WORDS_ZH)
}
