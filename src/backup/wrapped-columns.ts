import type { AccessKeyId, KeyId, UserId, VersionNumber } from '../core/ids.ts'
import type { RecordBinding } from '../crypto/wrapped-record.ts'
import type { Row } from '../storage/copy/store-end.ts'
import type { TableName } from '../storage/copy/tables.ts'
import type { BackupKey } from './backup-keys.ts'

/** A column with a wrapped record, and the place at which that opens. */
export interface WrappedColumn {
  readonly column: string
  readonly binding: RecordBinding
}

/** Tables whose records are bound to a key, which their rows name in `key_id`. */
export const TABLES_OF_VERSIONS: readonly TableName[] = ['key_versions', 'waiting_materials']

/** The records in a row of a table that is none of {@link TABLES_OF_VERSIONS}. */
export function wrappedColumns(table: TableName, row: Row): readonly WrappedColumn[] {
  const id = String(row['id'])
  if (table === 'access_keys') {
    const accessKeyId = id as AccessKeyId
    const userId = String(row['user_id']) as UserId
    const binding = { kind: 'accessKeySecret', accessKeyId, userId } as const
    return [{ column: 'wrapped_secret', binding }]
  }
  if (table === 'access_points') {
    const binding = { kind: 'accessPointKey', accessPointId: id } as const
    return [{ column: 'wrapped_private_key', binding }]
  }
  return []
}

/** The records in a row of {@link TABLES_OF_VERSIONS}. */
export function columnsOfVersion(
  row: Row,
  key: Pick<BackupKey, 'projectId' | 'spec'>,
): readonly WrappedColumn[] {
  const { projectId, spec } = key
  const place = {
    keyId: String(row['key_id']) as KeyId,
    version: Number(row['version']) as VersionNumber,
  }
  // What waits was imported, and its table does not say so.
  const origin = row['origin'] === 'kms' ? 'kms' : 'external'
  return [
    {
      column: 'wrapped_material',
      binding: { kind: 'keyMaterial', projectId, spec, origin, ...place },
    },
    { column: 'fingerprint', binding: { kind: 'materialDigest', ...place } },
  ]
}
