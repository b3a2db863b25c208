import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { embeddedPostgres } from '../postgres/binaries.ts'
import { startPostgres } from '../postgres/start-postgres.ts'
import { crowd } from './crowded-store.ts'
import { everyCall, everyMethod } from './every-call.ts'
import { type OpenPlanEngine, type PlanStep, SQLITE_PLANS } from './plan-engines.ts'
import { postgresPlans } from './postgres-plans.ts'
import type { Asked } from './watched-sqlite.ts'

const postgres = embeddedPostgres()
const cluster = postgres && (await startPostgres(postgres, { isDurable: false }))
const ENGINES = [SQLITE_PLANS, ...(cluster ? [postgresPlans(() => cluster.newDatabase())] : [])]
after(() => cluster?.stop())
const ROWS = 20_000

interface Exception {
  readonly kind: PlanStep['kind']
  /** As in the step; left out: in the statement itself. */
  readonly within?: string
  /** Which statements. */
  readonly sql: RegExp
  readonly reason: string
}

/** Scans and sorts that are as they should be. */
const EXCEPTIONS: readonly Exception[] = [
  {
    kind: 'scan',
    sql: /from "changes" order by "number" desc limit/,
    reason: 'the newest change is one step from the end of the table',
  },
  {
    kind: 'scan',
    sql: /from "changes" where "number" > \S+ order by "number" limit/,
    reason: 'what follows in the order of the table, as far as the limit',
  },
  {
    kind: 'scan',
    sql: /from "(tenants|pending_syncs)" order by .* limit/,
    reason: 'in the order of an index, as far as the limit',
  },
  {
    kind: 'scan',
    sql: /from "keys" where "(next_rotation_at|delete_at)" is not null .* order by "\1" limit/,
    reason: 'in the order of an index of these keys alone, as far as the limit',
  },
  {
    kind: 'scan',
    sql: /from "key_counters" where "project_id" =/,
    reason: 'one row, by the primary key',
  },
  {
    kind: 'scan',
    sql: /select max\("number"\) as "number" from "changes"/,
    reason: 'the newest change is one step from the end of the table',
  },
  {
    kind: 'scan',
    sql: /from "key_tallies"/,
    reason: 'a row for each project, spec and state, for the page of metrics',
  },
  {
    kind: 'scan',
    sql: /from "revoked_tokens" where "expires_at" > \S+$/,
    reason: 'what was revoked and has not expired is what it answers, and that is nearly all',
  },
  {
    kind: 'scan',
    sql: /from "tag_tallies" where "project_id" = \S+ order by "name", "value" limit/,
    reason: 'in the order of the primary key, as far as the limit',
  },
  {
    kind: 'scan',
    sql: /from "keystores" where "project_id" = \S+$/,
    reason: 'a project has few key stores: somebody has to set up the token of each',
  },
  {
    kind: 'scan',
    sql: /from "due_moves" .* order by "number" limit/,
    reason: 'from the start of the table, which is emptied all the time, as far as the limit',
  },
  {
    kind: 'scan',
    sql: /from "outbox_events" where "next_at" is not null order by "created_at" limit/,
    reason: 'in the order of an index of events that wait, as far as the limit',
  },
  {
    kind: 'scan',
    within: 'c',
    sql: /from "outbox_events" where "next_at" is not null order by "created_at" limit/,
    reason: 'likewise, counted',
  },
  {
    kind: 'scan',
    sql: /from "rotation_limits" as "l" .* order by "l"."reached_at", "l"."key_id" limit/,
    reason: 'in the order of an index of limits that were reached, as far as the limit',
  },
  {
    kind: 'scan',
    sql: /"matches" from "keys" where .* order by .* limit/,
    reason: 'a walk in the order of an index, as far as the limit',
  },
  {
    kind: 'sort',
    sql: /from \(select .* from "keys" .* limit \S+\) as "one" union all/,
    reason: 'as many rows as the limit for each class of keys',
  },
  {
    kind: 'sort',
    sql: /from \(select .* limit \S+\) as "c"/,
    reason: 'what is sorted are the few rows that the limited part of the statement found',
  },
  {
    kind: 'sort',
    within: 'c',
    sql: / union all select "one"/,
    reason: 'as many rows as the limit for each value of a tag',
  },
  {
    kind: 'sort',
    sql: /from "key_tallies" .*group by/,
    reason: 'a project has a few rows of them',
  },
  {
    kind: 'sort',
    sql: /from "(access_keys|projects)"/,
    reason: 'a user has a few access keys, a name is that of a few projects',
  },
]

function isException({ sql }: Asked, step: PlanStep): boolean {
  return EXCEPTIONS.some(
    ({ kind, within = '', sql: pattern }) =>
      kind === step.kind && within === step.within && pattern.test(sql),
  )
}

async function offences(
  opened: OpenPlanEngine,
  asked: readonly Asked[],
): Promise<readonly string[]> {
  const found: string[] = []
  for (const one of asked) {
    for (const step of await opened.steps(one)) {
      if (!isException(one, step)) found.push(`${step.text}: ${one.sql}`)
    }
  }
  return found
}

/** What every method of every store asks, each statement once. */
async function askEverything(opened: OpenPlanEngine): Promise<readonly Asked[]> {
  const filled = await crowd(opened.db, opened.bytesType, ROWS)
  const missing = new Set(everyMethod(opened.storage))
  opened.asked.length = 0
  for (const { method, run } of everyCall(opened.storage, filled, ROWS)) {
    missing.delete(method)
    await run()
  }
  assert.deepEqual([...missing], [], 'methods that everyCall leaves out')
  return [...new Map(opened.asked.map((one) => [one.sql, one])).values()]
}

for (const engine of ENGINES) {
  describe(`plans of ${engine.name}`, () => {
    let opened: OpenPlanEngine
    let asked: readonly Asked[]
    before(async () => {
      opened = await engine.open()
      asked = await askEverything(opened)
    })
    after(() => opened.close())

    test('no statement has an offset', () => {
      assert.ok(asked.length > 100, `${asked.length} statements`)
      assert.deepEqual(
        asked.filter(({ sql }) => /\boffset\b/i.test(sql)),
        [],
      )
    })

    test('none scans a table that grows, nor sorts much', async () => {
      // As a store that nobody has ever analysed, if that is usual, and as one that is well known.
      if (!engine.analysesItself) assert.deepEqual(await offences(opened, asked), [])
      await opened.analyze()
      assert.deepEqual(await offences(opened, asked), [])
    })

    test('every exception is of use', () => {
      for (const { kind, sql } of EXCEPTIONS) {
        const isUsed = asked.some((one) => sql.test(one.sql))
        assert.ok(isUsed, `nothing is like the exception ${kind} ${sql}`)
      }
    })

    for (const index of ['tags_name', 'keys_due_rotation', 'pins_keystore', 'grants_retiring']) {
      test(`that the index ${index} is gone is noticed`, async () => {
        const before = await offences(opened, asked)
        await opened.dropIndex(index)
        const after = await offences(opened, asked)
        assert.ok(after.length > before.length)
      })
    }
  })
}
