import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { SEAL_KINDS, type SealKind } from '../ports/seal.ts'
import { MAX_SHARES, MIN_THRESHOLD } from '../seals/shares.ts'
import { chainWithoutStore } from '../server/audited-place.ts'
import { createSeal, migrateSeal, type NewSeal, requireSealed } from '../server/change-seal.ts'
import { auditing } from '../server/command-audit.ts'
import { planSeal, sealFile, sealIn } from '../server/seal-settings.ts'
import type { SealState } from '../server/unsealing.ts'
import { askSealState, offerToSeal, type Refused, resetSeal } from './ask-seal.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import type { Flag } from './flags.ts'
import { mistake } from './mistakes.ts'
import { readShare } from './read-shares.ts'
import {
  PEER_FLAGS,
  parseSealCall,
  readNewPassphrase,
  readSealPassphrase,
  type SealCall,
  sealHelp,
  sealOfPlan,
} from './seal-flags.ts'
import { type SealWords, sealWordsFor } from './seal-words.ts'
import { showShares, writeShares } from './write-shares.ts'

const PASSPHRASE: Flag = {
  placeholder: 'FILE',
  help: 'file with the passphrase, - for standard input; without it the terminal asks',
}
const NEW_PASSPHRASE: Flag = {
  placeholder: 'FILE',
  help: 'file with the new passphrase, - for standard input; without it the terminal asks',
}
const KIND_HELP = `one of ${SEAL_KINDS.join(', ')}`

const SHARES_FLAGS = {
  shares: {
    placeholder: 'N',
    help: `shamir: how many shares are made, ${MIN_THRESHOLD} to ${MAX_SHARES}`,
  },
  threshold: { placeholder: 'M', help: 'shamir: how many of them open the seal' },
  'shares-dir': {
    placeholder: 'DIR',
    help: 'shamir: new folder for a file with each share, to be handed out; without it the terminal shows them',
  },
} as const satisfies Readonly<Record<string, Flag>>

const KMS_KEY: Flag = {
  placeholder: 'ID',
  help: 'kms: key of that service which seals from now on',
}

const TOKEN_KEY: Flag = {
  placeholder: 'LABEL',
  help: 'pkcs11: key of the token which seals from now on; it is made if the token has none of that label',
}

const CREATE_FLAGS = {
  seal: { placeholder: 'KIND', help: `what keeps the root key: ${KIND_HELP}`, required: true },
  'seal-passphrase-file': NEW_PASSPHRASE,
  ...SHARES_FLAGS,
  'seal-kms-key': KMS_KEY,
  'seal-token-key': TOKEN_KEY,
  ...PEER_FLAGS,
} as const satisfies Readonly<Record<string, Flag>>

/** Makes a root key, kept by a seal, before the first start of a server. */
export const sealCreate: Command = {
  help: () =>
    sealHelp(
      'seal create',
      'Makes a root key that a seal keeps, in a file that does not open by itself, and prints the id of the\n' +
        'key. Do it before the first start. Whoever loses the file or what opens it loses every key.',
      CREATE_FLAGS,
    ),
  async run(args, io) {
    const call = parseSealCall(args, CREATE_FLAGS, io)
    const kind = kindOf(call, 'seal')
    const how = await newSealOf(kind, call, 'seal-passphrase-file', io)
    io.print(await createSeal(call.directory, call.rootKey, how))
    return EXIT.ok
  },
}

/** Says what keeps the root key, and whether the server on it is sealed. */
export const sealStatus: Command = {
  help: () =>
    sealHelp(
      'seal status',
      'Says what keeps the root key, and whether the server on the data folder is sealed. Exit code 0: no\n' +
        'server is sealed.',
      {},
    ),
  async run(args, io) {
    const call = parseSealCall(args, {}, io)
    const words = await sealWordsFor(io)
    const path = sealFile(call.directory, { 'root-key': call.rootKey })
    const found = await sealIn(path)
    const state = await askSealState(call.directory)
    const lines: readonly (readonly [string, string])[] = [
      [words.file, found === undefined ? words.absent : path],
      ...(found === undefined ? [] : ([[words.seal, found.kind]] as const)),
      ...rootLines(state, found?.file?.roots, words),
      [words.server, state === undefined ? words.notRunning : stateText(state, words)],
    ]
    io.print(lines.map(([name, value]) => `${name}  ${value}`).join('\n'))
    return state?.state === 'sealed' ? EXIT.failed : EXIT.ok
  },
}

