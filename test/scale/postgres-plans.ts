import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { systemClock } from '../../src/ports/clock.ts'
import { migrate } from '../../src/storage/sql/migrate.ts'
import type { Database } from '../../src/storage/sql/schema.ts'
import { sqlStorage } from '../../src/storage/sql/storage.ts'
import type { PlanEngine, PlanStep } from './plan-engines.ts'
import type { Asked } from './watched-sqlite.ts'

/** Types that PostgreSQL gives integers and their sums. */
const INT8 = 20
const NUMERIC = 1700
/** So many rows may be sorted: as many as one statement of a search looks at. */
const FEW_ROWS = 1000

/** What an engine does besides its queries; nobody explains that. */
const NO_PARTS = {
  exclusively: <T>(_: string, work: () => Promise<T>) => work(),
  close: async () => undefined,
}

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Cond'?: string
  readonly 'Plan Rows': number
  readonly Plans?: readonly Plan[]
}

/**
 * PostgreSQL, asked for plans.
 *
 * @param newDatabase Makes an empty database and answers its URL.
 */
export function postgresPlans(newDatabase: () => Promise<string>): PlanEngine {
  return {
    name: 'PostgreSQL',
    analysesItself: true,
    async open() {
      const types = new pg.TypeOverrides()
      for (const type of [INT8, NUMERIC]) types.setTypeParser(type, Number)
      const pool = new pg.Pool({ connectionString: await newDatabase(), types })
      const asked: Asked[] = []
      const db = new Kysely<Database>({
        dialect: new PostgresDialect({ pool }),
        log: ({ query: { sql: text, parameters } }) => {
          const isPlannable = /^(select|insert|update|delete|with)\b/.test(text)
          if (isPlannable) asked.push({ sql: text, parameters })
        },
      })
      await migrate(db, 'postgres', systemClock)
      return {
        db,
        storage: sqlStorage(db, systemClock, NO_PARTS),
        asked,
        bytesType: 'bytea',
        async analyze() {
          await sql`analyze`.execute(db)
        },
        async dropIndex(name) {
          await sql`drop index ${sql.ref(name)}`.execute(db)
        },
        async steps(one) {
          const { rows } = await pool.query<{ readonly 'QUERY PLAN': readonly { Plan: Plan }[] }>({
            text: `explain (format json) ${one.sql}`,
            values: [...one.parameters],
          })
          const plan = rows[0]?.['QUERY PLAN'][0]?.Plan
          return plan === undefined ? [] : stepsOf(plan)
        },
        close: () => db.destroy(),
      }
    },
  }
}

function stepsOf(plan: Plan): readonly PlanStep[] {
  const kind = plan['Node Type']
  const condition = plan['Index Cond'] ?? ''
  const parts = plan.Plans ?? []
  const text = `${kind} ${plan['Relation Name'] ?? ''} ${condition}`.trim()
  // An index that is entered by nothing, or by the project alone, is walked from end to end.
  const isWalk = /^Index/.test(kind) && /^(\(project_id = '[^']*'::text\))?$/.test(condition)
  const isMuch = parts.some((part) => part['Plan Rows'] > FEW_ROWS)
  const own: readonly PlanStep[] =
    kind === 'Seq Scan' || isWalk
      ? [{ kind: 'scan', within: '', text }]
      : /Sort|^Hash/.test(kind) && isMuch
        ? [{ kind: 'sort', within: '', text }]
        : []
  return [...own, ...parts.flatMap(stepsOf)]
}
