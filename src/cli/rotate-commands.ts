import { resolve } from 'node:path'
import { existingSeal } from '../server/data-folder.ts'
import { NodesNotReady, rootStatus, rotateRoot } from '../server/rotate-root.ts'
import { storeSettingsOf } from '../server/store-settings.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { mistake } from './mistakes.ts'
import { flagsHelp, parseFlags } from './open-store.ts'
import { count, type Progress, showProgress } from './progress.ts'
import { rotateWordsFor } from './rotate-words.ts'
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
    const { directory, settings } = placeOf(flags, io)
    const nodes = nodesOf(flags['nodes'], settings.store !== undefined)
    const seal = await existingSeal(directory, settings, (plan) => sealOfPlan(plan, io))
    const words = await rotateWordsFor(io)
    let progress: Progress | undefined
    const begunAtMs = performance.now()
    try {
      const done = await rotateRoot(
        { directory, settings, seal, nodes },
        {
          onStep: ({ step, from, to }) => io.print(words.steps[step](from, to)),
          async onRewrap(total) {
            progress?.end()
            progress = await showProgress(io, { task: 'rewrapping', unit: 'records', total })
          },
          onRecords: (records) => progress?.add(records),
        },
      )
      progress?.end()
      const seconds = ((performance.now() - begunAtMs) / 1000).toFixed(1)
      io.print(words.done(count(done.records), count(done.changed), seconds))
      return EXIT.ok
    } catch (error) {
      progress?.end()
      if (!(error instanceof NodesNotReady)) throw error
      io.printError(`keyturn: ${words.notReady(error.ready, error.of, error.to, error.late)}`)
      return EXIT.unavailable
    }
  },
}

/** Says how it stands with the root key. */
export const rootStatusCommand: Command = {
  help: () =>
    flagsHelp(
      'root status',
      'Says which root key the store needs, how far a change of it is, and how many records are under each.\n' +
        'Reads all records, opens none, and changes nothing.',
      {},
    ),
  async run(args, io) {
    const flags = parseFlags(args, {}, io)
    const words = await rotateWordsFor(io)
    const { current, rotation, records } = await rootStatus(placeOf(flags, io))
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

function placeOf(flags: Readonly<Record<string, string | undefined>>, io: CommandIo) {
  const settings = storeSettingsOf(flags, io.environment)
  return { directory: resolve(flags['data'] ?? '.'), settings }
}

function nodesOf(text: string | undefined, isShared: boolean): number | undefined {
  if (text === undefined) {
    if (isShared) throw mistake('flag-missing', { flag: 'nodes' })
    return undefined
  }
  if (!/^\d{1,4}$/.test(text)) throw mistake('not-a-number', { flag: 'nodes' })
  return Number(text)
}
