import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { everyPostgres, NO_POSTGRES } from '../../test/postgres/binaries.ts'
import { placeOf } from '../../test/postgres/place-of.ts'
import { startPostgres, type TestPostgres } from '../../test/postgres/start-postgres.ts'
import { storageConformance } from '../ports/storage.conformance.ts'
import { openPostgres } from './postgres.ts'

const engines = everyPostgres()

describe('stores over PostgreSQL', { skip: engines.length === 0 && NO_POSTGRES }, () => {
  for (const binaries of engines) {
    let postgres: TestPostgres
    before(async () => {
      postgres = await startPostgres(binaries, { isDurable: false })
    })
    after(() => postgres.stop())
    test(`${binaries.name} tells what time it is`, async () => {
      const storage = await openPostgres(placeOf(await postgres.newDatabase()))
      try {
        const time = (await storage.databaseTime?.()) ?? 0
        assert.ok(Math.abs(time - Date.now()) < 5000, `${time}`)
      } finally {
        await storage.close()
      }
    })
    storageConformance(binaries.name, async () => {
      const place = placeOf(await postgres.newDatabase())
      return { open: () => openPostgres(place), remove: async () => undefined }
    })
  }
})
