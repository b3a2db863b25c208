import type { Kysely, Selectable, Transaction } from 'kysely'
import type { KeyId, ProjectId } from '../../core/ids.ts'
import type { Key } from '../../core/key.ts'
import type { RotationLimits } from '../../core/rotation-limits.ts'
import {
  type ChangeAuthor,
  changeTime,
  isSameSettings,
  type RotationSettings,
  type SettingChange,
  settingsOf,
} from '../../core/rotation-settings.ts'
import type { Days, EpochMs } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import { ROTATION_SETTINGS_SINCE } from '../../ports/meta-store.ts'
import type { RotationSettingStore } from '../../ports/rotation-setting-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import type { Database } from './schema.ts'

/** Changes of rotation settings in SQL. */
export function sqlRotationSettings(db: Kysely<Database>): RotationSettingStore {
  return {
    changes: (keyId, { after, limit }) =>
      withStorage('reading changes of rotation settings', async () => {
        const rows = await db
          .selectFrom('rotation_settings')
          .selectAll()
          .where('key_id', '=', keyId)
          .where('number', '>', after)
          .orderBy('number')
          .limit(limit)
          .execute()
        return rows.map(toChange)
      }),

    last: (keyId) =>
      withStorage('reading the last change of rotation settings', () => lastChange(db, keyId)),

    keptSince: () =>
      withStorage('asking since when changes of rotation settings are kept', async () => {
        const row = await db
          .selectFrom('meta')
          .select('value')
          .where('name', '=', ROTATION_SETTINGS_SINCE)
          .executeTakeFirst()
        return row && (Number(row.value) as EpochMs)
      }),
  }
}

/** Notes that the schedule of a key was changed, if it was; the key is locked. */
export async function noteSchedule(
  transaction: Transaction<Database>,
  clock: Clock,
  before: Key,
  after: Key,
  author: ChangeAuthor | undefined,
): Promise<void> {
  if (isSameSettings(settingsOf(before, {}), settingsOf(after, {}))) return
  const limits = await limitsOf(transaction, after.id)
  const change = { before: settingsOf(before, limits), after: settingsOf(after, limits) }
  await note(transaction, clock, after, change, author)
}

/** Notes that the limits of a key were changed, if they were; the key is locked. */
export async function noteLimits(
  transaction: Transaction<Database>,
  clock: Clock,
  key: { readonly id: KeyId; readonly projectId: ProjectId; readonly interval: Days | undefined },
  limits: { readonly before: RotationLimits; readonly after: RotationLimits },
  author: ChangeAuthor | undefined,
): Promise<void> {
  const { interval } = key
  const change = {
    before: { ...limits.before, interval },
    after: { ...limits.after, interval },
  }
  await note(transaction, clock, key, change, author)
}

/** The limits of a key, within a transaction. */
export async function limitsOf(db: Kysely<Database>, keyId: KeyId): Promise<RotationLimits> {
  const row = await db
    .selectFrom('rotation_limits')
    .select(['max_uses', 'max_bytes'])
    .where('key_id', '=', keyId)
    .executeTakeFirst()
  return { maxUses: row?.max_uses ?? undefined, maxBytes: row?.max_bytes ?? undefined }
}

async function note(
  transaction: Transaction<Database>,
  clock: Clock,
  key: { readonly id: KeyId; readonly projectId: ProjectId },
  { before, after }: { readonly before: RotationSettings; readonly after: RotationSettings },
  author: ChangeAuthor | undefined,
): Promise<void> {
  if (isSameSettings(before, after)) return
  const previous = await lastChange(transaction, key.id)
  await transaction
    .insertInto('rotation_settings')
    .values({
      key_id: key.id,
      number: (previous?.number ?? 0) + 1,
      project_id: key.projectId,
      at: changeTime(author?.at ?? clock.now(), previous?.at),
      actor: author?.by ?? null,
      interval_before: before.interval ?? null,
      uses_before: before.maxUses ?? null,
      bytes_before: before.maxBytes ?? null,
      interval_after: after.interval ?? null,
      uses_after: after.maxUses ?? null,
      bytes_after: after.maxBytes ?? null,
    })
    .execute()
}

async function lastChange(db: Kysely<Database>, keyId: KeyId): Promise<SettingChange | undefined> {
  const row = await db
    .selectFrom('rotation_settings')
    .selectAll()
    .where('key_id', '=', keyId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toChange(row)
}

function toChange(row: Selectable<Database['rotation_settings']>): SettingChange {
  return {
    keyId: row.key_id as KeyId,
    projectId: row.project_id as ProjectId,
    number: row.number,
    at: row.at as EpochMs,
    actor: row.actor ?? undefined,
    before: toSettings(row.interval_before, row.uses_before, row.bytes_before),
    after: toSettings(row.interval_after, row.uses_after, row.bytes_after),
  }
}

function toSettings(interval: number | null, uses: number | null, bytes: number | null) {
  return {
    interval: (interval ?? undefined) as Days | undefined,
    maxUses: uses ?? undefined,
    maxBytes: bytes ?? undefined,
  }
}
