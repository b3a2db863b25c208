import { chainOfStore } from '../server/audited-place.ts'
import { NodesNotReady } from '../server/await-nodes.ts'
import { auditing } from '../server/command-audit.ts'
import { existingSeal } from '../server/data-folder.ts'
import { RetireRefusal, retireRoots } from '../server/retire-root.ts'
import { RowsLeft } from '../server/rewrap-all.ts'
import { type RotationListener, rootStatus, rotateRoot } from '../server/rotate-root.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { type FlagValues, flagsHelp, parseFlags } from './flags.ts'
import { mistake } from './mistakes.ts'
import { storePlaceOf } from './open-store.ts'
import { count, type Progress, showProgress } from './progress.ts'
import { type RotateWords, rotateWordsFor } from './rotate-words.ts'
import { sealOfPlan } from './seal-flags.ts'

const ROTATE_FLAGS = {
  nodes: { placeholder: 'N', help: 'how many servers run on the store; required on PostgreSQL' },
} as const

/** Changes the root key. */
export const rootRotate: Command = {
  help: () =>
    flagsHelp(
      'root rotate',
      [
        'Makes a new root key, has the servers that run go over to it, and puts every record under it. They go',
        'on serving. Killed at any moment, it is to be called again, and goes on. The seal keeps the old root',
        'key: for tokens, audit log and backups of before. Where several nodes are on one store it waits:',
        'copy the root key file of this node to the others meanwhile.',
      ].join('\n'),
      ROTATE_FLAGS,
    ),
  async run(args, io) {
    const flags = parseFlags(args, ROTATE_FLAGS, io)
    const { order, chain, words, listener, endProgress } = await prepare(flags, io)
    const begunAtMs = performance.now()
    try {
      const done = await auditing(
        chain,
        { command: 'root rotate' },
        () => rotateRoot(order, listener),
        ({ from, to, records }) => ({ detail: { from, to, records } }),
      )
      endProgress()
      const seconds = ((performance.now() - begunAtMs) / 1000).toFixed(1)
      io.print(words.done(count(done.records), count(done.changed), seconds))
      return EXIT.ok
    } catch (error) {
      endProgress()
      if (error instanceof RowsLeft) return printLeft(error, words, io)
      if (!(error instanceof NodesNotReady)) throw error
      io.printError(`keyturn: ${words.notReady(error.ready, error.of, error.to, error.late)}`)
      return EXIT.unavailable
    }
  },
}

const RETIRE_FLAGS = {
  ...ROTATE_FLAGS,
  'end-sign-ins': {
    placeholder: '',
    help: 'do not wait until sign-ins of before have ended: end them',
  },
} as const

/** Drops the old root keys. */
export const rootRetire: Command = {
  help: () =>
    flagsHelp(
      'root retire',
      [
        'Drops the old root keys after root rotate: nothing that is made with one is believed any more, and the',
        'seal keeps none. It is for 24 hours after the change, when sign-ins of before have ended, or at once',
        'with --end-sign-ins. What verifies older parts of the audit log, and older statements, stays in the',
        'store. Keep old copies of the root key file with old backups: those need them.',
      ].join('\n'),
      RETIRE_FLAGS,
    ),
  async run(args, io) {
    const flags = parseFlags(args, RETIRE_FLAGS, io)
    const { order, chain, words, listener, endProgress } = await prepare(flags, io)
    try {
      const endsSignIns = flags['end-sign-ins'] === 'true'
      await auditing(
        chain,
        { command: 'root retire', detail: { endSignIns: endsSignIns ? 'yes' : 'no' } },
        () => retireRoots(order, listener, endsSignIns),
        (dropped) => ({ detail: { dropped: dropped.join(' ') } }),
      )
      return EXIT.ok
    } catch (error) {
      endProgress()
      if (error instanceof RowsLeft) return printLeft(error, words, io)
      if (error instanceof NodesNotReady) {
        io.printError(`keyturn: ${words.notDropped(error.ready, error.of, error.late)}`)
        return EXIT.unavailable
      }
      if (!(error instanceof RetireRefusal)) throw error
      const hours = Math.ceil(error.waitMs / 3_600_000)
      io.printError(`keyturn: ${words.refusals[error.kind](hours)}`)
      return EXIT.failed
    }
  },
}

/** Says how it stands with the root key. */
export const rootStatusCommand: Command = {
  help: () =>
    flagsHelp(
      'root status',
      'Says which root key the store needs, how far a change of it is, and how many records and MACs are\n' +
        'under each. Reads all, opens and checks none, and changes nothing.',
      {},
    ),
  async run(args, io) {
    const flags = parseFlags(args, {}, io)
    const words = await rotateWordsFor(io)
    const { current, rotation, records } = await rootStatus(storePlaceOf(flags, io))
    if (current === undefined) {
      io.print(words.none)
      return EXIT.ok
    }
    io.print(words.current(current))
    if (rotation !== undefined) io.print(words.steps[rotation.step](rotation.from, rotation.to))
    for (const [id, number] of records) io.print(words.under(id, count(number)))
    return EXIT.ok
  },
}

function printLeft({ rowCount, rows }: RowsLeft, words: RotateWords, io: CommandIo): number {
  io.printError(`keyturn: ${words.left(count(rowCount), rows)}`)
  return EXIT.failed
}

function listenerOf(words: RotateWords, io: CommandIo) {
  let progress: Progress | undefined
  const listener: RotationListener = {
    onStep: ({ step, from, to }) => io.print(words.steps[step](from, to)),
    async onRewrap(total) {
      progress?.end()
      progress = await showProgress(io, { task: 'rewrapping', unit: 'records', total })
    },
    onRecords: (records) => progress?.add(records),
  }
  return { listener, endProgress: () => progress?.end() }
}

/** What a change of the root keys begins with: where, with what seal, and who is told. */
async function prepare(flags: FlagValues, io: CommandIo) {
  const place = storePlaceOf(flags, io)
  const { directory, settings } = place
  const nodes = nodesOf(flags['nodes'], settings.store !== undefined)
  const seal = await existingSeal(directory, settings, (plan) =>
    sealOfPlan(plan, io, flags['seal-shares-dir']),
  )
  const words = await rotateWordsFor(io)
  const chain = chainOfStore(place, seal)
  return { order: { ...place, seal, nodes }, chain, words, ...listenerOf(words, io) }
}

function nodesOf(text: string | undefined, isShared: boolean): number | undefined {
  if (text === undefined) {
    if (isShared) throw mistake('flag-missing', { flag: 'nodes' })
    return undefined
  }
  if (!/^\d{1,4}$/.test(text)) throw mistake('not-a-number', { flag: 'nodes' })
  return Number(text)
}
