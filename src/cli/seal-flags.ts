import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import type { Seal } from '../ports/seal.ts'
import type { KmsPeerSettings } from '../server/kms-peer.ts'
import {
  collectedSeal,
  passphraseSeal,
  readPassphrase,
  type SealPlan,
} from '../server/seal-settings.ts'
import type { SealTokenSettings } from '../server/seal-token.ts'
import { variableOf, variablesOfServer } from '../server/settings.ts'
import { SETTINGS } from '../server/settings-table.ts'
import type { CommandIo } from './command.ts'
import { mistake, mistakeOfArguments } from './mistakes.ts'
import type { Flag } from './open-store.ts'
import { readShares } from './read-shares.ts'
import { terminalWordsFor } from './terminal-words.ts'
import { typedSecret } from './typed-secret.ts'

/** Flags of every command on seals, as the server has them. */
const PLACE_FLAGS = {
  data: { placeholder: 'DIR', help: 'data folder of the server [./keyturn-data]' },
  'root-key': SETTINGS['root-key'],
} as const satisfies Readonly<Record<string, Flag>>

/** Flags that name what a seal depends on, a service or a token, as the server has them. */
export const PEER_FLAGS = {
  'seal-kms-url': SETTINGS['seal-kms-url'],
  'seal-kms-project': SETTINGS['seal-kms-project'],
  'seal-kms-credentials': SETTINGS['seal-kms-credentials'],
  'seal-kms-ca': SETTINGS['seal-kms-ca'],
  'seal-token': SETTINGS['seal-token'],
} as const satisfies Readonly<Record<string, Flag>>

/** What a command on seals was called with. */
export interface SealCall {
  readonly directory: string
  readonly rootKey: string | undefined
  /** What a seal depends on, from flags or variables. */
  readonly peer: KmsPeerSettings & SealTokenSettings
  /** Values of its own flags; `true` of one that has none. */
  readonly flags: Readonly<Record<string, string | undefined>>
}

/**
 * Values of flags; the place may also come from the variables of the server.
 *
 * @throws {Mistake}
 */
export function parseSealCall(
  args: readonly string[],
  own: Readonly<Record<string, Flag>>,
  { environment }: CommandIo,
): SealCall {
  const options: Record<string, { type: 'string' | 'boolean' }> = {}
  const all: Readonly<Record<string, Flag>> = { ...own, ...PLACE_FLAGS }
  for (const [name, { placeholder }] of Object.entries(all)) {
    options[name] = { type: placeholder === '' ? 'boolean' : 'string' }
  }
  const values: Record<string, string | undefined> = {}
  try {
    const parsed = parseArgs({ args: [...args], options, strict: true }).values
    for (const [name, value] of Object.entries(parsed)) values[name] = String(value)
  } catch (error) {
    throw mistakeOfArguments(error)
  }
  for (const [name, { required }] of Object.entries(own)) {
    if (required === true && (values[name] ?? '') === '')
      throw mistake('flag-missing', { flag: name })
  }
  const variables = variablesOfServer(environment)
  const given = (name: string) => values[name] ?? variables[variableOf(name)]
  return {
    directory: resolve(given('data') ?? './keyturn-data'),
    rootKey: given('root-key'),
    peer: {
      'seal-kms-url': given('seal-kms-url'),
      'seal-kms-project': given('seal-kms-project'),
      'seal-kms-credentials': given('seal-kms-credentials'),
      'seal-kms-ca': given('seal-kms-ca'),
      'seal-token': given('seal-token'),
    },
    flags: values,
  }
}

/** What `--help` prints for a command on seals. */
export function sealHelp(
  words: string,
  about: string,
  own: Readonly<Record<string, Flag>>,
): string {
  const all: Readonly<Record<string, Flag>> = { ...own, ...PLACE_FLAGS }
  const lines = Object.entries(all).map(([name, { placeholder, help, required }]) => {
    const mark = required === true ? ' (required)' : ''
    return `${`  --${name} ${placeholder}`.trimEnd()}\n        ${help}${mark}`
  })
  return `Usage: keyturn ${words} [FLAGS]\n\n${about}\n\n${lines.join('\n')}`
}

/**
 * A passphrase from the file that a flag names, or from whoever sits at the terminal. Never from an argument
 * or a variable: others on the machine could read those.
 *
 * @throws {Mistake} where nobody can be asked
 */
export async function readSealPassphrase(
  file: string | undefined,
  flag: string,
  io: CommandIo,
): Promise<SecretBytes> {
  if (file !== undefined) return readPassphrase(file)
  if (io.ask === undefined)
    throw mistake('secret-missing', { secret: { kind: 'passphrase' }, flag })
  const words = await terminalWordsFor(io)
  return typedSecret(await io.ask(words.question(words.secret({ kind: 'passphrase' })), 'secret'))
}

/**
 * As {@link readSealPassphrase}, for a passphrase that is new: it is typed twice.
 *
 * @throws {Mistake} also when the two are not alike
 */
export async function readNewPassphrase(
  file: string | undefined,
  flag: string,
  io: CommandIo,
): Promise<SecretBytes> {
  if (file !== undefined) return readPassphrase(file)
  if (io.ask === undefined)
    throw mistake('secret-missing', { secret: { kind: 'passphrase' }, flag })
  const words = await terminalWordsFor(io)
  const ask = (kind: 'newPassphrase' | 'passphraseAgain') =>
    io.ask?.(words.question(words.secret({ kind })), 'secret')
  const first = await ask('newPassphrase')
  if (first === undefined || first !== (await ask('passphraseAgain'))) {
    throw mistake('passphrases-differ', {})
  }
  return typedSecret(first)
}

/**
 * The seal of a plan, opened by itself or by whoever sits at the terminal.
 *
 * @param sharesFolder Folder with the files of shares, if somebody brings them so.
 */
export async function sealOfPlan(
  plan: SealPlan,
  io: CommandIo,
  sharesFolder?: string,
): Promise<Seal> {
  if (plan.seal !== undefined) return plan.seal
  if (plan.file?.kind === 'shamir') {
    return collectedSeal(plan.path, await readShares(plan.file, sharesFolder, io))
  }
  return passphraseSeal(plan.path, await readSealPassphrase(undefined, 'seal-passphrase-file', io))
}
