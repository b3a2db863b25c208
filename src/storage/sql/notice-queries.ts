import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { KeyId, VersionNumber } from '../../core/ids.ts'
import type { DueSubject, NoticeType } from '../../core/key-event.ts'
import { DAY_MS, type EpochMs, earliest } from '../../core/time.ts'
import type { EventOutbox, Notice, NoticePlan } from '../../ports/event-outbox.ts'
import type { KeyHome } from '../../ports/key-store.ts'
import { withStorage } from '../../ports/storage-error.ts'
import { engineOf } from './engine.ts'
import { outgoingRow } from './outgoing-rows.ts'
import type { Database, KeysTable } from './schema.ts'
import type { StoredRows } from './stored-rows.ts'
import { inTransaction } from './transactions.ts'

type Queries = Pick<EventOutbox, 'noteDue' | 'noteMoved' | 'nextBeyond'>
type DueColumn = 'next_rotation_at' | 'delete_at'

/** How far notice was given: due time, then key, then version. */
interface Place {
  readonly due_at: number
  readonly key_id: string
  readonly version: number
}

/** Where what is due of a type is found: a stretch of an index, with a place of its own. */
type Source = { readonly name: string } & (
  | { readonly column: DueColumn; readonly home: KeyHome }
  | { readonly column: 'expires_at' }
)

const SOURCES: Readonly<Record<NoticeType, readonly Source[]>> = {
  'key.rotation_upcoming': keySources('upcoming', 'next_rotation_at'),
  'key.rotation_late': keySources('late', 'next_rotation_at'),
  'key.deletion_upcoming': keySources('deletion', 'delete_at'),
  'key.material_expiring': [{ name: 'expiry', column: 'expires_at' }],
}

function keySources(name: string, column: DueColumn): readonly Source[] {
  return (['store', 'token'] as const).map((home) => ({ name: `${name}/${home}`, column, home }))
}

/** What is due; without a subject where the row of the key is damaged, of which no notice is given. */
type Found = Place & { readonly subject: DueSubject | undefined }

/**
 * Notices of what is due, in SQL. One transaction finds keys beyond a place, writes their events and
 * moves the place; on PostgreSQL it holds the place, and a node that finds it held does nothing.
 */
export function noticeQueries(db: Kysely<Database>, stored: StoredRows): Queries {
  const placeOf = async (source: Source, begin: EpochMs): Promise<Place> => {
    const find = () =>
      db.selectFrom('notice_places').selectAll().where('name', '=', source.name).executeTakeFirst()
    const known = await find()
    if (known !== undefined) return known
    const place = { name: source.name, due_at: begin, key_id: '', version: 0 }
    await db
      .insertInto('notice_places')
      .values(place)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return (await find()) ?? place
  }

  const noteSource = async (
    source: Source,
    { until, begin, make }: NoticePlan,
    limit: number,
  ): Promise<boolean> => {
    const known = await placeOf(source, begin)
    // Nothing is written, and no lock taken, while there is nothing to do.
    if (known.due_at > until + DAY_MS) {
      await goBack(db, source, until)
      return true
    }
    if ((await beyond(db, stored, source, known, until, 1)).length === 0) return false
    return inTransaction(db, async (transaction) => {
      const place = await holdPlace(transaction, source)
      if (place === undefined) return false
      const found = await beyond(transaction, stored, source, place, until, limit)
      const last = found.at(-1)
      if (last === undefined) return false
      await writeNotices(
        transaction,
        found.map(({ subject }) => subject && make(subject)),
      )
      const { due_at, key_id, version } = last
      await transaction
        .updateTable('notice_places')
        .set({ due_at, key_id, version })
        .where('name', '=', source.name)
        .execute()
      return found.length === limit
    })
  }

  return {
    noteDue: (type, plan, limit) =>
      withStorage('giving notice of what is due', async () => {
        let hasMore = false
        for (const source of SOURCES[type]) {
          if (await noteSource(source, plan, limit)) hasMore = true
        }
        return hasMore
      }),

    noteMoved: (make, lateMovedUntil, limit) =>
      withStorage('giving notice of what was moved', async () => {
        const ripe = (from: Kysely<Database>) =>
          from
            .selectFrom('due_moves')
            .selectAll()
            .where(({ eb, or }) =>
              or([eb('type', '<>', 'key.rotation_late'), eb('at', '<=', lateMovedUntil)]),
            )
            .orderBy('number')
        if ((await ripe(db).limit(1).executeTakeFirst()) === undefined) return false
        return inTransaction(db, async (transaction) => {
          const query = ripe(transaction).limit(limit)
          const isPostgres = engineOf(db) === 'postgres'
          const moves = await (isPostgres ? query.forUpdate().skipLocked() : query).execute()
          if (moves.length === 0) return false
          const notices: (Notice | undefined)[] = []
          for (const { type, key_id: keyId, version } of moves) {
            const subject = await subjectOfMove(
              transaction,
              stored,
              type as NoticeType,
              keyId,
              version,
            ) // as noteMoves wrote it
            notices.push(subject && make(type as NoticeType, subject)) // likewise
          }
          await writeNotices(transaction, notices)
          await transaction
            .deleteFrom('due_moves')
            .where(
              'number',
              'in',
              moves.map(({ number }) => number),
            )
            .execute()
          return moves.length === limit
        })
      }),

    nextBeyond: (type, begin) =>
      withStorage('asking what is due next', async () => {
        const times: (EpochMs | undefined)[] = []
        for (const source of SOURCES[type]) {
          const [next] = await beyond(
            db,
            stored,
            source,
            await placeOf(source, begin),
            undefined,
            1,
          )
          times.push(next?.due_at as EpochMs | undefined)
        }
        return earliest(...times)
      }),
  }
}

