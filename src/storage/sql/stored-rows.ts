import type { Selectable } from 'kysely'
import type { Key } from '../../core/key.ts'
import type { StoredKey, StoredKeyVersion } from '../../ports/key-store.ts'
import { DamagedRow, type RowMacs } from '../../ports/row-guard.ts'
import { keyColumns, toStoredKey, toStoredKeyVersion, versionColumns } from './key-rows.ts'
import type { Database, KeysTable } from './schema.ts'

/** A row of a version. */
export type VersionRow = Selectable<Database['key_versions']>

/** All columns of a key but its MAC, in the order in which the MAC has them. It is never changed. */
export const KEY_COLUMNS = [
  'id',
  'project_id',
  'number',
  'tenant_id',
  'alias',
  'description',
  'spec',
  'usage',
  'origin',
  'is_default',
  'enterprise_project_id',
  'keystore_id',
  'state',
  'delete_at',
  'cancelled_to',
  'created_at',
  'primary_version',
  'rotation_interval',
  'rotation_period_start',
  'next_rotation_at',
  'rotation_count',
  'last_rotation_at',
  'revision',
  'material_expires_at',
  'region_role',
  'primary_region',
  'rotation',
] as const satisfies readonly Exclude<keyof KeysTable, 'mac'>[]

/** All columns of a version but its MAC, in the order in which the MAC has them. It is never changed. */
export const VERSION_COLUMNS = [
  'key_id',
  'version',
  'material_id',
  'origin',
  'wrapped_material',
  'created_at',
  'fingerprint',
  'expires_at',
] as const satisfies readonly Exclude<keyof VersionRow, 'mac'>[]

// A column that is not under the MAC does not compile.
type Unguarded =
  | Exclude<keyof KeysTable, 'mac' | (typeof KEY_COLUMNS)[number]>
  | Exclude<keyof VersionRow, 'mac' | (typeof VERSION_COLUMNS)[number]>
true satisfies [Unguarded] extends [never] ? true : false

type Value = string | number | Uint8Array | null

/**
 * A row as its MAC has it: table, then each value with its kind and length, so that no two rows have
 * one text. Text is taken as the engines store it: a half of a surrogate pair becomes U+FFFD.
 */
export function textOfRow(table: string, values: readonly Value[]): string {
  let text = `keyturn/v1/row/${table};`
  for (const value of values) {
    if (value === null) text += 'n;'
    else if (typeof value === 'number') text += `i${value};`
    else if (typeof value === 'string') {
      const stored = value.toWellFormed()
      text += `s${stored.length}:${stored}`
    } else {
      const { buffer, byteOffset, byteLength } = value
      text += `b${byteLength}:${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}`
    }
  }
  return text
}

/** The text of a key's row. */
export function textOfKey(row: Omit<KeysTable, 'mac'>): string {
  return textOfRow(
    'keys',
    KEY_COLUMNS.map((name) => row[name]),
  )
}

/** The text of a version's row. */
export function textOfVersion(row: Omit<VersionRow, 'mac'>): string {
  return textOfRow(
    'key_versions',
    VERSION_COLUMNS.map((name) => row[name]),
  )
}

/** The text of a row of any table, read without knowing which; undefined where rows bear no MAC. */
export function textOfGuarded(
  table: string,
  row: Readonly<Record<string, Value>>,
): string | undefined {
  const columns =
    table === 'keys' ? KEY_COLUMNS : table === 'key_versions' ? VERSION_COLUMNS : undefined
  return (
    columns &&
    textOfRow(
      table,
      columns.map((name) => row[name] ?? null),
    )
  )
}

/**
 * Rows of keys and versions on their way in and out: with their MACs, once there is what makes them.
 * Everything that reads or writes such a row goes through here.
 */
export class StoredRows {
  #macs: RowMacs | undefined
  #tell: (damaged: DamagedRow) => void = () => undefined

  /** From now on rows are written with MACs and read only with them. */
  watch(macs: RowMacs, tell: (damaged: DamagedRow) => void): void {
    this.#macs = macs
    this.#tell = tell
  }

  /** What makes the MACs; undefined before there is any. */
  get macs(): RowMacs | undefined {
    return this.#macs
  }

  /** The row of a key. */
  ofKey(key: Key, number: number, revision: number): KeysTable {
    const row = { ...keyColumns(key), number, revision }
    return { ...row, mac: this.#macs?.of(textOfKey(row)) ?? null }
  }

  /** The row of a version. */
  ofVersion(version: StoredKeyVersion): VersionRow {
    return this.withMac(versionColumns(version))
  }

  /** The row of a version with the MAC of what it is now. */
  withMac(row: Omit<VersionRow, 'mac'>): VersionRow {
    return { ...row, mac: this.#macs?.of(textOfVersion(row)) ?? null }
  }

  /** @throws {DamagedRow} */
  toKey(row: Selectable<KeysTable>): StoredKey {
    if (this.#macs !== undefined && !isOurs(this.#macs, textOfKey(row), row.mac)) {
      throw this.#damaged(new DamagedRow({ table: 'keys', keyId: row.id }))
    }
    return toStoredKey(row)
  }

  /** @throws {DamagedRow} */
  toVersion(row: VersionRow): StoredKeyVersion {
    this.requireWhole(row)
    return toStoredKeyVersion(row)
  }

  /** Whether a version is as it was written; told of when it is not. */
  isWhole(row: VersionRow): boolean {
    try {
      this.requireWhole(row)
      return true
    } catch (error) {
      if (error instanceof DamagedRow) return false
      throw error
    }
  }

  /** @throws {DamagedRow} */
  requireWhole(row: VersionRow): void {
    if (this.#macs === undefined || isOurs(this.#macs, textOfVersion(row), row.mac)) return
    const { key_id: keyId, version } = row
    throw this.#damaged(new DamagedRow({ table: 'key_versions', keyId, version }))
  }

  /** The keys of rows; those that are damaged are told of and left out. */
  undamaged(rows: readonly Selectable<KeysTable>[]): readonly StoredKey[] {
    return rows.flatMap((row) => this.ifWhole(row) ?? [])
  }

  /** The key of a row; undefined, and told of, when it is damaged. */
  ifWhole(row: Selectable<KeysTable>): StoredKey | undefined {
    try {
      return this.toKey(row)
    } catch (error) {
      if (error instanceof DamagedRow) return undefined
      throw error
    }
  }

  #damaged(error: DamagedRow): DamagedRow {
    this.#tell(error)
    return error
  }
}

function isOurs(macs: RowMacs, text: string, mac: Uint8Array | null): boolean {
  return mac !== null && macs.check(text, mac) !== 'wrong'
}
