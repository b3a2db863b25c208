import type { AuditReport } from '../audit/verify.ts'
import type { RotationHindrance } from '../core/rehearsal.ts'
import type { CommandIo } from './command.ts'
import { languageOf } from './language.ts'

/** What commands report of audit logs, backups and rotations to come, in one language. */
export interface ReportWords {
  readonly auditLog: (found: AuditSum) => string
  readonly backup: BackupWords
  /** Why a key does not rotate. */
  readonly hindrances: Readonly<Record<RotationHindrance, string>>
}

/** What was found in all chains of an audit log. */
export interface AuditSum
  extends Pick<AuditReport, 'records' | 'groups' | 'files' | 'checkpoints' | 'problems'> {
  readonly chains: number
  /** Records for which no checkpoint vouches yet. */
  readonly openRecords: number
  readonly areMacsChecked: boolean
  /** Chains whose last records are under a dropped root key alone. */
  readonly doubtful: readonly Pick<AuditReport, 'chain' | 'doubtfulRecords'>[]
}

/** What a backup holds, in numbers as they are shown. */
export interface BackupSummary {
  readonly keys: string
  readonly rows: string
  readonly engine: string
  readonly at: string
  readonly rootKeyId: string
}

/** What is said of backups. */
export interface BackupWords {
  readonly written: (summary: BackupSummary, bytes: string, seconds: string) => string
  readonly good: (summary: BackupSummary, records: string) => string
  /** @param more How many problems are not among the lines; undefined for none. */
  readonly bad: (
    summary: BackupSummary,
    count: string,
    problems: readonly string[],
    more: string | undefined,
  ) => string
  readonly nothingChanged: string
  /** @param kept Where the store now is that was there before. */
  readonly restored: (summary: BackupSummary, kept: string | undefined) => string
}

const REPORT_WORDS_EN: ReportWords = {
  auditLog(found) {
    const { problems, records, chains, groups, files, checkpoints, openRecords } = found
    const macs = found.areMacsChecked
      ? 'MACs checked'
      : 'MACs not checked, for that needs the root key'
    const openEnd =
      openRecords === 0 ? '' : `; no checkpoint vouches yet for the last ${openRecords} of them`
    const where = chains === 1 ? '' : ` in ${chains} chains`
    const counts =
      `${records} records${where}, ${groups} groups, ${files} files, ` +
      `${checkpoints} checkpoints${openEnd}`
    const verdict = problems.length === 0 ? 'whole' : 'NOT whole'
    const doubts = found.doubtful.map(
      ({ chain, doubtfulRecords }) =>
        `chain ${chain}: the last ${doubtfulRecords} records are under a dropped root key alone. Their node did not run ` +
        'when it was dropped: it made them before it was killed, or a thief of that root key did',
    )
    const lines = [...problems, ...doubts].map((line) => `  ${line}`)
    return [`The audit log is ${verdict}: ${counts}; ${macs}.`, ...lines].join('\n')
  },
  backup: {
    written: (summary, bytes, seconds) =>
      [
        `Backed up ${contents(summary)}: ${bytes}, ${seconds} s.`,
        `The root key ${summary.rootKeyId} is NOT in it: keep root.key elsewhere. Without it nobody can open`,
        'this backup, and whoever has both has every key.',
      ].join('\n'),
    good: (summary, records) =>
      `The backup is good: ${guarded(summary)}; ${records} wrapped records opened.`,
    bad: (summary, count, problems, more) =>
      [
        `The backup is NOT good: ${guarded(summary)}; ${count} problems.`,
        ...problems.map((problem) => `  ${problem}`),
        ...(more === undefined ? [] : [`  and ${more} more`]),
      ].join('\n'),
    nothingChanged: 'Nothing was changed.',
    restored: (summary, kept) =>
      [
        `Restored ${contents(summary)}, every record of it opened.`,
        ...(kept === undefined
          ? []
          : [`The store that was there is now ${kept}: remove it when you are sure.`]),
        'What was made, changed or revoked since then is not in it: go through the audit log.',
      ].join('\n'),
  },
  hindrances: {
    off: 'rotation is switched off',
    disabled: 'the key is disabled',
    'pending-deletion': 'the key waits for its deletion',
    'pending-import': 'the key waits for material',
    imported: 'imported material rotates on demand only',
    kind: 'asymmetric and MAC keys do not rotate',
    'default-key': 'default keys do not rotate',
    replica: 'a replica follows its primary in another region',
  },
}

function contents({ keys, rows, engine, at }: BackupSummary): string {
  return `${keys} keys in ${rows} rows of ${engine} as of ${at}`
}

function guarded(summary: BackupSummary): string {
  return `${contents(summary)}, under the root key ${summary.rootKeyId}`
}

/** The words in the language of whoever typed the command. Chinese is loaded only where it is read. */
export async function reportWordsFor({ environment }: CommandIo): Promise<ReportWords> {
  if (languageOf(environment) === 'en') return REPORT_WORDS_EN
  return (await import('./chinese/report-words.ts')).REPORT_WORDS_ZH
}
