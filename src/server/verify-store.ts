import { everyGuardedRow, nameOfRow } from '../ports/row-guard.ts'
import type { Storage } from '../ports/storage.ts'
import { describeError } from './log.ts'

/** Problems that are told; the others are counted. */
const MAX_PROBLEMS = 100

/** What was looked at in a store, and what is wrong with it. */
export interface StoreCheck {
  readonly rows: number
  /** The first of the problems, by table and key of the row, never by value. */
  readonly problems: readonly string[]
  readonly problemCount: number
}

/**
 * Looks at every row that bears a MAC, and on SQLite at every page and index. Nothing is changed.
 *
 * @param onRows Told how many rows were looked at since the last time.
 */
export async function verifyStore(
  { guard }: Storage,
  onRows: (rows: number) => void,
): Promise<StoreCheck> {
  const problems: string[] = []
  let [rows, problemCount] = [0, 0]
  const complain = (problem: string) => {
    problemCount++
    if (problems.length < MAX_PROBLEMS) problems.push(problem)
  }
  try {
    await everyGuardedRow(guard, 'check', (batch) => {
      rows += batch.rows
      for (const row of batch.damaged) {
        complain(`${nameOfRow(row)}: changed by something else than Keyturn`)
      }
      for (const row of batch.torn) {
        complain(`${nameOfRow(row)}: its versions are not those from the first to its primary one`)
      }
      onRows(batch.rows)
    })
    for (const complaint of await guard.complaints(MAX_PROBLEMS)) complain(`database: ${complaint}`)
  } catch (error) {
    // A page that cannot be read is a finding, too; what comes after it was not looked at.
    const { cause, message } = describeError(error)
    const reason = cause === undefined ? message : (cause as { message?: unknown }).message
    complain(`database: reading ended after ${rows} rows: ${reason}`)
  }
  return { rows, problems, problemCount }
}
