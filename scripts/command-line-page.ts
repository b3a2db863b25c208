import { COMMANDS } from '../src/cli/command-list.ts'
import { CONNECTION_FLAGS } from '../src/cli/connection/connection-flags.ts'
import { VARIABLES } from '../src/cli/connection/sources.ts'
import { factsOf } from '../src/cli/operation-command.ts'
import { answerFlags, type FlagHelp, flagsOf, usageOf } from '../src/cli/operation-help.ts'
import { NOUNS, OPERATION_WORDS, type OperationWords } from '../src/cli/operation-words.ts'
import type { OperationId } from '../src/contract/operations/index.ts'
import { SUMMARIES_ZH } from '../src/reference/summaries-zh.ts'
import { COMMAND_LINE_EN, COMMAND_LINE_ZH, type CommandLineWords } from './command-line-words.ts'

/** The pages of the command line, by their files, in both languages. */
export async function commandLinePages(): Promise<Readonly<Record<string, string>>> {
  return {
    'docs/command-line.md': await page(COMMAND_LINE_EN),
    'docs/command-line.zh.md': await page(COMMAND_LINE_ZH),
  }
}

async function page(words: CommandLineWords): Promise<string> {
  const parts = [...words.intro, '', ...variablesTable(words), '', ...words.connection, '']
  parts.push(...flagTable(connectionFlags(), words), '', ...words.own, '')
  for (const { words: command, summary, operation } of COMMANDS) {
    if (operation === undefined) {
      parts.push(`- \`keyturn ${command}\`${words.colon}${words.ownCommands?.[command] ?? summary}`)
    }
  }
  for (const [noun, about] of Object.entries(NOUNS)) {
    parts.push('', `## ${noun}`, '', `${words.nouns?.[noun] ?? upperFirst(about)}${words.stop}`)
    for (const { words: command, operation } of COMMANDS) {
      if (operation === undefined || !command.startsWith(`${noun} `)) continue
      parts.push('', ...(await commandPart(operation, command, words)))
    }
  }
  return `${parts.join('\n')}\n`
}

async function commandPart(
  id: OperationId,
  command: string,
  words: CommandLineWords,
): Promise<readonly string[]> {
  const facts = await factsOf(id)
  const row: OperationWords = OPERATION_WORDS[id]
  const summary = words.language === 'zh' ? (SUMMARIES_ZH[id] ?? facts.summary) : facts.summary
  const pages = answerFlags(facts).filter(({ flag }) => flag === '--all')
  const flags = [...flagsOf(facts, row), ...pages]
  return [
    `### ${command}`,
    '',
    `${summary}${words.stop} ${words.calls}[${id}](${words.operations}#${id.toLowerCase()})${words.stop}`,
    '',
    `\`${usageOf(facts, row).replace('Usage: ', '')}\``,
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

function connectionFlags(): readonly FlagHelp[] {
  return Object.entries(CONNECTION_FLAGS).map(([name, { placeholder, help }]) => ({
    flag: `--${name} ${placeholder}`,
    help,
  }))
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
