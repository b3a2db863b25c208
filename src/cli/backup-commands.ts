import { resolve } from 'node:path'
import type { ByteSink } from '../files/byte-sink.ts'
import type { Seal } from '../ports/seal.ts'
import { chainOfStore, chainWithoutStore } from '../server/audited-place.ts'
import {
  type BackupHeader,
  type BackupListener,
  type BackupPlace,
  type CheckReport,
  createBackup,
  restoreBackup,
  verifyBackup,
} from '../server/backup.ts'
import { auditing } from '../server/command-audit.ts'
import { existingSeal } from '../server/data-folder.ts'
import type { SealPlan } from '../server/seal-settings.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { openOutput } from './file-places.ts'
import { type Flags, type FlagValues, flagsHelp, parseFlags } from './flags.ts'
import { mistake } from './mistakes.ts'
import { cleaningUp } from './on-signal.ts'
import { type StorePlace, storePlaceOf } from './open-store.ts'
import { amount, count, type Progress, showProgress } from './progress.ts'
import { type BackupSummary, type BackupWords, reportWordsFor } from './report-words.ts'
import { sealOfPlan } from './seal-flags.ts'
import { terminalWordsFor } from './terminal-words.ts'

const CREATE_FLAGS = {
  to: { placeholder: 'FILE', help: 'where it goes, or - for standard output', required: true },
  force: { placeholder: '', help: 'replace FILE if it is there' },
} as const

const RESTORE_FLAGS = {
  replace: {
    placeholder: '',
    help: 'put it in the place of a store that has rows; on SQLite that is kept under another name',
  },
} as const

/** Writes a backup of the store. */
export const backupCreate: Command = {
  help: () =>
    flagsHelp(
      'backup create --to FILE',
      [
        'Writes all that the store holds at one moment to one encrypted file. Servers may run meanwhile. FILE',
        'appears when it is whole and on the disk, for its owner alone. SQLite and PostgreSQL have the same',
        'format: a backup of one may be restored to the other.',
        '',
        'The root key is not in it, and without it the backup is worth nothing: keep it in another place,',
        'under other hands. The audit log is a folder of its own, too. More in docs/how-to/backup.md.',
      ].join('\n'),
      CREATE_FLAGS,
    ),
  async run(args, io) {
    const flags = parseFlags(args, CREATE_FLAGS, io)
    const { to = '-' } = flags
    const output = { replaces: flags['force'] === 'true', isReadable: false }
    let opened: ByteSink | undefined
    let progress: Progress | undefined
    const place = storePlaceOf(flags, io)
    const seal = await sealAt(place, flags, io)
    const begunAtMs = performance.now()
    const write = () =>
      cleaningUp(
        () => opened?.discardNow(),
        async () => {
          const sink = await openOutput(to, output)
          opened = sink
          try {
            const done = await createBackup({ ...place, seal }, sink, {
              async onBegin(total) {
                progress = await showProgress(io, { task: 'backing up', unit: 'rows', total })
              },
              onRows: (rows) => progress?.add(rows),
            })
            await sink.commit()
            return done
          } catch (error) {
            await sink.discard()
            throw error
          } finally {
            progress?.end()
          }
        },
      )
    const facts = { command: 'backup create', detail: { file: fileText(to) } } as const
    const written = await auditing(chainOfStore(place, seal), facts, write, (done) => ({
      detail: { rootKey: done.header.rootKeyId, rows: done.header.rows, bytes: done.bytes },
    }))
    const { header, bytes } = written
    const seconds = ((performance.now() - begunAtMs) / 1000).toFixed(1)
    const size = amount(bytes, 'bytes', await terminalWordsFor(io))
    const report = (await reportWordsFor(io)).backup.written(summaryOf(header), size, seconds)
    if (to === '-') io.printError(report)
    else io.print(report)
    return EXIT.ok
  },
}

