import { SEAL_KINDS } from '../ports/seal.ts'
import { createSeal, migrateSeal } from '../server/change-seal.ts'
import { planSeal, sealFile, sealIn } from '../server/seal-settings.ts'
import type { SealState } from '../server/unsealing.ts'
import { askSealState, offerToSeal } from './ask-seal.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { mistake } from './mistakes.ts'
import type { Flag } from './open-store.ts'
import {
  parseSealCall,
  readNewPassphrase,
  readSealPassphrase,
  type SealCall,
  sealHelp,
  sealOfPlan,
} from './seal-flags.ts'
import { type SealWords, sealWordsFor } from './seal-words.ts'

const PASSPHRASE: Flag = {
  placeholder: 'FILE',
  help: 'file with the passphrase, - for standard input; without it the terminal asks',
}
const NEW_PASSPHRASE: Flag = {
  placeholder: 'FILE',
  help: 'file with the new passphrase, - for standard input; without it the terminal asks',
}
const KIND_HELP = `one of ${SEAL_KINDS.join(', ')}`

const CREATE_FLAGS = {
  seal: { placeholder: 'KIND', help: `what keeps the root key: ${KIND_HELP}`, required: true },
  'seal-passphrase-file': NEW_PASSPHRASE,
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
    const passphrase = await newPassphraseFor(kind, call, 'seal-passphrase-file', io)
    io.print(await createSeal(call.directory, call.rootKey, kind, passphrase))
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
      [words.server, state === undefined ? words.notRunning : words.states[state.state]],
    ]
    io.print(lines.map(([name, value]) => `${name}  ${value}`).join('\n'))
    return state?.state === 'sealed' ? EXIT.failed : EXIT.ok
  },
}

function rootLines(
  state: SealState | undefined,
  fromFile: readonly string[] | undefined,
  words: SealWords,
): readonly (readonly [string, string])[] {
  const roots = state?.state === 'unsealed' && state.roots.length > 0 ? state.roots : fromFile
  return roots === undefined ? [] : [[words.rootKey, roots.join(' ')]]
}

const UNSEAL_FLAGS = { 'seal-passphrase-file': PASSPHRASE } as const

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
    const file = call.flags['seal-passphrase-file']
    const secret = await readSealPassphrase(file, 'seal-passphrase-file', io)
    const after = await offerToSeal(call.directory, secret)
    if (after === undefined) {
      io.printError(`keyturn: ${words.wrong}`)
      return EXIT.forbidden
    }
    io.print(words.unsealed)
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
  'new-passphrase-file': NEW_PASSPHRASE,
} as const satisfies Readonly<Record<string, Flag>>

/** Moves the root key from one seal to another. */
export const sealMigrate: Command = {
  help: () =>
    sealHelp(
      'seal migrate',
      'Moves the root key of a data folder to another seal, or to another passphrase. The server is stopped\n' +
        'first. The old file stays until the new one is on the disk and was opened again; copies of the old\n' +
        'one in backups still open as before. Nodes on one store need the new file each.',
      MIGRATE_FLAGS,
    ),
  async run(args, io) {
    const call = parseSealCall(args, MIGRATE_FLAGS, io)
    const kind = kindOf(call, 'to')
    const plan = await planSeal(call.directory, {
      'root-key': call.rootKey,
      'seal-passphrase-file': call.flags['seal-passphrase-file'],
    })
    const from = await sealOfPlan(plan, io)
    const passphrase = await newPassphraseFor(kind, call, 'new-passphrase-file', io)
    const roots = await migrateSeal(call.directory, plan.path, from, kind, passphrase)
    io.print(roots.join('\n'))
    return EXIT.ok
  },
}

function kindOf({ flags }: SealCall, flag: string) {
  const kind = SEAL_KINDS.find((candidate) => candidate === flags[flag])
  if (kind === undefined) throw mistake('not-a-choice', { flag, choices: SEAL_KINDS.join(', ') })
  return kind
}

async function newPassphraseFor(kind: string, { flags }: SealCall, flag: string, io: CommandIo) {
  return kind === 'passphrase' ? await readNewPassphrase(flags[flag], flag, io) : undefined
}
