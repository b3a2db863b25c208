import type { CompiledQuery, DialectAdapter, Kysely, Transaction } from 'kysely'
import type { Database } from './schema.ts'

/** Most rows of one statement: with 8 columns far from what either engine takes. */
const MAX_ROWS = 512

/**
 * A statement over many rows. It is cut into powers of two, so that there are ten texts of it at most
 * and each stays prepared; a full batch is one statement.
 *
 * @param build The statement for so many rows, with any values in place of the parameters.
 * @returns Runs it with the parameters of each row; answers how many rows were written.
 */
export function bulk(
  build: (db: Kysely<Database>, rows: number) => CompiledQuery,
): (transaction: Transaction<Database>, rows: readonly (readonly unknown[])[]) => Promise<number> {
  const textsOf = new WeakMap<DialectAdapter, Map<number, CompiledQuery>>()
  return async (transaction, rows) => {
    // Engines spell parameters differently, and a process may have both open.
    const { adapter } = transaction.getExecutor()
    const texts = textsOf.get(adapter) ?? new Map<number, CompiledQuery>()
    textsOf.set(adapter, texts)
    let written = 0
    for (let from = 0; from < rows.length; ) {
      const size = Math.min(MAX_ROWS, powerOfTwoUpTo(rows.length - from))
      let text = texts.get(size)
      if (text === undefined) {
        text = build(transaction, size)
        texts.set(size, text)
      }
      const parameters = rows.slice(from, from + size).flat()
      if (parameters.length !== text.parameters.length) {
        throw new Error(`${parameters.length} parameters for ${text.parameters.length} places`)
      }
      const result = await transaction.executeQuery({ ...text, parameters })
      written += Number(result.numAffectedRows ?? 0)
      from += size
    }
    return written
  }
}

/** `row` so many times: what a statement is built with. */
export function times<T>(rows: number, row: T): readonly T[] {
  return Array.from({ length: rows }, () => row)
}

function powerOfTwoUpTo(count: number): number {
  return 2 ** Math.floor(Math.log2(count))
}