/** Says whether a backup is good. */
export const backupVerify: Command = {
  help: () =>
    flagsHelp(
      'backup verify FILE',
      [
        'Reads a whole backup: every part must be what was written there, every table have the rows that were',
        'counted, every wrapped record open at its place, every key have its primary version. Only the root',
        'key is needed, by --root-key or in the data folder; no store is touched. The exit code is 0 when all',
        'is good.',
      ].join('\n'),
      {},
    ),
  async run(args, io) {
    const { place, file } = parseWithFile(args, {}, io)
    const shown = listener(io)
    const { header, report } = await verifyBackup(place, file, shown).finally(shown.end)
    io.print(present(header, report, (await reportWordsFor(io)).backup))
    return report.problemCount === 0 ? EXIT.ok : EXIT.failed
  },
}

/** Puts a store back. */
export const backupRestore: Command = {
  help: () =>
    flagsHelp(
      'backup restore FILE',
      [
        'Verifies a whole backup as backup verify does, then puts the store back from it. After a crash on',
        'the way there is either what was before or all of the backup. The store may be of the other engine',
        'than the backup.',
        '',
        'First stop every server on the store, and put root.key in the data folder, or name it by --root-key.',
        'Tokens that were given out before are worth nothing afterwards. More in docs/how-to/backup.md.',
      ].join('\n'),
      RESTORE_FLAGS,
    ),
  async run(args, io) {
    const { file, flags } = parseWithFile(args, RESTORE_FLAGS, io)
    const place = storePlaceOf(flags, io)
    const seal = await sealAt(place, flags, io)
    const shown = listener(io)
    const replaces = flags['replace'] === 'true'
    const detail = { file: fileText(file), replace: replaces ? 'yes' : 'no' }
    const restored = await auditing(
      chainWithoutStore({ ...place, store: place.settings.store }, seal),
      { command: 'backup restore', detail },
      () => restoreBackup({ ...place, seal }, file, replaces, shown).finally(shown.end),
      ({ header, report }) => ({
        detail: { rootKey: header.rootKeyId, rows: header.rows, problems: report.problemCount },
        isFailed: report.problemCount > 0,
      }),
    )
    const { header, report, keptAt } = restored
    const words = (await reportWordsFor(io)).backup
    if (report.problemCount > 0) {
      io.print(`${present(header, report, words)}\n${words.nothingChanged}`)
      return EXIT.failed
    }
    io.print(words.restored(summaryOf(header), keptAt))
    return EXIT.ok
  },
}

const FILE = 'file'

function parseWithFile(args: readonly string[], own: Flags, io: CommandIo) {
  const flags = parseFlags(args, own, io, { operand: FILE })
  const file = flags[FILE]
  if (file === undefined) throw mistake('one-backup', {})
  return { file, flags, place: placeOf(flags, io) }
}

/** The seal of a data folder; it is asked for what opens it once. */
function sealAt(
  { directory, settings }: StorePlace,
  flags: FlagValues,
  io: CommandIo,
): Promise<Seal> {
  return existingSeal(directory, settings, (plan) => sealOfPlan(plan, io, flags['seal-shares-dir']))
}

function fileText(file: string): string {
  return file === '-' ? file : resolve(file)
}

function placeOf(flags: FlagValues, io: CommandIo): BackupPlace {
  const openSeal = (plan: SealPlan) => sealOfPlan(plan, io, flags['seal-shares-dir'])
  return { ...storePlaceOf(flags, io), openSeal }
}

/** Shows how far it is in bytes of the backup, of one task after the other. */
function listener(io: CommandIo): BackupListener & { readonly end: () => void } {
  let progress: Progress | undefined
  const end = () => progress?.end()
  return {
    async onBegin(task, total) {
      end()
      progress = await showProgress(io, { task, unit: 'bytes', total })
    },
    onBytes: (bytes) => progress?.add(bytes),
    end,
  }
}

function summaryOf({ keys, rows, engine, createdAt, rootKeyId }: BackupHeader): BackupSummary {
  return {
    keys: count(keys),
    rows: count(rows),
    engine: engine === 'sqlite' ? 'SQLite' : 'PostgreSQL',
    at: new Date(createdAt).toISOString(),
    rootKeyId,
  }
}

function present(header: BackupHeader, report: CheckReport, words: BackupWords): string {
  const { problems, problemCount, records } = report
  const summary = summaryOf(header)
  if (problemCount === 0) return words.good(summary, count(records))
  const more = problemCount - problems.length
  return words.bad(summary, count(problemCount), problems, more > 0 ? count(more) : undefined)
}
