import { type SecretName, secretInEnglish } from './terminal-words.ts'

type Nothing = Readonly<Record<never, never>>

/** What whoever types a command may do wrong, with what the sentence about it needs. */
export interface MistakeFacts {
  readonly 'flag-missing': { readonly flag: string }
  readonly 'secret-file-missing': { readonly flag: string }
  /** With its dashes. */
  readonly 'flag-unknown': { readonly option: string }
  readonly 'flag-value': { readonly flag: string; readonly message: string }
  readonly 'too-many-arguments': Nothing
  readonly 'no-arguments': Nothing
  readonly 'secret-as-argument': { readonly flag: string }
  readonly 'not-a-choice': { readonly flag: string; readonly choices: string }
  readonly 'not-a-number': { readonly flag: string }
  readonly 'not-a-whole-number': {
    readonly flag: string
    readonly min: number
    readonly max: number
  }
  readonly 'not-a-time': { readonly flag: string }
  readonly 'not-a-date-or-time': { readonly flag: string }
  readonly 'not-a-date': { readonly flag: string }
  readonly 'not-json': { readonly flag: string }
  readonly 'not-text': { readonly flag: string }
  readonly 'not-https': { readonly flag: string }
  readonly 'not-a-url': { readonly flag: string }
  readonly 'what-is': { readonly word: string }
  readonly 'shell-missing': { readonly shells: string }
  readonly 'one-shell': Nothing
  readonly 'two-files': Nothing
  readonly 'one-backup': Nothing
  readonly 'file-missing': Nothing
  readonly 'no-folder': { readonly path: string }
  readonly 'attestation-not-genuine': { readonly file: string }
  readonly 'no-public-key': { readonly file: string }
  readonly 'cipher-text-on-terminal': Nothing
  readonly 'aad-missing': Nothing
  readonly unreadable: { readonly file: string; readonly message: string }
  readonly 'stdin-unreadable': { readonly message: string }
  readonly 'secret-missing': { readonly secret: SecretName; readonly flag: string }
  readonly 'secret-empty': { readonly secret: SecretName }
  readonly 'password-length': { readonly min: number; readonly max: number }
  readonly 'passphrases-differ': Nothing
  readonly nowhere: Nothing
  readonly nobody: Nothing
  readonly 'several-credentials': Nothing
  readonly 'credentials-missing': Nothing
  readonly damaged: { readonly file: string }
  readonly 'profile-name': Nothing
  readonly 'profile-absent': { readonly name: string }
  readonly 'profile-to-make': { readonly name: string }
  readonly 'profile-not-toml': { readonly path: string; readonly line: string }
  readonly 'profile-no-table': { readonly path: string; readonly name: string }
  readonly 'profile-field-unknown': {
    readonly path: string
    readonly name: string
    readonly field: string
  }
  readonly 'profile-field-no-text': {
    readonly path: string
    readonly name: string
    readonly field: string
  }
  readonly 'others-may-read': { readonly path: string }
  readonly 'key-absent': { readonly name: string }
  readonly 'domain-absent': { readonly name: string }
  readonly 'domain-missing': Nothing
  readonly 'user-absent': { readonly name: string; readonly domain: string }
  readonly 'user-there': { readonly name: string; readonly domain: string }
  readonly 'user-name': Nothing
  readonly 'project-absent': { readonly name: string; readonly domain: string }
  readonly 'project-there': { readonly name: string; readonly domain: string }
  readonly 'project-name': Nothing
  readonly 'access-key-absent': { readonly id: string }
  readonly 'role-there': Nothing
  readonly 'role-not-there': Nothing
  readonly 'role-absent': { readonly name: string }
  readonly 'policy-is-system-role': { readonly name: string }
  readonly 'policy-unfit': { readonly problem: string }
  readonly 'policy-absent': { readonly name: string }
  readonly 'policy-not-json': Nothing
}

/** What was done wrong. */
export type MistakeKind = keyof MistakeFacts

/** A sentence for each mistake. */
export type MistakeWords = {
  readonly [Kind in MistakeKind]: (facts: MistakeFacts[Kind]) => string
}

