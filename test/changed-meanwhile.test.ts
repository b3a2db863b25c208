import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Deps } from '../src/app/deps.ts'
import { createGrant } from '../src/app/grants.ts'
import type { RequestContext } from '../src/app/handler.ts'
import { retireKeyVersion } from '../src/app/old-versions.ts'
import type { Caller } from '../src/core/caller.ts'
import { Fault } from '../src/core/fault.ts'
import { FIRST_VERSION, nextVersion } from '../src/core/ids.ts'
import { describeKey, disableKey } from '../src/core/key-state.ts'
import { rotate } from '../src/core/rotation.ts'
import { days, type EpochMs } from '../src/core/time.ts'
import type { StoredKey } from '../src/ports/key-store.ts'
import type { Storage } from '../src/ports/storage.ts'
import { firstVersionOf, storedKey } from '../src/ports/two-stores.conformance.ts'
import { openSqlite } from '../src/storage/sqlite.ts'

const NOW = 1_800_000_000_000 as EpochMs

describe('a key that changes between the look at it and the change of what hangs on it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-meanwhile-'))
  let storage: Storage
  before(async () => {
    storage = await openSqlite({ file: join(folder, 'keyturn.sqlite'), clock: { now: () => NOW } })
  })
  after(async () => {
    await storage.close()
    rmSync(folder, { recursive: true })
  })

  /** What a handler asks, where somebody changes the key just after it was read first. */
  function meanwhile({ key, revision }: StoredKey, change: typeof disableKey) {
    let looks = 0
    const find = async (id: typeof key.id) => {
      const seen = await storage.keys.find(id)
      if (looks++ === 0 && seen !== undefined) {
        assert.equal(seen.revision, revision)
        assert.equal(await storage.keys.replace(seen, change(seen.key)), 'replaced')
      }
      return seen
    }
    const deps = {
      ...storage,
      clock: { now: () => NOW },
      keys: { ...storage.keys, find },
      changes: { afterCommit: async () => {} },
      usage: { flush: async () => {}, ofVersions: async () => new Map(), countedSince: 0 },
      announcements: { ofVersion: () => ({ outgoing: undefined, tell: () => {} }) },
      grantQuota: 100,
    } as unknown as Deps // no more is asked of it here
    const caller = {
      tenantId: key.tenantId,
      userId: 'u',
      userName: 'müller',
      project: { id: key.projectId, name: '' },
    } as unknown as Caller
    const context = { admission: { isAllowed: true } } as unknown as RequestContext
    return { deps, caller, context }
  }
  const isDisabled = (error: unknown) => error instanceof Fault && error.kind === 'key-disabled'

  const grantOn = (key_id: StoredKey['key']['id']) => ({
    key_id,
    grantee_principal: 'somebody',
    operations: ['encrypt-data'] as const,
  })

  test('disabled: no right on it is granted any more', async () => {
    const seen = await storedKey(storage)
    const { deps, caller, context } = meanwhile(seen, disableKey)
    const { id } = seen.key
    await assert.rejects(async () => createGrant(deps, caller, grantOn(id), context), isDisabled)
    assert.deepEqual(await storage.grants.ofKey(id), [])
  })

  test('described anew: the right is granted', async () => {
    const seen = await storedKey(storage)
    const { deps, caller, context } = meanwhile(seen, (key) => describeKey(key, 'new'))
    const { id } = seen.key
    await createGrant(deps, caller, grantOn(id), context)
    assert.equal((await storage.grants.ofKey(id)).length, 1)
  })

  for (const [name, change, isRetired] of [
    ['disabled: no version of it is retired any more', disableKey, false],
    [
      'described anew: the version is retired',
      (key: StoredKey['key']) => describeKey(key, ''),
      true,
    ],
  ] as const) {
    test(name, async () => {
      const first = await storedKey(storage)
      const { key, event } = rotate(first.key, 'demand', 'a', NOW)
      const version = { ...firstVersionOf(key), version: nextVersion(FIRST_VERSION) }
      assert.equal(await storage.keys.rotate(first, key, version, event), 'rotated')
      const seen = (await storage.keys.find(key.id)) ?? assert.fail()
      const { deps, caller, context } = meanwhile(seen, change)
      const request = {
        key_id: key.id,
        version: FIRST_VERSION,
        re_encrypted: 'all of it',
        unused_days: days(1),
      }
      const asked = async () => retireKeyVersion(deps, caller, request, context)
      if (isRetired) await asked()
      else await assert.rejects(asked, isDisabled)
      const retired = await storage.retired.find(key.id, FIRST_VERSION)
      assert.equal(retired !== undefined, isRetired)
    })
  }
})
