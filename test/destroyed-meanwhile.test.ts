import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { associateAlias, createAlias, deleteAlias } from '../src/app/aliases.ts'
import type { Deps } from '../src/app/deps.ts'
import { createGrant } from '../src/app/grants.ts'
import type { RequestContext } from '../src/app/handler.ts'
import { batchCreateKmsTags, createKmsTag, deleteTag } from '../src/app/tags.ts'
import type { Caller } from '../src/core/caller.ts'
import { Fault } from '../src/core/fault.ts'
import { scheduleDeletion } from '../src/core/key-state.ts'
import { addDays, days, type EpochMs } from '../src/core/time.ts'
import type { StoredKey } from '../src/ports/key-store.ts'
import type { Storage } from '../src/ports/storage.ts'
import { storedKey } from '../src/ports/two-stores.conformance.ts'
import { openSqlite } from '../src/storage/sqlite.ts'

const NOW = 1_800_000_000_000 as EpochMs

describe('a key that is destroyed between the look at it and the change of what hangs on it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-gone-'))
  let storage: Storage
  let seen: StoredKey
  before(async () => {
    storage = await openSqlite({ file: join(folder, 'keyturn.sqlite'), clock: { now: () => NOW } })
    seen = await storedKey(storage)
    await storage.keys.replace(seen, scheduleDeletion(seen.key, days(7), NOW))
    const doomed = (await storage.keys.find(seen.key.id)) ?? assert.fail()
    assert.equal(await storage.keys.destroy(doomed, addDays(NOW, days(8))), 'destroyed')
  })
  after(async () => {
    await storage.close()
    rmSync(folder, { recursive: true })
  })

  const refused = async (
    work: (deps: Deps, caller: Caller, context: RequestContext) => unknown,
  ) => {
    const deps = {
      ...storage,
      clock: { now: () => NOW },
      // What a handler saw just before.
      keys: { ...storage.keys, find: async () => seen },
      changes: { afterCommit: async () => {} },
      grantQuota: 100,
      region: 'local-1',
    } as unknown as Deps // no more is asked of it here
    const { projectId, tenantId } = seen.key
    const caller = {
      tenantId,
      userId: 'u',
      project: { id: projectId, name: '' },
    } as unknown as Caller
    const context = { admission: { isAllowed: true } } as unknown as RequestContext
    await assert.rejects(
      async () => work(deps, caller, context),
      (error) => error instanceof Fault && error.kind === 'key-not-found',
    )
  }

  test('is not found by who tags it, nor by who takes tags away', async () => {
    const { id: key_id } = seen.key
    const tag = { key: 'team', value: 'red' }
    await refused((deps, caller, context) => createKmsTag(deps, caller, { key_id, tag }, context))
    for (const action of ['create', 'delete'] as const) {
      const request = { key_id, action, tags: [tag] }
      await refused((deps, caller, context) => batchCreateKmsTags(deps, caller, request, context))
    }
    await refused((deps, caller, context) =>
      deleteTag(deps, caller, { key_id, key: 'team' }, context),
    )
    assert.deepEqual(await storage.labels.tagsOf(key_id), [])
  })

  test('is not found by who names it', async () => {
    const { id: key_id } = seen.key
    const alias = 'alias/name'
    await refused((deps, caller, context) => createAlias(deps, caller, { key_id, alias }, context))
    await refused((deps, caller, context) =>
      associateAlias(deps, caller, { target_key_id: key_id, alias }, context),
    )
    await refused((deps, caller, context) =>
      deleteAlias(deps, caller, { key_id, aliases: [alias] }, context),
    )
  })

  test('is not found by who grants a right on it', async () => {
    const request = {
      key_id: seen.key.id,
      grantee_principal: 'somebody',
      operations: ['encrypt-data'] as const,
    }
    await refused((deps, caller, context) => createGrant(deps, caller, request, context))
  })
})
