import type { AutomaticRotation } from '../contract/stated-settings.ts'
import type { CommandIo } from './command.ts'
import { languageOf } from './language.ts'

/** What a secret is, for whom it is asked. */
export type SecretName =
  | { readonly kind: 'token' }
  | { readonly kind: 'share' | 'passphrase' | 'newPassphrase' | 'passphraseAgain' }
  | { readonly kind: 'password'; readonly user: string }
  | { readonly kind: 'secretKey'; readonly accessKey: string }

/** Long work. */
export type Task =
  | 'encrypting'
  | 'decrypting'
  | 'verifying'
  | 'rehearsing'
  | 'copying'
  | 'comparing'
  | 'backing up'
  | 'rewrapping'
  | 'restoring'

/** What long work counts, besides bytes. */
export type Things = 'keys' | 'rows' | 'records'

/** What is asked for a profile. */
export type ProfileQuestion = 'endpoint' | 'region' | 'project' | 'user' | 'domain' | 'access-key'

/** What a terminal shows besides help and answers, in one language. */
export interface TerminalWords {
  /** Before what is typed: what is asked for, and what it is without an answer. */
  readonly question: (about: string, kept?: string) => string
  /** Before what is typed unseen: what is asked for, and that it may stay as it is. */
  readonly questionThatKeeps: (about: string) => string
  readonly secret: (secret: SecretName) => string
  /** A secret member of a request. */
  readonly field: (name: string) => string
  readonly profile: Readonly<Record<ProfileQuestion, string>>
  readonly goingBy: (file: string) => string
  readonly isPlainHttp: (endpoint: string) => string
  readonly noSuchAlias: (alias: string) => string
  readonly tasks: Readonly<Record<Task, string>>
  /** A number with what it counts. */
  readonly things: (number: string, things: Things) => string
  /** A time to go. */
  readonly left: (duration: string) => string
  readonly table: TableWords
  readonly proof: ProofWords
  /** What is said of a store that was looked at. */
  readonly storeVerified: (report: StoreReport) => string
}

/** What was found in a store. */
export interface StoreReport {
  readonly rows: number
  readonly problems: readonly string[]
  readonly problemCount: number
}

/** What is said of a signed statement. */
export interface ProofWords {
  /** How long the key has rotated by itself, as far as the statement proves it. */
  readonly rotated: (rotation: AutomaticRotation) => string
  readonly isGenuine: (keyId: string, statedAt: string) => string
  readonly isForged: (keyId: string) => string
  readonly isOfOtherKey: (keyId: string) => string
  readonly isNoAttestation: (file: string) => string
}

/** Words in tables. */
export interface TableWords {
  /** States of keys by their digits. */
  readonly states: Readonly<Record<string, string>>
  /** In the place of a list without members. */
  readonly none: string
  /** In the place of an answer without members. */
  readonly done: string
}

/** The words in English. */
export const TERMINAL_WORDS_EN: TerminalWords = {
  question: (about, kept) => `${about}${kept === undefined ? '' : ` [${kept}]`}: `,
  questionThatKeeps: (about) => `${about} (Enter keeps it): `,
  secret: (secret) => upperFirst(secretInEnglish(secret)),
  field: (name) => upperFirst(name.replaceAll('_', ' ')),
  profile: {
    endpoint: 'Server (https://…)',
    region: 'Region (may be empty)',
    project: 'Project (may be empty: your own)',
    user: 'User (may be empty: an access key signs)',
    domain: 'Domain of the user (may be empty)',
    'access-key': 'Access key',
  },
  goingBy: (file) => `going by ${file}`,
  isPlainHttp: (endpoint) => `${endpoint} is plain HTTP: keys and passwords travel readable`,
  noSuchAlias: (alias) => `There is no key with the alias ${alias}.`,
  tasks: {
    encrypting: 'Encrypting',
    decrypting: 'Decrypting',
    verifying: 'Verifying',
    rehearsing: 'Rehearsing',
    copying: 'Copying',
    comparing: 'Comparing',
    'backing up': 'Backing up',
    rewrapping: 'Rewrapping',
    restoring: 'Restoring',
  },
  things: (number, things) => `${number} ${number === '1' ? things.slice(0, -1) : things}`,
  left: (duration) => `${duration} left`,
  table: {
    states: {
      '1': 'waiting for activation',
      '2': 'enabled',
      '3': 'disabled',
      '4': 'pending deletion',
      '5': 'pending import',
    },
    none: '(none)',
    done: 'done',
  },
  proof: {
    rotated: rotatedInEnglish,
    isGenuine: (keyId, statedAt) => `Genuine: stated at ${statedAt}, signed by key ${keyId}.`,
    isForged: (keyId) => `the attestation is forged, or was changed: key ${keyId} did not sign it`,
    isOfOtherKey: (keyId) =>
      `key ${keyId} signed the attestation, or so it says: that key is not in the file of --public-key`,
    isNoAttestation: (file) => `${file} is no attestation of rotations`,
  },
  storeVerified: ({ rows, problems, problemCount }) =>
    problemCount === 0
      ? `The store is as Keyturn wrote it: ${rows} rows of keys and versions.`
      : [
          `The store is NOT as Keyturn wrote it: ${problemCount} problems, ${rows} rows.`,
          ...problems.map((problem) => `  ${problem}`),
          'No server uses these rows. What to do: docs/how-to/damaged-rows.md.',
        ].join('\n'),
}

/** The words in the language of whoever typed the command. Chinese is loaded only where it is read. */
export async function terminalWordsFor({ environment }: CommandIo): Promise<TerminalWords> {
  if (languageOf(environment) === 'en') return TERMINAL_WORDS_EN
  return (await import('./chinese/terminal-words.ts')).TERMINAL_WORDS_ZH
}

function rotatedInEnglish(rotation: AutomaticRotation): string {
  switch (rotation.kind) {
    case 'unknown':
      return 'It does not tell since when automatic rotation has been on.'
    case 'off':
      return 'Automatic rotation is off.'
    case 'contradiction':
      return 'Its changes of rotation settings contradict each other: some were made that are not in it.'
    case 'on': {
      const { since, longestIntervalDays, isBeginning } = rotation
      const beginning = isBeginning ? `since ${since}` : `since ${since} at least`
      return `Automatic rotation has been on without a break ${beginning}, every ${longestIntervalDays} days or more often.`
    }
    default:
      throw rotation satisfies never
  }
}

/** What a secret is, within an English sentence. */
export function secretInEnglish(secret: SecretName): string {
  switch (secret.kind) {
    case 'token':
      return 'token'
    case 'share':
      return 'share of the seal'
    case 'passphrase':
      return 'passphrase of the seal'
    case 'newPassphrase':
      return 'new passphrase of the seal'
    case 'passphraseAgain':
      return 'the same once more'
    case 'password':
      return `password of ${secret.user}`
    case 'secretKey':
      return `secret of access key ${secret.accessKey}`
    default:
      throw secret satisfies never
  }
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