/** Writes notices, and tells those that were not given before. */
async function writeNotices(
  transaction: Transaction<Database>,
  made: readonly (Notice | undefined)[],
): Promise<void> {
  const byId = new Map<string, Notice>()
  for (const notice of made) if (notice !== undefined) byId.set(notice.event.id, notice)
  if (byId.size === 0) return
  const written = await transaction
    .insertInto('outbox_events')
    .values([...byId.values()].map(({ event }) => outgoingRow(event)))
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  for (const { id } of written) byId.get(id)?.tell()
}

/** The place of a source, held until the transaction ends; undefined when another node holds it. */
function holdPlace(
  transaction: Transaction<Database>,
  { name }: Source,
): Promise<Place | undefined> {
  const query = transaction.selectFrom('notice_places').selectAll().where('name', '=', name)
  const isPostgres = engineOf(transaction) === 'postgres'
  return (isPostgres ? query.forUpdate().skipLocked() : query).executeTakeFirst()
}

/**
 * Moves a place back that is further ahead than notice is given: the clock was ahead, or notice is
 * given later than before. What was told then is known again.
 */
async function goBack(db: Kysely<Database>, { name }: Source, until: EpochMs): Promise<void> {
  await db
    .updateTable('notice_places')
    .set({ due_at: until, key_id: '', version: 0 })
    .where('name', '=', name)
    .where('due_at', '>', until)
    .execute()
}

async function beyond(
  db: Kysely<Database>,
  stored: StoredRows,
  source: Source,
  place: Place,
  until: EpochMs | undefined,
  limit: number,
): Promise<readonly Found[]> {
  return source.column === 'expires_at'
    ? materialBeyond(db, stored, place, until, limit)
    : keysBeyond(db, stored, source.column, source.home, place, until, limit)
}

/** Keys beyond a place, by the indexes from which what is due is read. */
async function keysBeyond(
  db: Kysely<Database>,
  stored: StoredRows,
  column: DueColumn,
  home: KeyHome,
  place: Place,
  until: EpochMs | undefined,
  limit: number,
): Promise<readonly Found[]> {
  const isAtHome =
    home === 'store' ? sql<boolean>`keystore_id = '0'` : sql<boolean>`keystore_id <> '0'`
  const query = db
    .selectFrom('keys')
    .selectAll()
    .where(column, 'is not', null)
    .where(isAtHome)
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple(column, 'id'), '>', tuple(place.due_at, place.key_id)),
    )
    .$if(until !== undefined, (all) => all.where(column, '<=', until ?? 0))
    .orderBy(column)
    .orderBy('id')
    .limit(limit)
  const rows = await query.execute()
  return rows.map((row) => foundKey(stored, row, row[column] ?? 0)) // those without a time are not asked for
}

/** Versions beyond a place whose imported material expires. */
async function materialBeyond(
  db: Kysely<Database>,
  stored: StoredRows,
  place: Place,
  until: EpochMs | undefined,
  limit: number,
): Promise<readonly Found[]> {
  const rows = await db
    .selectFrom('key_versions')
    .innerJoin('keys', 'keys.id', 'key_versions.key_id')
    .selectAll('keys')
    .select(['key_versions.version', 'key_versions.expires_at'])
    .where('key_versions.expires_at', 'is not', null)
    .where('key_versions.expires_at', '>=', place.due_at)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('key_versions.expires_at', 'key_versions.key_id', 'key_versions.version'),
        '>',
        tuple(place.due_at, place.key_id, place.version),
      ),
    )
    .$if(until !== undefined, (all) => all.where('key_versions.expires_at', '<=', until ?? 0))
    .orderBy('key_versions.expires_at')
    .orderBy('key_versions.key_id')
    .orderBy('key_versions.version')
    .limit(limit)
    .execute()
  return rows.map((row) => foundKey(stored, row, row.expires_at ?? 0, row.version)) // likewise
}

/** A key whose due time was moved, as it is now; undefined when nothing is due of it any more. */
async function subjectOfMove(
  transaction: Transaction<Database>,
  stored: StoredRows,
  type: NoticeType,
  keyId: string,
  version: number,
): Promise<DueSubject | undefined> {
  const row = await transaction
    .selectFrom('keys')
    .selectAll()
    .where('id', '=', keyId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  if (type !== 'key.material_expiring') {
    const dueAt = type === 'key.deletion_upcoming' ? row.delete_at : row.next_rotation_at
    return dueAt === null ? undefined : foundKey(stored, row, dueAt).subject
  }
  const material = await transaction
    .selectFrom('key_versions')
    .select('expires_at')
    .where('key_id', '=', keyId)
    .where('version', '=', version)
    .executeTakeFirst()
  const expiresAt = material?.expires_at ?? undefined
  return expiresAt === undefined ? undefined : foundKey(stored, row, expiresAt, version).subject
}

function foundKey(
  stored: StoredRows,
  row: Selectable<KeysTable>,
  dueAt: number,
  version?: number,
): Found {
  const key = stored.ifWhole(row)?.key
  return {
    due_at: dueAt,
    key_id: row.id as KeyId,
    version: version ?? 0,
    subject: key && {
      key,
      dueAt: dueAt as EpochMs,
      version: version as VersionNumber | undefined,
    },
  }
}
