import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Asked, explainSqlite, type WatchedStore, watchSqlite } from './watched-sqlite.ts'

/** A step of a plan that may read more than is answered. */
export interface PlanStep {
  readonly kind: 'scan' | 'sort'
  /** Name of the part of the statement that it is within; empty for the statement itself. */
  readonly within: string
  /** As the engine says it. */
  readonly text: string
}

/** A database engine of which one can ask how it means to answer a statement. */
export interface PlanEngine {
  readonly name: string
  /** Whether it keeps what its planner knows up to date without being asked. */
  readonly analysesItself: boolean
  readonly open: () => Promise<OpenPlanEngine>
}

/** A store on it, empty at first. */
export interface OpenPlanEngine extends WatchedStore {
  readonly bytesType: 'blob' | 'bytea'
  /** Brings what the planner knows of the tables up to date. */
  readonly analyze: () => Promise<void>
  /** Takes an index away, to see that it is missed. */
  readonly dropIndex: (name: string) => Promise<void>
  /** Scans of whole tables or indexes, and sorts, in the plan of a statement. */
  readonly steps: (asked: Asked) => Promise<readonly PlanStep[]>
  readonly close: () => Promise<void>
}

/** SQLite in a file. */
export const SQLITE_PLANS: PlanEngine = {
  name: 'SQLite',
  analysesItself: false,
  async open() {
    const directory = await mkdtemp(join(tmpdir(), 'keyturn-plans-'))
    const file = join(directory, 'k.sqlite')
    const { db, storage, asked } = await watchSqlite(file)
    const tables = new Set((await db.introspection.getTables()).map(({ name }) => name))
    return {
      db,
      storage,
      asked,
      bytesType: 'blob',
      async analyze() {
        await sql`analyze`.execute(db)
      },
      async dropIndex(name) {
        await sql`drop index ${sql.ref(name)}`.execute(db)
      },
      async steps(one) {
        return explainSqlite(file, one).flatMap(({ text, within }): readonly PlanStep[] => {
          const scanned = /^SCAN (\w+)/.exec(text)?.[1]
          // What is scanned under another name is what a limited part of the statement found.
          if (scanned !== undefined && tables.has(scanned)) {
            return [{ kind: 'scan', within, text }]
          }
          // An index that is entered by nothing but the project is walked from end to end.
          const walked = /^SEARCH \w+ USING (?:COVERING )?INDEX \w+ \(project_id=\?\)$/.test(text)
          // And so is the table itself, when it is entered by nothing but a place in it.
          const isTail = /^SEARCH \w+ USING INTEGER PRIMARY KEY \(rowid[<>]\?/.test(text)
          if (walked || isTail) return [{ kind: 'scan', within, text }]
          if (/USE TEMP B-TREE|AUTOMATIC/.test(text)) return [{ kind: 'sort', within, text }]
          return []
        })
      },
      async close() {
        await storage.close()
        await rm(directory, { recursive: true })
      },
    }
  },
}
