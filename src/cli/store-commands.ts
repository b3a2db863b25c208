import { parseArgs } from 'node:util'
import {
  type CopyReport,
  copyStoppedStore,
  type Difference,
  parseStorePlace,
} from '../server/store-copy.ts'
import { type Command, EXIT } from './command.ts'
import { showCopyProgress } from './copy-progress.ts'
import { mistake, mistakeOfArguments } from './mistakes.ts'
import { count } from './progress.ts'

const TEXT = { type: 'string' } as const
const OPTIONS = {
  from: TEXT,
  to: TEXT,
  'from-password-file': TEXT,
  'to-password-file': TEXT,
  'from-ca': TEXT,
  'to-ca': TEXT,
  'replace-unfinished': { type: 'boolean' },
} as const

/** Copies a store from one engine to the other. */
export const storeCopy: Command = {
  help: () =>
    [
      'Usage: keyturn store copy --from PLACE --to PLACE [FLAGS]',
      '',
      'Copies all data of a store to an empty one, then reads both again and compares every column of',
      'every row. A PLACE is sqlite:FILE, the keyturn.sqlite of a data folder, or a URL as of --store:',
      'postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full.',
      '',
      'Stop the server first, and on PostgreSQL every node: a server on SQLite is noticed, nodes on',
      'PostgreSQL are not. What was written meanwhile is found by comparing, and the exit code is 1.',
      'The root key and the audit log are files of a data folder and are not copied: the new store needs',
      'the same root.key. More in docs/store-copy.md.',
      '',
      '  --from PLACE',
      '        the store that is copied; it is only read (required)',
      '  --to PLACE',
      '        where it goes, a new file or a database without rows of Keyturn (required)',
      '  --from-password-file FILE, --to-password-file FILE',
      '        file with the password of the database',
      '  --from-ca FILE, --to-ca FILE',
      '        certificates of issuers (PEM) that vouch for the database, in place of the system’s',
      '  --replace-unfinished',
      '        remove what an earlier copy left in the target that was not finished',
    ].join('\n'),
  async run(args, io) {
    const flags = parse(args)
    const [from, to] = (['from', 'to'] as const).map((flag) => {
      const place = flags[flag]
      if (place === undefined || place === '') throw mistake('flag-missing', { flag })
      const [passwordFile, caFile] = [flags[`${flag}-password-file`], flags[`${flag}-ca`]]
      return parseStorePlace({ flag, place, passwordFile, caFile })
    })
    if (from === undefined || to === undefined) throw new Error('two flags make two places')
    const begunAtMs = performance.now()
    let report: CopyReport
    try {
      report = await copyStoppedStore({
        from,
        to,
        replaceUnfinished: flags['replace-unfinished'] === true,
        onProgress: await showCopyProgress(io),
      })
    } finally {
      io.rewriteLine?.('')
    }
    io.print(present(report, performance.now() - begunAtMs))
    return report.differenceCount === 0 ? EXIT.ok : EXIT.failed
  },
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values
  } catch (error) {
    throw mistakeOfArguments(error)
  }
}

function present(report: CopyReport, tookMs: number): string {
  const { tables, rows, differences, differenceCount, rootKeyId } = report
  const done = `${count(tables)} tables, ${count(rows)} rows, ${(tookMs / 1000).toFixed(1)} s`
  if (differenceCount > 0) {
    const more = differenceCount - differences.length
    return [
      `Copied, but source and target are NOT alike: ${count(differenceCount)} differences; ${done}.`,
      ...differences.map((difference) => `  ${describe(difference)}`),
      ...(more > 0 ? [`  and ${count(more)} more`] : []),
      'No server starts on the target. Stop whatever writes to either store, then copy again with',
      '--replace-unfinished.',
    ].join('\n')
  }
  return [
    `Copied and compared, every column alike: ${done}.`,
    `The records are under the root key ${rootKeyId ?? '(none yet)'}: give every server on the new store the`,
    'file root.key of the old one, and keep a backup of it. The audit log stays in the data folder of',
    'its node. Never let servers run on both stores.',
  ].join('\n')
}

function describe(difference: Difference): string {
  const { kind, table } = difference
  switch (kind) {
    case 'missing':
      return `${table} ${difference.key}: missing in the target`
    case 'extra':
      return `${table} ${difference.key}: only in the target`
    case 'column':
      return `${table} ${difference.key}: ${difference.column} differs`
    case 'numbers':
      return `${table}: the target would give numbers again that the source has given`
    default:
      throw kind satisfies never
  }
}
