import { HELP_WORDS_ZH } from '../src/cli/chinese/help-words.ts'
import type { CommandEntry } from '../src/cli/command.ts'
import { COMMANDS } from '../src/cli/command-list.ts'
import { VARIABLES } from '../src/cli/connection/sources.ts'
import { HELP_WORDS_EN, type HelpWords } from '../src/cli/help-words.ts'
import {
  answerFlags,
  connectionFlags,
  type FlagHelp,
  flagsOf,
  usageOf,
} from '../src/cli/operation-help.ts'
import {
  NOUNS,
  type Noun,
  OPERATION_WORDS,
  type OperationWords,
} from '../src/cli/operation-words.ts'
import { OPERATIONS, type OperationId } from '../src/contract/operations/index.ts'
import { factsOf } from './command-files.ts'
import { COMMAND_LINE_EN, COMMAND_LINE_ZH, type CommandLineWords } from './command-line-words.ts'

/** The pages of the command line, by their files, in both languages. */
export function commandLinePages(): Readonly<Record<string, string>> {
  return {
    'docs/command-line.md': page(COMMAND_LINE_EN, HELP_WORDS_EN),
    'docs/command-line.zh.md': page(COMMAND_LINE_ZH, HELP_WORDS_ZH),
  }
}

function page(words: CommandLineWords, help: HelpWords): string {
  const parts = [...words.intro, '', ...variablesTable(words), '', ...words.connection, '']
  parts.push(...flagTable(connectionFlags(help), words), '', ...words.own, '')
  for (const entry of COMMANDS) {
    if (entry.operation === undefined) {
      parts.push(`- \`keyturn ${entry.words}\`${words.colon}${help.summary(entry)}`)
    }
  }
  for (const noun of Object.keys(NOUNS) as Noun[]) {
    parts.push('', `## ${noun}`, '', `${upperFirst(help.noun(noun))}${words.stop}`)
    for (const entry of COMMANDS) {
      const { operation } = entry
      if (operation === undefined || !entry.words.startsWith(`${noun} `)) continue
      parts.push('', ...commandPart(operation, entry, words, help))
    }
  }
  return `${parts.join('\n')}\n`
}

function commandPart(
  id: OperationId,
  entry: CommandEntry,
  words: CommandLineWords,
  help: HelpWords,
): readonly string[] {
  const facts = factsOf(OPERATIONS[id])
  const row: OperationWords = OPERATION_WORDS[id]
  const pages = answerFlags(facts, help).filter(({ flag }) => flag === '--all')
  const flags = [...flagsOf(id, facts, row, help), ...pages]
  return [
    `### ${entry.words}`,
    '',
    `${upperFirst(help.summary(entry))}${words.stop}${words.calls}[${id}](${words.operations}#${id.toLowerCase()})${words.stop}`,
    '',
    `\`${usageOf(facts, row)}\``,
    ...(flags.length === 0 ? [] : ['', ...flagTable(flags, words)]),
  ]
}

function flagTable(flags: readonly FlagHelp[], { flagHead }: CommandLineWords): readonly string[] {
  return [
    ...flagHead,
    ...flags.map(
      ({ flag, help }) => `| \`${flag.replaceAll('|', '\\|')}\` | ${help.replaceAll('|', '\\|')} |`,
    ),
  ]
}

function variablesTable({ variables, variableHead }: CommandLineWords): readonly string[] {
  return [
    ...variableHead,
    ...Object.entries(VARIABLES).map(
      ([what, names]) =>
        `| ${variables[what as keyof typeof VARIABLES]} | ${names.map((name) => `\`${name}\``).join(', ')} |`,
    ),
  ]
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
