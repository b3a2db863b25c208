import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { Fault } from '../../src/core/fault.ts'
import type { Grant } from '../../src/core/grant.ts'
import type { KeyId, MaterialId, ProjectId, UserId } from '../../src/core/ids.ts'
import type { Key } from '../../src/core/key.ts'
import {
  disableRotation,
  enableRotation,
  type RotationCause,
  rotate,
} from '../../src/core/rotation.ts'
import { DAY_MS, type EpochMs } from '../../src/core/time.ts'
import type { RotationStep, StoredKey } from '../../src/ports/key-store.ts'
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
    fc.record({
      kind: fc.constant('make' as const),
      tags,
      spec: fc.constantFrom('AES_256' as const, 'SM4' as const, 'EC_P256' as const),
      isDefault: fc.constantFrom(false, false, true),
      origin: fc.constantFrom('kms' as const, 'kms' as const, 'external' as const),
    }),
    fc.record({
      kind: fc.constantFrom('schedule' as const, 'stop' as const, 'rotate' as const),
      which: fc.nat(5),
      day: fc.nat(3),
    }),
    fc.record({ kind: fc.constantFrom('disable' as const, 'enable' as const), which: fc.nat(5) }),
    fc.record({ kind: fc.constant('rotate due' as const), day: fc.integer({ min: 30, max: 90 }) }),
    fc.record({ kind: fc.constant('tag' as const), which: fc.nat(5), tags }),
    fc.record({
      kind: fc.constant('grant' as const),
      which: fc.nat(5),
      retiring: fc.constantFrom('r', 's', undefined),
    }),
    fc.record({ kind: fc.constant('retire' as const), which: fc.nat(5) }),
    fc.record({ kind: fc.constant('destroy' as const), which: fc.nat(5) }),
  ),
  { minLength: 5, maxLength: 30 },
)

/** A rotation as a store takes it. */
function rotationOf(before: Key, cause: RotationCause, now: EpochMs): RotationStep {
  const { key, event } = rotate(before, cause, 'u', now)
  return {
    key,
    event,
    version: {
      keyId: key.id,
      version: event.toVersion,
      materialId: randomUUID() as MaterialId,
      origin: 'kms',
      wrappedMaterial: Uint8Array.of(1),
      createdAt: now,
    },
  }
}

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
          const { spec, isDefault, origin } = step
          const id = randomUUID() as KeyId
          const key = aKey({ id, projectId, alias: randomUUID(), spec, isDefault, origin })
          ids.push(key.id)
          await keys.insert(key, [], 1e9, step.tags)
          continue
        }
        if (step.kind === 'retire') {
          const grant = made[step.which % Math.max(1, made.length)]
          if (grant !== undefined) await grants.remove(grant)
          continue
        }
        if (step.kind === 'rotate due') {
          const now = (NOW + step.day * DAY_MS) as EpochMs
          await keys.rotateDue(now, 10, ({ key }) => rotationOf(key, 'schedule', now))
          continue
        }
        const seen = await pick(step.which)
        if (seen === undefined) continue
        if (step.kind === 'schedule' || step.kind === 'stop' || step.kind === 'rotate') {
          const at = (NOW + step.day * DAY_MS) as EpochMs
          const change = { schedule: enableRotation, stop: disableRotation }
          try {
            if (step.kind === 'rotate') {
              const { key, version, event } = rotationOf(seen.key, 'demand', at)
              assert.equal(await keys.rotate(seen, key, version, event), 'rotated')
            } else await keys.replace(seen, change[step.kind](seen.key, at))
          } catch (error) {
            if (!(error instanceof Fault)) throw error // what a key of its kind cannot do
          }
          continue
        }
        if (step.kind === 'disable' || step.kind === 'enable') {
          const state = { kind: step.kind === 'enable' ? 'enabled' : 'disabled' } as const
          await keys.replace(seen, { ...seen.key, state })
          continue
        }
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
          await grants.insert(seen, grant, { perKey: 100, perGrantee: 100 })
        } else {
          const state = { kind: 'pendingDeletion', deleteAt: NOW, cancelledTo: 'disabled' } as const
          await keys.replace(seen, { ...seen.key, state })
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
      const kind = sql`spec, state, is_default, rotation, rotated`
      assert.deepEqual(
        await rows(sql`select ${kind}, keys from key_tallies
          where project_id = ${projectId} and keys <> 0 order by ${kind}`),
        await rows(sql`select ${kind}, count(*) as keys from (
            select keys.*, case when last_rotation_at is null then 0 else 1 end as rotated from keys
              where project_id = ${projectId})
          group by ${kind} order by ${kind}`),
      )
      assert.deepEqual(
        await rows(sql`select day, due, done, late from rotation_days
          where project_id = ${projectId} and (due <> 0 or done <> 0 or late <> 0) order by day`),
        await rows(sql`select day, sum(due) as due, sum(done) as done, sum(late) as late from (
            select next_rotation_at - next_rotation_at % ${DAY_MS} as day,
                1 as due, 0 as done, 0 as late
              from keys where project_id = ${projectId} and next_rotation_at is not null
            union all
            select at - at % ${DAY_MS}, 0, 1, coalesce(at - due_at > 60000, 0)
              from rotation_events where project_id = ${projectId})
          group by day order by day`),
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
