import type { Transaction } from 'kysely'
import { NOTICE_DAYS, type NoticeType } from '../../core/key-event.ts'
import { addDays, days, type EpochMs } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { StoredKeyVersion } from '../../ports/key-store.ts'
import type { keyColumns } from './key-rows.ts'
import type { Database } from './schema.ts'

type Columns = Pick<ReturnType<typeof keyColumns>, 'id' | 'next_rotation_at' | 'delete_at'>

/** Beyond this, notice has been given of nothing, on any node: their clocks may differ by a day. */
const REACH = days(NOTICE_DAYS.max + 1)

/**
 * Notes that the due times of a key have moved to where notice may have been given already, in the
 * transaction that moves them: whoever gives notice goes by due time, and would pass the key over.
 */
export async function noteMoves(
  transaction: Transaction<Database>,
  clock: Clock,
  before: Columns,
  after: Columns,
): Promise<void> {
  const now = clock.now()
  const types: NoticeType[] = []
  const { next_rotation_at: rotateAt, delete_at: deleteAt } = after
  if (rotateAt !== null && rotateAt !== before.next_rotation_at) {
    if (isInReach(rotateAt, now)) types.push('key.rotation_upcoming')
    if (rotateAt <= now) types.push('key.rotation_late')
  }
  if (deleteAt !== null && deleteAt !== before.delete_at && isInReach(deleteAt, now)) {
    types.push('key.deletion_upcoming')
  }
  await insertMoves(transaction, types, after.id, 0, now)
}

/** As {@link noteMoves}, for a version with material that expires. */
export async function noteExpiry(
  transaction: Transaction<Database>,
  clock: Clock,
  { keyId, version, expiresAt }: StoredKeyVersion,
): Promise<void> {
  const now = clock.now()
  if (expiresAt === undefined || !isInReach(expiresAt, now)) return
  await insertMoves(transaction, ['key.material_expiring'], keyId, version, now)
}

function isInReach(dueAt: number, now: EpochMs): boolean {
  return dueAt <= addDays(now, REACH)
}

async function insertMoves(
  transaction: Transaction<Database>,
  types: readonly NoticeType[],
  keyId: string,
  version: number,
  at: EpochMs,
): Promise<void> {
  if (types.length === 0) return
  await transaction
    .insertInto('due_moves')
    .values(types.map((type) => ({ type, key_id: keyId, version, at })))
    .execute()
}
