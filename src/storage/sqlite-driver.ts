import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { CommitSignal } from '../ports/commit-signal.ts'
import type { WriteTurn } from '../ports/write-turn.ts'

/** Most statements that are kept prepared for a connection. */
const MAX_STATEMENTS = 256

/** What the dialect works on. */
export interface SqliteParts {
  /** Answers what is asked outside of transactions: it never waits for a writer of this thread. */
  readonly reader: DatabaseSync
  /** Does all that writes, when it is this thread's turn. */
  readonly writer: DatabaseSync
  readonly turn: WriteTurn
  readonly signal: CommitSignal | undefined
}

/**
 * SQLite by `node:sqlite`, over a connection that reads and one that writes. Writers wait for their
 * turn without holding up their thread, and then take the lock when they begin: one that only later
 * finds it taken would fail.
 */
export function sqliteDialect(parts: SqliteParts): Dialect {
  return {
    createAdapter: () => new ConcurrentSqliteAdapter(),
    createDriver: () => new SqliteDriver(parts),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db: Kysely<never>): DatabaseIntrospector => new SqliteIntrospector(db),
  }
}

/** Kysely's own lets everybody wait for the one connection that it believes in. */
class ConcurrentSqliteAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

class SqliteDriver implements Driver {
  readonly #parts: SqliteParts
  readonly #reader: Statements
  readonly #writer: Statements

  constructor(parts: SqliteParts) {
    this.#parts = parts
    this.#reader = new Statements(parts.reader)
    this.#writer = new Statements(parts.writer)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    return new Connection(this.#reader, (query) => this.#writeAlone(query))
  }

  async beginTransaction(connection: Connection): Promise<void> {
    await this.#parts.turn.take()
    try {
      this.#parts.writer.exec('begin immediate')
    } catch (error) {
      this.#parts.turn.give()
      throw error
    }
    connection.transaction = this.#writer
  }

  async commitTransaction(connection: Connection): Promise<void> {
    this.#parts.writer.exec('commit')
    this.#end(connection)
    this.#parts.signal?.announce()
  }

  async rollbackTransaction(connection: Connection): Promise<void> {
    try {
      // A failure such as a full disk may have ended the transaction already.
      if (this.#parts.writer.isTransaction) this.#parts.writer.exec('rollback')
    } finally {
      this.#end(connection)
    }
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#parts.reader.close()
    this.#parts.writer.close()
  }

  #end(connection: Connection): void {
    if (connection.transaction === undefined) return
    connection.transaction = undefined
    this.#parts.turn.give()
  }

  /** A statement that writes by itself, outside of a transaction. */
  async #writeAlone<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    await this.#parts.turn.take()
    try {
      return this.#writer.run<Row>(query)
    } finally {
      this.#parts.turn.give()
      this.#parts.signal?.announce()
    }
  }
}

/** What one piece of work sees: the reader or, within a transaction, the writer. */
class Connection implements DatabaseConnection {
  readonly #reader: Statements
  readonly #writeAlone: <Row>(query: CompiledQuery) => Promise<QueryResult<Row>>
  transaction: Statements | undefined

  constructor(
    reader: Statements,
    writeAlone: <Row>(query: CompiledQuery) => Promise<QueryResult<Row>>,
  ) {
    this.#reader = reader
    this.#writeAlone = writeAlone
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.transaction !== undefined) return this.transaction.run<Row>(query)
    return SelectQueryNode.is(query.query)
      ? this.#reader.run<Row>(query)
      : this.#writeAlone<Row>(query)
  }

  // biome-ignore lint/correctness/useYield: nothing here reads so much that it would have to stream
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('SQLite answers whole results')
  }
}

/** Statements of one connection, prepared once each. */
class Statements {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  run<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const { statement, answersRows } = this.#prepare(sql)
    const inputs = parameters as readonly SQLInputValue[] // the schema's types
    if (answersRows) return { rows: statement.all(...inputs) as Row[] } // as the query says
    const { changes, lastInsertRowid } = statement.run(...inputs)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#prepared.get(sql)
    if (prepared === undefined) {
      const statement = this.#database.prepare(sql)
      prepared = { statement, answersRows: statement.columns().length > 0 }
      if (this.#prepared.size >= MAX_STATEMENTS) this.#prepared.clear()
      this.#prepared.set(sql, prepared)
    }
    return prepared
  }
}

interface Prepared {
  readonly statement: StatementSync
  readonly answersRows: boolean
}
