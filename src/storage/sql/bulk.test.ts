import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { bulk, times } from './bulk.ts'
import type { Database } from './schema.ts'

const insertMeta = bulk((db, rows) =>
  db
    .insertInto('meta')
    .values(times(rows, { name: '', value: '' }))
    .compile(),
)

/** What a database without a driver is sent for so many rows. */
async function sent(engine: 'sqlite' | 'postgres', rows: number) {
  const statements: { readonly sql: string; readonly parameters: readonly unknown[] }[] = []
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => (engine === 'sqlite' ? new SqliteAdapter() : new PostgresAdapter()),
      createDriver: () => new DummyDriver(),
      createIntrospector: (of) =>
        engine === 'sqlite' ? new SqliteIntrospector(of) : new PostgresIntrospector(of),
      createQueryCompiler: () =>
        engine === 'sqlite' ? new SqliteQueryCompiler() : new PostgresQueryCompiler(),
    },
    log({ query }) {
      statements.push(query)
    },
  })
  await db.transaction().execute((transaction) =>
    insertMeta(
      transaction,
      Array.from({ length: rows }, (_, index) => [`n${index}`, `v${index}`]),
    ),
  )
  return statements
}

test('each engine is sent its own text, also when both are open in one process', async () => {
  const [sqlite] = await sent('sqlite', 1)
  const [postgres] = await sent('postgres', 1)
  assert.match(sqlite?.sql ?? '', /values \(\?, \?\)$/)
  assert.match(postgres?.sql ?? '', /values \(\$1, \$2\)$/)
})

test('rows are cut into powers of two, none lost and in order; none, no statement', async () => {
  const statements = await sent('sqlite', 512 + 64 + 3)
  assert.deepEqual(
    statements.map(({ parameters }) => parameters.length / 2),
    [512, 64, 2, 1],
  )
  const names = statements.flatMap(({ parameters }) => parameters.filter((_, at) => at % 2 === 0))
  assert.deepEqual(
    names,
    Array.from({ length: 579 }, (_, index) => `n${index}`),
  )
  assert.deepEqual(await sent('sqlite', 0), [])
})

test('a row with a parameter too few is a defect', async () => {
  const lacking = bulk((db, rows) =>
    db.deleteFrom('meta').where('name', 'in', times(rows, '')).where('value', '=', 'x').compile(),
  )
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (of) => new SqliteIntrospector(of),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
  await assert.rejects(db.transaction().execute((transaction) => lacking(transaction, [['a']])))
})
