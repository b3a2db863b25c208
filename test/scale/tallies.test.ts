import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { Grant } from '../../src/core/grant.ts'
import type { KeyId, ProjectId, UserId } from '../../src/core/ids.ts'
import { scheduleDeletion } from '../../src/core/key-state.ts'
import { DAY_MS, days, type EpochMs } from '../../src/core/time.ts'
import type { StoredKey } from '../../src/ports/key-store.ts'
import { aKey } from '../a-key.ts'
import { type WatchedSqlite, watchSqlite } from './watched-sqlite.ts'

const NOW = Date.parse('2026-06-01T00:00:00Z') as EpochMs

let directory: string
let watched: WatchedSqlite
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyturn-tallies-'))
  watched = await watchSqlite(join(directory, 'k.sqlite'))
})
after(async () => {
  await watched.storage.close()
  await rm(directory, { recursive: true })
})

const tags = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('a', 'b', 'c'), value: fc.constantFrom('', 'x', 'y') }),
  { selector: ({ name }) => name, maxLength: 3 },
)
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('make' as const), tags }),
    fc.record({ kind: fc.constant('tag' as const), which: fc.nat(5), tags }),
    fc.record({
      kind: fc.constant('grant' as const),
      which: fc.nat(5),
      retiring: fc.constantFrom('r', 's', undefined),
    }),
    fc.record({ kind: fc.constant('retire' as const), which: fc.nat(5) }),
    fc.record({ kind: fc.constant('destroy' as const), which: fc.nat(5) }),
  ),
  { minLength: 5, maxLength: 20 },
)

test('tallies are what a recount finds, whatever happened', async () => {
  const { keys, labels, grants } = watched.storage
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const projectId = randomUUID() as ProjectId
      const ids: KeyId[] = []
      const made: Grant[] = []
      const pick = async (which: number): Promise<StoredKey | undefined> => {
        const id = ids[which % Math.max(1, ids.length)]
        return id && keys.find(id)
      }
      for (const step of history) {
        if (step.kind === 'make') {
          const key = aKey({ id: randomUUID() as KeyId, projectId, alias: randomUUID() })
          ids.push(key.id)
          await keys.insert(key, [], 1e9, step.tags)
          continue
        }
        if (step.kind === 'retire') {
          const grant = made[step.which % Math.max(1, made.length)]
          if (grant !== undefined) await grants.remove(grant)
          continue
        }
        const seen = await pick(step.which)
        if (seen === undefined) continue
        if (step.kind === 'tag') await labels.changeTags(seen, () => step.tags)
        else if (step.kind === 'grant') {
          const grant: Grant = {
            id: randomUUID(),
            keyId: seen.key.id,
            projectId,
            name: undefined,
            grantee: randomUUID(),
            granteeKind: 'user',
            operations: ['describe-key'],
            retiring: step.retiring,
            issuing: 'u' as UserId,
            createdAt: NOW,
          }
          made.push(grant)
          await grants.insert(grant, { perKey: 100, perGrantee: 100 })
        } else {
          const past = (NOW - 8 * DAY_MS) as EpochMs
          await keys.replace(seen, scheduleDeletion(seen.key, days(7), past))
          const waiting = await keys.find(seen.key.id)
          if (waiting !== undefined) assert.equal(await keys.destroy(waiting, NOW), 'destroyed')
        }
      }
      const rows = async (query: ReturnType<typeof sql>) => (await query.execute(watched.db)).rows
      assert.deepEqual(
        await rows(sql`select name, value, keys from tag_tallies where project_id = ${projectId}
          order by name, value`),
        await rows(sql`select name, value, count(*) as keys from tags
          where project_id = ${projectId} group by name, value order by name, value`),
      )
      assert.deepEqual(
        await rows(sql`select name, keys from tag_name_tallies where project_id = ${projectId}
          order by name`),
        await rows(sql`select name, count(*) as keys from tags
          where project_id = ${projectId} group by name order by name`),
      )
      assert.deepEqual(
        await rows(sql`select principal, grants from retiring_tallies order by principal`),
        await rows(sql`select retiring as principal, count(*) as grants from grants
          where retiring is not null group by retiring order by retiring`),
      )
    }),
    { numRuns: 40 },
  )
})
