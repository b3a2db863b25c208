import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { systemClock } from '../../src/ports/clock.ts'
import type { Storage } from '../../src/ports/storage.ts'
import type { Database } from '../../src/storage/sql/schema.ts'
import { sqlStorage } from '../../src/storage/sql/storage.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { sqliteDialect } from '../../src/storage/sqlite-driver.ts'
import { ownTurn } from '../../src/storage/ticket-turn.ts'

/** A statement as it was asked. */
export interface Asked {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** A store that tells what it asks its engine. */
export interface WatchedStore {
  readonly db: Kysely<Database>
  readonly storage: Storage
  /** Every statement so far; to be emptied by whoever reads it. */
  readonly asked: Asked[]
}

/** A file of SQLite that also tells how much work its statements were. */
export interface WatchedSqlite extends WatchedStore {
  /** Steps of SQLite's virtual machine since the last call: what does not depend on the machine. */
  readonly takeSteps: () => number
}

/** `node:sqlite` has it, its types do not yet. */
interface CountedStatement {
  stat(counter: 'vmStep'): number
  resetStats(): void
}

/** Opens a file with its tables, made if it is not there. */
export async function watchSqlite(file: string): Promise<WatchedSqlite> {
  await (await openSqlite({ file })).close()
  const statements: (StatementSync & CountedStatement)[] = []
  class CountingDatabase extends DatabaseSync {
    override prepare(sql: string): StatementSync {
      const statement = super.prepare(sql)
      statements.push(statement as StatementSync & CountedStatement) // see CountedStatement
      return statement
    }
  }
  const connect = () => {
    const database = new CountingDatabase(file)
    database.exec('PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON')
    return database
  }
  const parts = { reader: connect(), writer: connect(), turn: ownTurn(), signal: undefined }
  const asked: Asked[] = []
  const db = new Kysely<Database>({
    dialect: sqliteDialect(parts),
    log: ({ query: { sql, parameters } }) => {
      asked.push({ sql, parameters })
    },
  })
  return {
    db,
    storage: sqlStorage(db, systemClock, {
      exclusively: (_, work) => work(),
      close: () => db.destroy(),
    }),
    asked,
    takeSteps() {
      let steps = 0
      for (const statement of statements) {
        steps += statement.stat('vmStep')
        statement.resetStats()
      }
      return steps
    },
  }
}

/** A line of a plan. */
export interface PlanLine {
  readonly text: string
  /** Name of the part of the statement that it is within; empty for the statement itself. */
  readonly within: string
}

/**
 * What SQLite means to do for a statement, line by line. Asked over a connection of its own: one that
 * is open already explains by the tables as it saw them last.
 */
export function explainSqlite(file: string, { sql, parameters }: Asked): readonly PlanLine[] {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const rows = database
      .prepare(`explain query plan ${sql}`)
      .all(...(parameters as readonly SQLInputValue[])) // the schema's types
    const parts = new Map<unknown, string>()
    return rows.map(({ id, parent, detail }) => {
      const text = String(detail)
      const within = parts.get(parent) ?? ''
      parts.set(id, /^(?:CO-ROUTINE|MATERIALIZE) (\w+)/.exec(text)?.[1] ?? within)
      return { text, within }
    })
  } finally {
    database.close()
  }
}
