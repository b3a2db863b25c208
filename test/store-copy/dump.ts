import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { clientConfig } from '../../src/storage/postgres-links.ts'
import { placeOf } from '../postgres/place-of.ts'

/** What is in each table: how many rows, and a digest over every byte of them in an order of its own. */
export type Dump = Readonly<Record<string, string>>

type Rows = (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** Every table of a SQLite file but `migrations`. */
export async function dumpSqlite(file: string): Promise<Dump> {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return await dump(
      async (text) => database.prepare(text).all(),
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'",
    )
  } finally {
    database.close()
  }
}

/** Every table of a PostgreSQL database but `migrations`. */
export async function dumpPostgres(url: string): Promise<Dump> {
  const client = new Client(clientConfig(placeOf(url), 'endless'))
  await client.connect()
  try {
    return await dump(
      async (text) => (await client.query(text)).rows,
      "select tablename as name from pg_tables where schemaname = 'public'",
    )
  } finally {
    await client.end()
  }
}

async function dump(rows: Rows, tables: string): Promise<Dump> {
  const entries: [string, string][] = []
  for (const { name } of await rows(tables)) {
    if (name === 'migrations') continue
    const lines = (await rows(`select * from "${name}"`)).map(lineOf).sort()
    const digest = createHash('sha256').update(lines.join('\n')).digest('hex')
    entries.push([String(name), `${lines.length} ${digest}`])
  }
  return Object.fromEntries(entries.sort())
}

function lineOf(row: Readonly<Record<string, unknown>>): string {
  const columns = Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify(
    columns.map(([name, value]) => [
      name,
      value instanceof Uint8Array ? { bytes: value.toHex() } : value,
    ]),
  )
}