function stateText(state: SealState, words: SealWords): string {
  const text = words.states[state.state]
  if (state.state === 'unsealed' || state.needs === 'passphrase') return text
  if (state.needs === 'peer') return `${text}, ${state.why}`
  return `${text}, ${words.shares(state.given, state.threshold)}`
}

function refusalText({ problem }: Refused, words: SealWords): string {
  return problem === undefined
    ? words.wrong
    : `${words.shareProblems[problem]}${words.nothingChanged}`
}

function rootLines(
  state: SealState | undefined,
  fromFile: readonly string[] | undefined,
  words: SealWords,
): readonly (readonly [string, string])[] {
  const roots = state?.state === 'unsealed' && state.roots.length > 0 ? state.roots : fromFile
  return roots === undefined ? [] : [[words.rootKey, roots.join(' ')]]
}

const UNSEAL_FLAGS = {
  'seal-passphrase-file': PASSPHRASE,
  'seal-share-file': {
    placeholder: 'FILE',
    help: 'file with one share, - for standard input; without it the terminal asks',
  },
  reset: { placeholder: '', help: 'forget the shares that were given so far' },
} as const satisfies Readonly<Record<string, Flag>>

/** Gives a sealed server what opens its seal. */
export const sealUnseal: Command = {
  help: () =>
    sealHelp(
      'seal unseal',
      'Gives the sealed server on the data folder what opens its seal. It is asked on this machine, by a\n' +
        'socket in the data folder, and as the user to whom that belongs.',
      UNSEAL_FLAGS,
    ),
  async run(args, io) {
    const call = parseSealCall(args, UNSEAL_FLAGS, io)
    const words = await sealWordsFor(io)
    const before = await askSealState(call.directory)
    if (before === undefined) {
      io.printError(`keyturn: ${words.noServer(call.directory)}`)
      return EXIT.unavailable
    }
    if (before.state === 'unsealed') {
      io.print(words.unsealedAlready)
      return EXIT.ok
    }
    if (before.needs === 'peer') {
      io.printError(`keyturn: ${words.waitsForPeer(before.why)}`)
      return EXIT.unavailable
    }
    if (call.flags['reset'] !== undefined) {
      const state = await resetSeal(call.directory)
      io.print(stateText(state, words))
      return EXIT.ok
    }
    const secret =
      before.needs === 'shares'
        ? await readShare(call.flags['seal-share-file'], io)
        : await readSealPassphrase(call.flags['seal-passphrase-file'], 'seal-passphrase-file', io)
    const after = await offerToSeal(call.directory, secret)
    if (after.state === 'refused') {
      io.printError(`keyturn: ${refusalText(after, words)}`)
      return EXIT.forbidden
    }
    const isMissing = after.state === 'sealed' && after.needs === 'shares'
    io.print(isMissing ? words.shares(after.given, after.threshold) : words.unsealed)
    return EXIT.ok
  },
}

const MIGRATE_FLAGS = {
  to: {
    placeholder: 'KIND',
    help: `what keeps the root key from now on: ${KIND_HELP}`,
    required: true,
  },
  'seal-passphrase-file': PASSPHRASE,
  'seal-shares-dir': {
    placeholder: 'DIR',
    help: 'folder with the files of enough shares of the old seal; without it the terminal asks',
  },
  'new-passphrase-file': NEW_PASSPHRASE,
  ...SHARES_FLAGS,
  'seal-kms-key': KMS_KEY,
  'seal-token-key': TOKEN_KEY,
  ...PEER_FLAGS,
} as const satisfies Readonly<Record<string, Flag>>

