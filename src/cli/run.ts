import { type Command, type CommandEntry, type CommandIo, EXIT, UsageError } from './command.ts'
import { COMMANDS } from './command-list.ts'
import { nearest, nounHelp, overview } from './overview.ts'

const HELP: readonly string[] = ['--help', '-h']

/** Runs the command that `args` name; the answer is the exit code. */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const entry = entryOf(args)
  if (entry === undefined) return withoutCommand(args, io)
  const rest = args.slice(entry.words.split(' ').length)
  const command = await entry.load()
  if (rest.some((word) => HELP.includes(word))) {
    io.print(command.help())
    return EXIT.ok
  }
  return runCommand(entry, command, rest, io)
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
    if (error instanceof UsageError || isNamed(error, 'SettingsError')) {
      io.printError(`keyturn: ${messageOf(error)}\nTry: keyturn ${words} --help`)
      return EXIT.usage
    }
    io.printError(`keyturn: ${explain(error)}`)
    return exitCodeOf(error)
  }
}

/** Of the commands whose words `args` begin with, the one with most of them. */
function entryOf(args: readonly string[]): CommandEntry | undefined {
  return COMMANDS.filter(({ words }) =>
    words.split(' ').every((word, index) => args[index] === word),
  ).sort((a, b) => b.words.split(' ').length - a.words.split(' ').length)[0]
}

function withoutCommand(args: readonly string[], io: CommandIo): number {
  const [noun = '', verb] = args
  if (args.length === 0 || noun === 'help' || HELP.includes(noun)) {
    io.print(overview(COMMANDS))
    return EXIT.ok
  }
  const ofNoun = COMMANDS.filter(({ words }) => words.startsWith(`${noun} `))
  if (ofNoun.length > 0) {
    if (verb !== undefined && HELP.includes(verb)) {
      io.print(nounHelp(noun, ofNoun))
      return EXIT.ok
    }
    const wrong = verb === undefined ? '' : `keyturn: there is no command ${noun} ${verb}\n\n`
    io.printError(`${wrong}${nounHelp(noun, ofNoun)}`)
    return EXIT.usage
  }
  const meant = nearest(args.slice(0, 2).join(' '), COMMANDS) ?? nearest(noun, COMMANDS)
  const hint = meant === undefined ? 'Try: keyturn --help' : `Did you mean: keyturn ${meant}`
  io.printError(`keyturn: there is no command ${args.slice(0, 2).join(' ')}\n${hint}`)
  return EXIT.usage
}

/** What a script may go by. Errors are told by their names: none waits for the code that makes them. */
function exitCodeOf(error: unknown): number {
  if (!isNamed(error, 'KeyturnError')) return EXIT.failed
  const { kind, status } = error as Error & { readonly kind?: unknown; readonly status?: unknown }
  if (kind === 'network' || kind === 'timeout' || kind === 'unintelligible') return EXIT.unavailable
  if (kind !== 'refused' || typeof status !== 'number') return EXIT.usage
  if (status === 401 || status === 403) return EXIT.forbidden
  if (status === 404) return EXIT.absent
  return status === 429 || status >= 500 ? EXIT.unavailable : EXIT.failed
}

function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** An error with its causes, each on what it says, without stacks. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, requestId } = error as Error & {
    readonly code?: unknown
    readonly requestId?: unknown
  }
  const facts = [code, requestId && `request ${requestId}`].filter((fact) => (fact ?? '') !== '')
  const words = error.message === '' ? String(code ?? error.name) : error.message
  const text =
    isNamed(error, 'KeyturnError') && facts.length > 0 ? `${words} (${facts.join(', ')})` : words
  return error.cause === undefined ? text : `${text.replace(/\.$/, '')}: ${explain(error.cause)}`
}
