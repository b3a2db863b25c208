import { resolve } from 'node:path'
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
import { DATA_FLAG, type Flags, type FlagValues, flagsHelp, parseFlags } from './flags.ts'
import { mistake } from './mistakes.ts'
import { readShares } from './read-shares.ts'
import { terminalWordsFor } from './terminal-words.ts'
import { typedSecret } from './typed-secret.ts'

/** Flags of every command on seals, as the server has them. */
const PLACES = { data: DATA_FLAG, 'root-key': SETTINGS['root-key'] } as const satisfies Flags

/** Flags that name what a seal depends on, a service or a token, as the server has them. */
export const PEER_FLAGS = {
  'seal-kms-url': SETTINGS['seal-kms-url'],
  'seal-kms-project': SETTINGS['seal-kms-project'],
  'seal-kms-credentials': SETTINGS['seal-kms-credentials'],
  'seal-kms-ca': SETTINGS['seal-kms-ca'],
  'seal-token': SETTINGS['seal-token'],
} as const satisfies Flags

/** What a command on seals was called with. */
export interface SealCall {
  readonly directory: string
  readonly rootKey: string | undefined
  /** What the node is called, and where its store is, if variables say so. */
  readonly nodeName: string | undefined
  readonly store: string | undefined
  /** What a seal depends on, from flags or variables. */
  readonly peer: KmsPeerSettings & SealTokenSettings
  /** Values of its own flags; `true` of one that has none. */
  readonly flags: FlagValues
}

/**
 * Values of flags; the place may also come from the variables of the server.
 *
 * @throws {Mistake}
 */
export function parseSealCall(args: readonly string[], own: Flags, io: CommandIo): SealCall {
  const flags = parseFlags(args, own, io, { places: PLACES })
  const variables = variablesOfServer(io.environment)
  const given = (name: string) => flags[name] ?? variables[variableOf(name)]
  return {
    directory: resolve(flags['data'] ?? '.'),
    rootKey: given('root-key'),
    nodeName: given('node-name'),
    store: given('store'),
    peer: {
      'seal-kms-url': given('seal-kms-url'),
      'seal-kms-project': given('seal-kms-project'),
      'seal-kms-credentials': given('seal-kms-credentials'),
      'seal-kms-ca': given('seal-kms-ca'),
      'seal-token': given('seal-token'),
    },
    flags,
  }
}

/** What `--help` prints for a command on seals. */
export function sealHelp(words: string, about: string, own: Flags): string {
  return flagsHelp(words, about, own, PLACES)
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
  const ask = await passphraseAsker(flag, io)
  return typedSecret(await ask('passphrase'))
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
  const ask = await passphraseAsker(flag, io)
  const first = await ask('newPassphrase')
  if (first === undefined || first !== (await ask('passphraseAgain'))) {
    throw mistake('passphrases-differ', {})
  }
  return typedSecret(first)
}

/** What asks for a passphrase at the terminal, where somebody sits at it. */
async function passphraseAsker(flag: string, io: CommandIo) {
  const { ask } = io
  if (ask === undefined) throw mistake('secret-missing', { secret: { kind: 'passphrase' }, flag })
  const words = await terminalWordsFor(io)
  return (kind: 'passphrase' | 'newPassphrase' | 'passphraseAgain') =>
    ask(words.question(words.secret({ kind })), 'secret')
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