const ENGLISH: MistakeWords = {
  'flag-missing': ({ flag }) => `--${flag} is missing`,
  'secret-file-missing': ({ flag }) => `--${flag} is missing: a file, or - for standard input`,
  'flag-unknown': ({ option }) => `there is no option ${option}`,
  'flag-value': ({ message }) => message,
  'too-many-arguments': () => 'there are more arguments than it takes',
  'no-arguments': () => 'it takes no arguments',
  'secret-as-argument': ({ flag }) =>
    `secrets are no arguments: give a file to --${flag}-file, or -`,
  'not-a-choice': ({ flag, choices }) => `--${flag} is one of ${choices}`,
  'not-a-number': ({ flag }) => `--${flag} must be a number`,
  'not-a-whole-number': ({ flag, min, max }) => `--${flag} is a whole number from ${min} to ${max}`,
  'not-a-time': ({ flag }) =>
    `--${flag} is a date as 2026-01-31 or 2026-01-31T12:00Z, or milliseconds`,
  'not-a-date-or-time': ({ flag }) =>
    `--${flag} is a date, such as 2027-01-01, or a time such as 2027-01-01T12:00Z`,
  'not-a-date': ({ flag }) => `--${flag} is a time such as 2026-11-25T00:00:00Z`,
  'not-json': ({ flag }) => `--${flag} is not JSON`,
  'not-text': ({ flag }) => `--${flag}: the file is no text`,
  'not-https': ({ flag }) => `--${flag} begins with https://`,
  'not-a-url': ({ flag }) => `--${flag} must begin with http:// or https://`,
  'what-is': ({ word }) => `what is ${word}?`,
  'shell-missing': ({ shells }) => `say which shell: ${shells}`,
  'one-shell': () => 'it takes the name of one shell',
  'two-files': () => 'name two files, IN and OUT, or - for standard input and output',
  'one-backup': () => 'name the file of one backup',
  'file-missing': () => 'name a file, or - for standard input',
  'no-folder': ({ path }) => `there is no folder ${path}`,
  'attestation-not-genuine': ({ file }) =>
    `${file} is no genuine attestation: keyturn rotation verify-attestation says why`,
  'no-public-key': ({ file }) => `${file} holds no Ed25519 public key (PEM)`,
  'cipher-text-on-terminal': () => 'cipher text is not written to a terminal: name a file',
  'aad-missing': () => 'the file was encrypted with --aad: give the same text',
  unreadable: ({ file, message }) => `${file} cannot be read: ${message}`,
  'stdin-unreadable': ({ message }) => `standard input cannot be read: ${message}`,
  'secret-missing': ({ secret, flag }) =>
    `the ${secretInEnglish(secret)} is missing: --${flag} FILE, or - for standard input`,
  'secret-empty': ({ secret }) => `the ${secretInEnglish(secret)} is empty`,
  'password-length': ({ min, max }) => `a password has ${min} to ${max} bytes`,
  'passphrases-differ': () => 'the two passphrases are not alike',
  nowhere: () => 'say where the server is: keyturn configure, --endpoint or KEYTURN_ENDPOINT',
  nobody: () => 'say who signs in: keyturn configure, --user, or variables as OS_USERNAME',
  'several-credentials': () => 'give one of --token-file, --access-key and --user',
  'credentials-missing': () => '--user, --access-key or --token-file is missing',
  damaged: ({ file }) => `${file} is damaged`,
  'profile-name': () => 'a profile has a name of 1 to 64 letters, digits, _ . or -',
  'profile-absent': ({ name }) => `there is no profile ${name}`,
  'profile-to-make': ({ name }) =>
    `there is no profile ${name}: keyturn configure --profile ${name}`,
  'profile-not-toml': ({ path, line }) => `${path} is not TOML: line ${line}`,
  'profile-no-table': ({ path, name }) => `${path}: profile ${name} is no table`,
  'profile-field-unknown': ({ path, name, field }) =>
    `${path}: profile ${name} has an unknown ${field}`,
  'profile-field-no-text': ({ path, name, field }) =>
    `${path}: ${field} of profile ${name} is no text`,
  'others-may-read': ({ path }) => `others may read ${path}: chmod 600 ${path}`,
  'key-absent': ({ name }) => `there is no key ${name}`,
  'domain-absent': ({ name }) => `there is no domain ${name}`,
  'domain-missing': () => 'name a domain: --domain',
  'user-absent': ({ name, domain }) => `there is no user ${name} in ${domain}`,
  'user-there': ({ name, domain }) => `${domain} has a user ${name} already`,
  'user-name': () => 'a user name is 1 to 64 letters, digits, _ . @ or -',
  'project-absent': ({ name, domain }) => `there is no project ${name} in ${domain}`,
  'project-there': ({ name, domain }) => `${domain} has a project ${name} already`,
  'project-name': () => 'a project name is 1 to 64 letters, digits, - or _',
  'access-key-absent': ({ id }) => `there is no access key ${id}`,
  'role-there': () => 'the user has that role already',
  'role-not-there': () => 'the user does not have that role there',
  'role-absent': ({ name }) => `there is no role or policy ${name}`,
  'policy-is-system-role': ({ name }) => `${name} is a system role`,
  'policy-unfit': ({ problem }) => `the policy will not do: ${problem}`,
  'policy-absent': ({ name }) => `there is no policy ${name}`,
  'policy-not-json': () => 'the policy is not JSON',
}

/** Something that whoever typed the command can put right; printed without a stack. */
export class Mistake<Kind extends MistakeKind = MistakeKind> extends Error {
  override readonly name = 'Mistake'
  readonly kind: Kind
  readonly facts: MistakeFacts[Kind]

  constructor(kind: Kind, facts: MistakeFacts[Kind]) {
    super(ENGLISH[kind](facts))
    this.kind = kind
    this.facts = facts
  }

  /** Whether it is one of this kind. */
  is<Other extends MistakeKind>(kind: Other): this is Mistake<Other> {
    return (this.kind as MistakeKind) === kind
  }

  /** The sentence in other words. */
  inWords(words: MistakeWords): string {
    return words[this.kind](this.facts)
  }
}

/** A mistake, to be thrown. */
export function mistake<Kind extends MistakeKind>(kind: Kind, facts: MistakeFacts[Kind]): Mistake {
  return new Mistake(kind, facts)
}

/** What `parseArgs` of Node.js refused. What stands there too much may be a secret: it is not repeated. */
export function mistakeOfArguments(error: unknown): Mistake {
  const { code, message } = error as Error & { readonly code?: unknown }
  const [, option = ''] = /'(-[\w-]*)/.exec(message) ?? []
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return mistake('flag-unknown', { option })
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return mistake('too-many-arguments', {})
    default:
      return mistake('flag-value', { flag: option.replace(/^-+/, ''), message })
  }
}
