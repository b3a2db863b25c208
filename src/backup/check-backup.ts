import type { RootKeyId } from '../core/ids.ts'
import type { RootKey } from '../crypto/root-key.ts'
import { rootKeyIdOfMac, rowMacs } from '../crypto/row-macs.ts'
import { rootKeyIdOf, unwrapRecord } from '../crypto/wrapped-record.ts'
import { ROWS_GUARDED } from '../ports/meta-store.ts'
import type { RowMacs } from '../ports/row-guard.ts'
import type { Row } from '../storage/copy/store-end.ts'
import { COPIED_TABLES, type TableName } from '../storage/copy/tables.ts'
import { MIGRATION_NAMES } from '../storage/sql/migrate.ts'
import { textOfGuarded } from '../storage/sql/stored-rows.ts'
import { type BackupKey, backupKeys } from './backup-keys.ts'
import type { BackupFile } from './read-backup.ts'
import { RefusedBackup } from './refused-backup.ts'
import {
  columnsOfVersion,
  TABLES_OF_VERSIONS,
  type WrappedColumn,
  wrappedColumns,
} from './wrapped-columns.ts'

/** Problems that are told; the others are counted. */
const MAX_PROBLEMS = 100

/** What was looked at, and what is wrong with it. */
export interface CheckReport {
  readonly tables: number
  readonly rows: number
  readonly keys: number
  /** Wrapped records that opened. */
  readonly records: number
  /** Whether its rows bear MACs: an older version of Keyturn wrote none. */
  readonly isGuarded: boolean
  /** The first of the problems, by table and key of the row, never by value. */
  readonly problems: readonly string[]
  readonly problemCount: number
}

/** What a backup is checked with. */
export interface CheckOptions {
  readonly file: BackupFile
  /** The root key that the backup is under. */
  readonly root: RootKey
  /** Root keys by their ids, for records that are still under a former one; left out: `root` alone. */
  readonly roots?: (id: RootKeyId) => RootKey | undefined
  /** Told how many bytes were read since the last time. */
  readonly onBytes?: (bytes: number) => void
}

/**
 * Reads all of a backup: each part is authentic and in its place, each table has the rows that were
 * counted, each wrapped record opens at its place, each key has its primary version. Memory does not
 * grow with the number of keys.
 *
 * @throws {RefusedBackup} when it is not the file that was written
 */
export async function checkBackup(options: CheckOptions): Promise<CheckReport> {
  const { file, root, onBytes } = options
  const { header } = file
  requireKnownSchema(file)
  const findings = recordFindings(options)
  const macs = macChecks(options)
  const lacking = (key: BackupKey) => findings.complain('keys', key.row, 'no primary version')
  let [tables, rows, keys] = [0, 0, 0]
  let versions: ReturnType<typeof versionChecks> | undefined
  try {
    for await (const frame of file.frames(root, onBytes)) {
      if (frame.kind === 'end') ({ tables, rows } = frame)
      if (frame.kind === 'table' && TABLES_OF_VERSIONS.includes(frame.table)) {
        versions = versionChecks(options, frame.table === 'key_versions' ? lacking : undefined)
      }
      if (frame.kind === 'tableEnd') {
        await versions?.end()
        versions = undefined
      }
      if (frame.kind !== 'rows') continue
      const { table } = frame
      if (table === 'keys') keys += frame.rows.length
      for (const row of frame.rows) {
        if (macs.isWrong(table, row)) {
          findings.complain(table, row, 'changed by something else than Keyturn')
        }
        if (versions === undefined) findings.check(table, row, wrappedColumns(table, row))
        else {
          const key = await versions.keyOf(row)
          if (key === undefined) findings.complain(table, row, 'there is no such key')
          else findings.check(table, row, columnsOfVersion(row, key))
        }
      }
    }
  } finally {
    await versions?.close()
  }
  if (tables !== header.tables || rows !== header.rows || keys !== header.keys) {
    throw new RefusedBackup({
      en: 'the backup has other rows than its head says',
      zh: '备份中的行与其头部所说不符',
    })
  }
  if (!macs.isGuarded() && keys > 0 && hasMacs(header.schema)) {
    findings.complain('meta', { name: ROWS_GUARDED }, 'taken away: no row bears its MAC')
  }
  return { tables, rows, keys, isGuarded: macs.isGuarded(), ...findings.report() }
}

