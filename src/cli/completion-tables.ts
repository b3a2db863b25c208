import type { CommandEntry } from './command.ts'
import { helpOf } from './command-help.ts'
import { type HelpWords, helpWordsIn } from './help-words.ts'
import type { Language } from './language.ts'
import { factsOf } from './operation-command.ts'
import { flagOf } from './operation-flags.ts'
import { isNoun, OPERATION_WORDS, type OperationWords } from './operation-words.ts'
import { OUTPUT_FORMS } from './output/print-reply.ts'

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

/** A flag in the help of a command, with what it takes and what it means. */
const FLAG_LINE = /^ {2}(--[a-z][\w-]*)(?: ([^\n,]*))?(?:, (--[\w-]+)[^\n]*)?\n {8}([^\n]*)/gm

/** Every command with its flags, from the help that each prints in a language. */
export async function completedCommands(
  commands: readonly CommandEntry[],
  language: Language,
): Promise<readonly CompletedCommand[]> {
  const text = await helpWordsIn(language)
  const found: CompletedCommand[] = []
  for (const entry of commands) {
    const help = await helpOf(entry, language)
    const choices = entry.operation === undefined ? new Map() : await choicesOf(entry.operation)
    const flags = [...help.matchAll(FLAG_LINE)].flatMap(
      ([, flag = '', placeholder = '', second, about = '']) =>
        [flag, ...(second === undefined ? [] : [second])].map((name) => ({
          flag: name,
          help: about,
          values: choices.get(name) ?? valuesOf(name, placeholder),
        })),
    )
    found.push({ words: entry.words, summary: text.summary(entry), flags })
  }
  return found
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

async function choicesOf(
  id: keyof typeof OPERATION_WORDS,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const words: OperationWords = OPERATION_WORDS[id]
  const { fields } = await factsOf(id)
  return new Map(
    fields.flatMap((field) =>
      field.choices === undefined ? [] : [[`--${flagOf(field, words)}`, field.choices] as const],
    ),
  )
}

function valuesOf(flag: string, placeholder: string): CompletedFlag['values'] {
  if (flag === '--output') return OUTPUT_FORMS
  if (placeholder === '') return 'nothing'
  return /FILE|DIR|FOLDER/.test(placeholder) ? 'file' : undefined
}
