import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { crowd } from './crowded-store.ts'
import { everyCall, everyMethod } from './every-call.ts'
import { watchSqlite } from './watched-sqlite.ts'

const FEW = 2000
const MANY = 20_000
/** How much more a call may cost at ten times the rows, and what does not count, in steps. */
const GROWTH = 1.1
const SLACK = 40

/** What grows, and why it may. */
const GROWS: Readonly<Record<string, string>> = {
  'labels.pageTagged a name': 'no index finds a part of a name: all keys are looked at',
  'labels.numbersTagged a name': 'the same',
  'labels.countTagged a name': 'the same',
  'labels.countTagged frequent tags': 'all keys with the rarer of them are looked at',
  ...Object.fromEntries(
    [
      '{"aliasPrefix":"filled-1"} lastRotation asc',
      '{"aliasPrefix":"filled-1"} lastRotation desc',
      ...['alias', 'lastRotation', 'nextRotation'].flatMap((sort) =>
        ['asc', 'desc'].map((order) => `{"tag":{"name":"team","value":"team-1"}} ${sort} ${order}`),
      ),
    ].map((about) => [`table.search ${about}`, 'up to 5,000 keys that may be found are sorted']),
  ),
  'rotationLimits.reached token': 'reached limits of keys that are not in tokens are passed over',
  'guard.complaints': 'all pages are read, which is what it is for',
  'identity.listRevokedTokens': 'the tokens that were revoked of late are what it answers',
}

/** Steps of SQLite's virtual machine of each call, on a store with so many rows in every table. */
async function measure(rows: number, withoutIndex?: string): Promise<ReadonlyMap<string, number>> {
  const directory = await mkdtemp(join(tmpdir(), 'keyturn-flat-'))
  const watched = await watchSqlite(join(directory, 'k.sqlite'))
  try {
    const calls = everyCall(watched.storage, await crowd(watched.db, 'blob', rows), rows)
    if (withoutIndex !== undefined) {
      await sql`drop index ${sql.ref(withoutIndex)}`.execute(watched.db)
    }
    const missing = new Set(everyMethod(watched.storage))
    const steps = new Map<string, number>()
    watched.takeSteps()
    for (const { method, about, run } of calls) {
      missing.delete(method)
      await run()
      steps.set([method, about].join(' ').trim(), watched.takeSteps())
    }
    assert.deepEqual([...missing], [], 'methods that everyCall leaves out')
    return steps
  } finally {
    await watched.storage.close()
    await rm(directory, { recursive: true })
  }
}

/** Calls that took more steps among many rows than among few. */
function grown(
  few: ReadonlyMap<string, number>,
  many: ReadonlyMap<string, number>,
): readonly string[] {
  const found: string[] = []
  for (const [name, steps] of many) {
    const before = few.get(name) ?? 0
    assert.ok(before > 0, `${name} did nothing`)
    if (steps > before * GROWTH + SLACK) found.push(name)
  }
  return found.sort()
}

test('every call of the store takes as many steps among many rows as among few', async () => {
  const few = await measure(FEW)
  assert.deepEqual(grown(few, await measure(MANY)), Object.keys(GROWS).sort())
  const without = grown(few, await measure(MANY, 'keys_class'))
  assert.ok(without.includes('keys.page {"spec":"SM4"}'), 'that an index is gone is noticed')
})
