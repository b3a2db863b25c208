import type { Compilable, CompiledQuery, Kysely } from 'kysely'

/**
 * A query that is asked over and over: built and compiled once, then run with its parameters in the
 * order in which they stand in it.
 *
 * @param build With any values in place of the parameters.
 */
export function prepared<DB, Row>(
  db: Kysely<DB>,
  build: () => Compilable<Row>,
): (...parameters: readonly unknown[]) => Promise<Row | undefined> {
  let compiled: CompiledQuery<Row> | undefined
  return async (...parameters) => {
    compiled ??= build().compile()
    const { rows } = await db.executeQuery<Row>({ ...compiled, parameters })
    return rows[0]
  }
}
