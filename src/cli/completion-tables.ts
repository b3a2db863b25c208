import { SETTINGS, type SettingRow } from '../server/settings-table.ts'
import type { CommandEntry } from './command.ts'
import { helpOf } from './command-help.ts'
import { type HelpWords, helpWordsIn } from './help-words.ts'
import type { Language } from './language.ts'
import { factsOf } from './operation-command.ts'
import { flagOf } from './operation-flags.ts'
import { isNoun, OPERATION_WORDS, type OperationWords } from './operation-words.ts'

/** A flag, as a shell completes it. */
export interface CompletedFlag {
  /** With its dashes. */
  readonly flag: string
  readonly help: string
  /** What may stand behind it; undefined: anything. */
  readonly values: readonly string[] | 'file' | 'nothing' | undefined
}

/** A command, as a shell completes it. */
export interface CompletedCommand {
  /** One word or two. */
  readonly words: string
  readonly summary: string
  readonly flags: readonly CompletedFlag[]
}

/** A first word, as a shell completes it. */
export interface CompletedNoun {
  readonly noun: string
  readonly summary: string
  readonly verbs: readonly CompletedVerb[]
}

/** A second word. */
export interface CompletedVerb {
  readonly verb: string
  readonly summary: string
}

/** A line of flags in the help of a command, and the lines of what they mean. */
const FLAG_LINES = /^ {2}(--[a-z].*)\n((?: {8}.*\n?)+)/gm

/** Every command with its flags, from the help that each prints in a language. */
export async function completedCommands(
  commands: readonly CommandEntry[],
  language: Language,
): Promise<readonly CompletedCommand[]> {
  const text = await helpWordsIn(language)
  const found: CompletedCommand[] = []
  for (const entry of commands) {
    const help = await helpOf(entry, language)
    const choices =
      entry.operation === undefined ? SETTING_CHOICES : await choicesOf(entry.operation)
    const flags = [...help.matchAll(FLAG_LINES)].flatMap(([, line = '', meaning = '']) =>
      line.split(', --').map((spelled) => {
        const [name = '', placeholder = ''] = spelled.replace(/^--/, '').split(' ')
        const values = choices.get(name) ?? valuesOf(placeholder)
        return { flag: `--${name}`, help: onOneLine(meaning), values }
      }),
    )
    const asksHelp = { flag: '--help', help: text.helpFlag, values: 'nothing' as const }
    found.push({ words: entry.words, summary: text.summary(entry), flags: [...flags, asksHelp] })
  }
  return found
}

/** Lines as one: with a space between, but not after punctuation in Chinese and between Han letters. */
function onOneLine(lines: string): string {
  return lines
    .trim()
    .replace(/([，。；：、）])\s*\n\s*|(\p{Script=Han})\s*\n\s*(?=[\p{Script=Han}（])/gu, '$1$2')
    .replace(/\s*\n\s*/g, ' ')
}

/** Every first word, with the words that may follow it. */
export function completedNouns(
  commands: readonly CommandEntry[],
  text: HelpWords,
): readonly CompletedNoun[] {
  const nouns = new Set(commands.map(({ words }) => words.split(' ')[0] ?? ''))
  return [...nouns].map((noun) => {
    const own = commands.find(({ words }) => words === noun)
    const ofNoun = commands.filter(({ words }) => words.startsWith(`${noun} `))
    const verbs = ofNoun.map((entry) => ({
      verb: entry.words.slice(noun.length + 1),
      summary: text.summary(entry),
    }))
    return { noun, summary: summaryOf(noun, own, verbs, text), verbs }
  })
}

function summaryOf(
  noun: string,
  own: CommandEntry | undefined,
  verbs: readonly CompletedVerb[],
  text: HelpWords,
): string {
  if (own !== undefined) return text.summary(own)
  return isNoun(noun) ? text.noun(noun) : verbs.map(({ verb }) => verb).join(', ')
}

/** The settings that are one of some words. */
const SETTING_CHOICES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(SETTINGS).flatMap(([name, row]: readonly [string, SettingRow]) =>
    row.type === 'choice' ? [[name, row.choices] as const] : [],
  ),
)

async function choicesOf(
  id: keyof typeof OPERATION_WORDS,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const words: OperationWords = OPERATION_WORDS[id]
  const { fields } = await factsOf(id)
  return new Map(
    fields.flatMap((field) =>
      field.choices === undefined ? [] : [[flagOf(field, words), field.choices] as const],
    ),
  )
}

function valuesOf(placeholder: string): CompletedFlag['values'] {
  if (placeholder === '') return 'nothing'
  if (/^[a-z]+(\|[a-z]+)+$/.test(placeholder)) return placeholder.split('|')
  return /FILE|DIR|FOLDER/.test(placeholder) ? 'file' : undefined
}
