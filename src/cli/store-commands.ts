import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chainWithoutStore } from '../server/audited-place.ts'
import { auditing, type OpenChain } from '../server/command-audit.ts'
import { existingSeal } from '../server/data-folder.ts'
import { type SealPlan, sealFile } from '../server/seal-settings.ts'
import { variableOf, variablesOfServer } from '../server/settings.ts'
import {
  type CopyPlace,
  type CopyReport,
  copyStoppedStore,
  type Difference,
  parseStorePlace,
} from '../server/store-copy.ts'
import { storeSettingsOf } from '../server/store-settings.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { showCopyProgress } from './copy-progress.ts'
import { mistake, mistakeOfArguments } from './mistakes.ts'
import { count } from './progress.ts'
import { sealOfPlan } from './seal-flags.ts'

const TEXT = { type: 'string' } as const
const OPTIONS = {
  from: TEXT,
  to: TEXT,
  'from-password-file': TEXT,
  'to-password-file': TEXT,
  'from-ca': TEXT,
  'to-ca': TEXT,
  'replace-unfinished': { type: 'boolean' },
  data: TEXT,
  'root-key': TEXT,
  'seal-passphrase-file': TEXT,
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
      'the same root.key. That it was copied is written to the audit log in the folder of a SQLite file with',
      'a root key beside it, or in that of --data. More in docs/store-copy.md.',
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
      '  --data DIR',
      '        data folder of a node, whose audit log says that it was copied',
      '  --root-key FILE, --seal-passphrase-file FILE',
      '        as the server of that folder has them',
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
    const chain = await chainOfCopy(from, to, flags, io)
    const detail = { from: flags.from ?? '', to: flags.to ?? '' }
    const begunAtMs = performance.now()
    let report: CopyReport
    try {
      const options = {
        from,
        to,
        replaceUnfinished: flags['replace-unfinished'] === true,
        onProgress: await showCopyProgress(io),
      }
      report = await auditing(
        chain,
        { command: 'store copy', detail },
        () => copyStoppedStore(options),
        ({ rows, differenceCount }) => ({
          detail: { rows, differences: differenceCount },
          isFailed: differenceCount > 0,
        }),
      )
    } finally {
      io.rewriteLine?.('')
    }
    io.print(present(report, performance.now() - begunAtMs))
    return report.differenceCount === 0 ? EXIT.ok : EXIT.failed
  },
}

/** The audit log that says of a copy: of the node whose data folder an end is in, or that is named. */
async function chainOfCopy(
  from: CopyPlace,
  to: CopyPlace,
  flags: ReturnType<typeof parse>,
  io: CommandIo,
): Promise<OpenChain> {
  const variables = variablesOfServer(io.environment)
  const { data, 'root-key': rootKey, 'seal-passphrase-file': passphrase } = flags
  const given = { 'root-key': rootKey, 'seal-passphrase-file': passphrase }
  // The store is one of the two: what else the settings name is not touched.
  const { store: _, ...settings } = storeSettingsOf(given, variables)
  const hasRoot = (folder: string) => existsSync(sealFile(folder, settings))
  const directory =
    data ??
    [from, to].flatMap((end) => (end.kind === 'sqlite' ? dirname(end.file) : [])).find(hasRoot) ??
    variables[variableOf('data')]
  if (directory === undefined || directory === '') throw mistake('flag-missing', { flag: 'data' })
  const place = { directory: resolve(directory), nodeName: variables[variableOf('node-name')] }
  const open = (plan: SealPlan) => sealOfPlan(plan, io)
  const seal = await existingSeal(place.directory, { ...settings, store: undefined }, open)
  return chainWithoutStore({ ...place, store: undefined }, seal)
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
