import { quoted, type Row, type StoreEnd } from './store-end.ts'
import { COPIED_TABLES, type TableName } from './tables.ts'

/** Rows that are read at once. */
const PAGE_ROWS = 500

/**
 * The rows of a table in the order of their primary key, a page at a time; within a snapshot all are
 * of one moment. Each page costs the same, however many came before.
 *
 * @throws {Error} at a number that would not be copied exactly
 */
export async function* readPages(
  end: StoreEnd,
  table: TableName,
): AsyncGenerator<readonly Row[], void, undefined> {
  const { key } = COPIED_TABLES[table]
  const columns = key.map(quoted).join(', ')
  const marks = key.map((_, index) => end.mark(index + 1)).join(', ')
  const all = `select * from ${quoted(table)}`
  const order = `order by ${columns} limit ${PAGE_ROWS}`
  let page = await end.query(`${all} ${order}`)
  while (page.length > 0) {
    for (const row of page) requireExact(table, row)
    yield page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE_ROWS) return
    const after = key.map((column) => last[column] ?? null)
    page = await end.query(`${all} where (${columns}) > (${marks}) ${order}`, after)
  }
}

/** Numbers that a float cannot tell from their neighbours are none that Keyturn wrote. */
function requireExact(table: TableName, row: Row): void {
  for (const [column, value] of Object.entries(row)) {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new Error(`${table} has a number in ${column} that is no whole one below 2^53`)
    }
  }
}