/** Moves the root key from one seal to another. */
export const sealMigrate: Command = {
  help: () =>
    sealHelp(
      'seal migrate',
      'Moves the root key of a data folder to another seal, another passphrase or new shares. The server is\n' +
        'stopped first. The old file stays until the new one is on the disk and was opened again; copies of the old\n' +
        'one in backups still open as before. Nodes on one store need the new file each.',
      MIGRATE_FLAGS,
    ),
  async run(args, io) {
    const call = parseSealCall(args, MIGRATE_FLAGS, io)
    const kind = kindOf(call, 'to')
    const plan = await planSeal(call.directory, {
      'root-key': call.rootKey,
      ...call.peer,
      'seal-passphrase-file': call.flags['seal-passphrase-file'],
    })
    // Said before anybody is asked for a secret, and before the audit log is opened under the root key.
    requireSealed(plan.path)
    const from = await sealOfPlan(plan, io, call.flags['seal-shares-dir'])
    const how = await newSealOf(kind, call, 'new-passphrase-file', io)
    const { directory, nodeName, store } = call
    const roots = await auditing(
      chainWithoutStore({ directory, nodeName, store }, from),
      { command: 'seal migrate', detail: { from: plan.kind, to: kind } },
      () => migrateSeal(directory, plan.path, from, how),
      (ids) => ({ detail: { rootKeys: ids.join(' ') } }),
    )
    io.print(roots.join('\n'))
    return EXIT.ok
  },
}

function kindOf({ flags }: SealCall, flag: string) {
  const kind = SEAL_KINDS.find((candidate) => candidate === flags[flag])
  if (kind === undefined) throw mistake('not-a-choice', { flag, choices: SEAL_KINDS.join(', ') })
  return kind
}

async function newSealOf(
  kind: SealKind,
  { flags, peer }: SealCall,
  passphraseFlag: string,
  io: CommandIo,
): Promise<NewSeal> {
  switch (kind) {
    case 'file':
      return { kind }
    case 'passphrase': {
      const passphrase = await readNewPassphrase(flags[passphraseFlag], passphraseFlag, io)
      return { kind, passphrase }
    }
    case 'shamir': {
      const shares = countOf(flags, 'shares', MIN_THRESHOLD, MAX_SHARES)
      const threshold = countOf(flags, 'threshold', MIN_THRESHOLD, shares)
      return { kind, sharing: { shares, threshold }, handOut: handOutOf(flags['shares-dir'], io) }
    }
    case 'kms': {
      const keyId = flags['seal-kms-key'] ?? ''
      if (keyId === '') throw mistake('flag-missing', { flag: 'seal-kms-key' })
      return { kind, peer, keyId }
    }
    case 'pkcs11': {
      const keyLabel = flags['seal-token-key'] ?? ''
      if (keyLabel === '') throw mistake('flag-missing', { flag: 'seal-token-key' })
      return { kind, token: peer, keyLabel }
    }
    default:
      throw kind satisfies never
  }
}

/** Hands shares out as files of a folder, or on the terminal of somebody who looks at it. */
function handOutOf(folder: string | undefined, io: CommandIo) {
  if (folder !== undefined && folder !== '') {
    return (shares: readonly SecretBytes[]) => writeShares(folder, shares)
  }
  const { ask, isWatched } = io
  if (ask === undefined || isWatched !== true) throw mistake('flag-missing', { flag: 'shares-dir' })
  return (shares: readonly SecretBytes[]) => showShares(shares, io, ask)
}

function countOf(flags: SealCall['flags'], flag: string, min: number, max: number): number {
  const text = flags[flag]
  if (text === undefined) throw mistake('flag-missing', { flag })
  const count = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  if (count >= min && count <= max) return count
  throw mistake('not-a-whole-number', { flag, min, max })
}
