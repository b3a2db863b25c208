import type { CommandEntry } from './command.ts'
import { factsOf } from './operation-command.ts'
import { flagOf } from './operation-flags.ts'
import { NOUNS, OPERATION_WORDS, type OperationWords } from './operation-words.ts'
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

/** Every command with its flags, from the help that each prints. */
export async function completedCommands(
  commands: readonly CommandEntry[],
): Promise<readonly CompletedCommand[]> {
  const found: CompletedCommand[] = []
  for (const entry of commands) {
    const help = (await entry.load()).help()
    const choices = entry.operation === undefined ? new Map() : await choicesOf(entry.operation)
    const flags = [...help.matchAll(FLAG_LINE)].flatMap(
      ([, flag = '', placeholder = '', second, about = '']) =>
        [flag, ...(second === undefined ? [] : [second])].map((name) => ({
          flag: name,
          help: about,
          values: choices.get(name) ?? valuesOf(name, placeholder),
        })),
    )
    found.push({ words: entry.words, summary: entry.summary, flags })
  }
  return found
}

/** Every first word, with the words that may follow it. */
export function completedNouns(commands: readonly CommandEntry[]): readonly CompletedNoun[] {
  const summaries: Readonly<Record<string, string>> = NOUNS
  const nouns = new Set(commands.map(({ words }) => words.split(' ')[0] ?? ''))
  return [...nouns].map((noun) => {
    const own = commands.find(({ words }) => words === noun)
    const ofNoun = commands.filter(({ words }) => words.startsWith(`${noun} `))
    return {
      noun,
      summary:
        own?.summary ??
        summaries[noun] ??
        ofNoun.map(({ words }) => words.slice(noun.length + 1)).join(', '),
      verbs: ofNoun.map(({ words, summary }) => ({ verb: words.slice(noun.length + 1), summary })),
    }
  })
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
