import type { KeyturnError } from '../client/index.ts'
import type { NotAudited } from '../server/command-audit.ts'
import type { HeldByAnother } from '../server/hold-root.ts'
import type { SettingsError } from '../server/settings-error.ts'
import { type Command, type CommandEntry, type CommandIo, EXIT } from './command.ts'
import { helpOf } from './command-help.ts'
import { COMMANDS } from './command-list.ts'
import { type HelpWords, helpWordsIn } from './help-words.ts'
import { type Language, languageOf } from './language.ts'
import { Mistake } from './mistakes.ts'
import { nearest, nounHelp, overview } from './overview.ts'
import { systemProblemOf } from './system-problems.ts'

const HELP: readonly string[] = ['--help', '-h']
const VERSION: readonly string[] = ['--version', '-V']

/** Runs the command that `args` name; the answer is the exit code. */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const [first = '', ...others] = args
  if (VERSION.includes(first)) return run(['version', ...others], io)
  if (first === 'help' && others.length > 0) return run([...others, '--help'], io)
  const language = languageOf(io.environment)
  const entry = entryOf(args)
  if (entry === undefined) return withoutCommand(args, io, await helpWordsIn(language))
  const rest = args.slice(entry.words.split(' ').length)
  if (rest.some((word) => HELP.includes(word))) {
    io.print(await helpOf(entry, language))
    return EXIT.ok
  }
  return runCommand(entry, await entry.load(), rest, io)
}

async function runCommand(
  { words }: CommandEntry,
  command: Command,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  try {
    return await command.run(args, io)
  } catch (error) {
    const language = languageOf(io.environment)
    const text = await helpWordsIn(language)
    if (isUnaudited(error)) {
      const why = explain(error.cause, text, language)
      io.printError(`keyturn: ${text.because(text.notAudited(error.moment), why)}`)
      return EXIT.failed
    }
    if (isHeld(error)) {
      io.printError(`keyturn: ${text.held(error.holder)}`)
      return EXIT.unavailable
    }
    if (error instanceof Mistake || isSettingsError(error)) {
      const wrong = error instanceof Mistake ? text.mistake(error) : messageOf(error, language)
      io.printError(`keyturn: ${wrong}\n${text.tryHelp(`keyturn ${words}`)}`)
      return EXIT.usage
    }
    io.printError(`keyturn: ${explain(error, text, language)}`)
    return exitCodeOf(error)
  }
}

/** Of the commands whose words `args` begin with, the one with most of them. */
function entryOf(args: readonly string[]): CommandEntry | undefined {
  return COMMANDS.filter(({ words }) =>
    words.split(' ').every((word, index) => args[index] === word),
  ).sort((a, b) => b.words.split(' ').length - a.words.split(' ').length)[0]
}

function withoutCommand(args: readonly string[], io: CommandIo, text: HelpWords): number {
  const [noun = '', verb] = args
  if (args.length === 0 || noun === 'help' || HELP.includes(noun)) {
    io.print(overview(COMMANDS, text))
    return EXIT.ok
  }
  const ofNoun = COMMANDS.filter(({ words }) => words.startsWith(`${noun} `))
  if (ofNoun.length > 0) {
    const help = nounHelp(noun, ofNoun, text)
    if (verb !== undefined && HELP.includes(verb)) {
      io.print(help)
      return EXIT.ok
    }
    const wrong = verb === undefined ? '' : `keyturn: ${text.noSuchCommand(`${noun} ${verb}`)}\n\n`
    io.printError(`${wrong}${help}`)
    return EXIT.usage
  }
  const meant = nearest(args.slice(0, 2).join(' '), COMMANDS) ?? nearest(noun, COMMANDS)
  const hint = meant === undefined ? text.tryHelp('keyturn') : text.didYouMean(`keyturn ${meant}`)
  io.printError(`keyturn: ${text.noSuchCommand(args.slice(0, 2).join(' '))}\n${hint}`)
  return EXIT.usage
}

/** What a script may go by. Errors are told by their names: none waits for the code that makes them. */
function exitCodeOf(error: unknown): number {
  if (!isKeyturnError(error)) return EXIT.failed
  const { kind, status } = error
  if (kind === 'network' || kind === 'timeout' || kind === 'unintelligible') return EXIT.unavailable
  if (kind !== 'refused') return EXIT.usage
  if (status === 401 || status === 403) return EXIT.forbidden
  if (status === 404) return EXIT.absent
  return status === 429 || status >= 500 ? EXIT.unavailable : EXIT.failed
}

function isKeyturnError(error: unknown): error is KeyturnError {
  return isNamed(error, 'KeyturnError')
}

function isUnaudited(error: unknown): error is NotAudited {
  return isNamed(error, 'NotAudited')
}

function isSettingsError(error: unknown): error is SettingsError {
  return isNamed(error, 'SettingsError')
}

/** What an error says: many have it in both languages. */
function messageOf(error: Error & { readonly chinese?: unknown }, language: Language): string {
  const { chinese, message } = error
  return language === 'zh' && typeof chinese === 'string' ? chinese : message
}

function isHeld(error: unknown): error is HeldByAnother {
  return isNamed(error, 'HeldByAnother')
}

function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name
}

/** An error with its causes, each on what it says, without stacks. */
function explain(error: unknown, words: HelpWords, language: Language): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as Error & { readonly code?: unknown }
  const message = messageOf(error, language) || String(code ?? error.name)
  const text = isKeyturnError(error)
    ? words.refusal(words.noAnswer(error.kind) ?? message, error.code, error.requestId)
    : (systemProblemOf(error, words.system) ?? message)
  const { cause } = error
  const isSaid = cause instanceof Error && cause.message !== '' && text.includes(cause.message)
  return cause === undefined || isSaid ? text : words.because(text, explain(cause, words, language))
}
