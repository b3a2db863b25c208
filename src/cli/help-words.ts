import type { KeyturnErrorKind } from '../client/index.ts'
import type { OperationId } from '../contract/operations/index.ts'
import type { Holder } from '../server/hold-root.ts'
import type { CommandEntry } from './command.ts'
import { CONNECTION_FLAGS, type ConnectionFlagName } from './connection/connection-flags.ts'
import type { Language } from './language.ts'
import type { Mistake } from './mistakes.ts'
import type { FieldLimits, OperationFacts, OperationField } from './operation-field.ts'
import { NOUNS, type Noun } from './operation-words.ts'
import { SYSTEM_WORDS_EN, type SystemWords } from './system-problems.ts'

/** What help says, in one language. */
export interface HelpWords {
  /** Before the line that says how it is called. */
  readonly usage: string
  /** What the program is. */
  readonly about: string
  /** Before the commands that are operations of a server. */
  readonly ofServers: string
  /** That `command --help` tells more. */
  readonly tellsMore: (command: string) => string
  readonly exitCodes: string
  readonly noSuchCommand: (words: string) => string
  readonly didYouMean: (words: string) => string
  readonly tryHelp: (words: string) => string
  /** What was called wrongly. */
  readonly mistake: (found: Mistake) => string
  /** That a call had no answer of Keyturn; undefined where its error says it best. */
  readonly noAnswer: (kind: KeyturnErrorKind) => string | undefined
  /** A refusal with its code and the id of the request, where it has them. */
  readonly refusal: (message: string, code: string, requestId: string) => string
  /** What the system refused. */
  readonly system: SystemWords
  /** That `what` went wrong, because of `cause`. */
  readonly because: (what: string, cause: string) => string
  /** That another command is at work on what this one needs; undefined when it is not known which. */
  readonly held: (holder: Holder | undefined) => string
  /** That the audit log did not take what a command was about to do, or how it ended. */
  readonly notAudited: (moment: 'before' | 'after') => string
  /** What the flag --help does. */
  readonly helpFlag: string
  /** What the commands of a noun are about. */
  readonly noun: (noun: Noun) => string
  /** One line for the list of commands. */
  readonly summary: (entry: CommandEntry) => string
  /** What an operation does, what it is called and what it takes to be allowed. */
  readonly operation: (id: OperationId, facts: OperationFacts) => string
  /** What a member of a request is. */
  readonly field: (id: OperationId, field: OperationField) => string
  readonly limits: (limits: FieldLimits) => string
  readonly choices: (choices: readonly string[]) => string
  /** What a key is meant by, with its alias beside its id. */
  readonly orAlias: (help: string) => string
  readonly standardInput: string
  readonly allBytes: string
  readonly orTyped: string
  readonly required: string
  readonly allPages: string
  readonly output: string
  /** Before the flags of the connection. */
  readonly connection: string
  readonly connectionFlag: (name: ConnectionFlagName) => string
}

/** What help says in English. */
export const HELP_WORDS_EN: HelpWords = {
  usage: 'Usage: ',
  about: 'Keyturn, a key management service: keys that rotate by themselves and can prove it.',
  ofServers:
    'What a server does, each with commands of its own (keyturn key --help lists those of keys):',
  tellsMore: (command) => `${command} --help tells more.`,
  exitCodes:
    'Exit codes: 0 done, 1 failed, 2 called wrongly, 3 not signed in or not allowed, 4 no such thing,\n' +
    '5 the server or the way to it is not well.',
  noSuchCommand: (words) => `there is no command ${words}`,
  didYouMean: (words) => `Did you mean: ${words}`,
  tryHelp: (words) => `Try: ${words} --help`,
  mistake: ({ message }) => message,
  noAnswer: () => undefined,
  refusal: (message, code, requestId) => {
    const facts = [code, requestId && `request ${requestId}`].filter((fact) => fact !== '')
    return facts.length === 0 ? message : `${message} (${facts.join(', ')})`
  },
  system: SYSTEM_WORDS_EN,
  because: (what, cause) => `${what.replace(/\.$/, '')}: ${cause}`,
  held: (holder) =>
    `${holder === undefined ? 'another command' : `keyturn ${holder.command}`} is at work on the same root key or store${
      holder === undefined ? '' : ` (${holderFacts(holder)})`
    }: repeat this one when that has ended`,
  notAudited: (moment) =>
    moment === 'before'
      ? 'nothing was done, for it cannot be written to the audit log'
      : 'it was done, but how it ended cannot be written to the audit log',
  helpFlag: 'print what it takes',
  noun: (noun) => NOUNS[noun],
  summary: ({ summary }) => lowerFirst(summary),
  operation: (id, { summary, method, path, permission }) => {
    const needs = permission === undefined ? '' : ` It needs the permission ${permission}.`
    return `${summary}. Calls ${id} (${method} ${path}).${needs}`
  },
  field: (_, { help }) => help,
  limits: ({ min, max, unit }) => ` (${min} to ${max}${unit === undefined ? '' : ` ${unit}`})`,
  choices: (choices) => `: ${choices.join(', ')}`,
  orAlias: (help) => help.replace(/^id /, 'id or alias '),
  standardInput: '; - for standard input',
  allBytes: ', all of its bytes',
  orTyped: ', or typed',
  required: ' (required)',
  allPages: 'all pages, one after the other',
  output: 'how to print the answer; without it, a table on a terminal and JSON elsewhere',
  connection: 'Where the server is and who signs in:',
  connectionFlag: (name) => CONNECTION_FLAGS[name].help,
}

/** Where a command runs, and since when. */
function holderFacts({ pid, host, since }: Holder): string {
  const begun = since === undefined ? '' : `, since ${new Date(since).toISOString()}`
  return `process ${pid} on ${host}${begun}`
}

/** What help says in a language. Chinese is loaded only where it is read: starting is to be quick. */
export async function helpWordsIn(language: Language): Promise<HelpWords> {
  if (language === 'en') return HELP_WORDS_EN
  return (await import('./chinese/help-words.ts')).HELP_WORDS_ZH
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}
