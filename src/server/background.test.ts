import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DAY_MS, type EpochMs } from '../core/time.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { keepHouse } from './background.ts'

test('a clock that runs ahead does not let revoked tokens be forgotten', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-house-'))
  const storage = await openSqlite({ file: join(directory, 'store.sqlite') })
  try {
    const now = Date.now() as EpochMs
    const ahead = (now + 400 * DAY_MS) as EpochMs
    const expiresAt = (now + DAY_MS) as EpochMs
    await storage.identity.revokeToken({ tokenId: 'a-token', expiresAt })
    await keepHouse(storage, now, now, ahead)
    // What it would have forgotten is still there to be forgotten.
    assert.equal(await storage.identity.forgetRevokedTokens(ahead), 1)
    await storage.identity.revokeToken({ tokenId: 'a-token', expiresAt })
    await keepHouse(storage, ahead, ahead, ahead)
    assert.equal(await storage.identity.forgetRevokedTokens(ahead), 0)
  } finally {
    await storage.close()
    rmSync(directory, { recursive: true })
  }
})