function requireKnownSchema({ header }: BackupFile): void {
  if (MIGRATION_NAMES.includes(header.schema)) return
  throw new RefusedBackup({
    en:
      `the backup has migration ${header.schema}, which this version of Keyturn does not know: it was ` +
      `made by Keyturn ${header.program}`,
    zh: `备份含有迁移 ${header.schema}，此版本的 Keyturn 不认识：备份由 Keyturn ${header.program} 所做`,
  })
}

/** The migration that made room for MACs. */
const MACS_SINCE = '0012-row-macs'

function hasMacs(schema: string): boolean {
  return MIGRATION_NAMES.indexOf(schema) >= MIGRATION_NAMES.indexOf(MACS_SINCE)
}

/** Opens records and gathers what is wrong with them. */
function recordFindings({ root, roots }: CheckOptions) {
  const rootOf = roots ?? ((id: RootKeyId) => (id === root.id ? root : undefined))
  const problems: string[] = []
  let problemCount = 0
  let records = 0

  /** What is wrong with a record; undefined for nothing. */
  const problemOf = (record: Uint8Array, { binding }: WrappedColumn): string | undefined => {
    const id = rootKeyIdOf(record)
    if (id === undefined) return 'is no record'
    const of = rootOf(id)
    if (of === undefined) return `is under the root key ${id}, which is not here`
    const secret = unwrapRecord(of, binding, record)
    if (secret === undefined) return 'does not open at its place'
    secret.wipe()
    records++
    return undefined
  }

  const complain = (table: TableName, row: Row, what: string) => {
    problemCount++
    if (problems.length < MAX_PROBLEMS) problems.push(`${table} ${nameOf(table, row)}: ${what}`)
  }

  return {
    complain,
    check(table: TableName, row: Row, columns: readonly WrappedColumn[]): void {
      for (const wrapped of columns) {
        const record = row[wrapped.column]
        // Nothing where there never was a secret; no bytes where the material is gone.
        if (!(record instanceof Uint8Array) || record.length === 0) continue
        const problem = problemOf(record, wrapped)
        if (problem !== undefined) complain(table, row, `${wrapped.column} ${problem}`)
      }
    },
    report: () => ({ records, problems, problemCount }),
  }
}

/** Finds rows that do not bear the MAC that they should; facts about the store come before all others. */
function macChecks({ root, roots }: CheckOptions) {
  let isGuarded = false
  return {
    isGuarded: () => isGuarded,
    isWrong(table: TableName, row: Row): boolean {
      if (table === 'meta' && row['name'] === ROWS_GUARDED) isGuarded = true
      const text = textOfGuarded(table, row)
      if (text === undefined) return false
      const mac = row['mac']
      if (!(mac instanceof Uint8Array)) return isGuarded
      const id = rootKeyIdOfMac(mac)
      const of = id === undefined || id === root.id ? root : (roots?.(id) ?? root)
      return macsOf(of).check(text, mac) === 'wrong'
    },
  }
}

const MACS = new WeakMap<RootKey, RowMacs>()

function macsOf(root: RootKey): RowMacs {
  const known = MACS.get(root) ?? rowMacs(root)
  MACS.set(root, known)
  return known
}

/**
 * Finds the keys of versions that come in order.
 *
 * @param onLacking Told of keys whose primary version did not come; left out where not all versions do.
 */
function versionChecks({ file, root }: CheckOptions, onLacking?: (key: BackupKey) => void) {
  let seen: BackupKey | undefined
  const keys = backupKeys(file, root, (key) => {
    if (key.primaryVersion !== undefined && key !== seen) onLacking?.(key)
  })
  return {
    async keyOf(row: Row): Promise<BackupKey | undefined> {
      const key = await keys.find(String(row['key_id']))
      if (key !== undefined && key.primaryVersion === row['version']) seen = key
      return key
    },
    async end(): Promise<void> {
      if (onLacking !== undefined) await keys.toEnd()
      await keys.close()
    },
    close: () => keys.close(),
  }
}

function nameOf(table: TableName, row: Row): string {
  return COPIED_TABLES[table].key
    .map((column) => {
      const value = row[column]
      return `${column}=${value instanceof Uint8Array ? 'bytes' : JSON.stringify(value)}`
    })
    .join(' ')
}
