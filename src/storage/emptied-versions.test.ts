import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'
import { everyPostgres } from '../../test/postgres/binaries.ts'
import { placeOf } from '../../test/postgres/place-of.ts'
import { startPostgres } from '../../test/postgres/start-postgres.ts'
import { FIRST_VERSION } from '../core/ids.ts'
import { RootKeyRing, rootKeyFrom } from '../crypto/root-key.ts'
import { rowMacs } from '../crypto/row-macs.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { storedKey } from '../ports/two-stores.conformance.ts'
import { openPostgres } from './postgres.ts'
import { textOfVersion, type VersionRow } from './sql/stored-rows.ts'

const [binaries] = everyPostgres()
const root = (fill: number) => rootKeyFrom(new SecretBytes(new Uint8Array(32).fill(fill)))

test('material that is deleted while its root key is changed leaves a version that is whole', {
  skip: binaries === undefined && 'there is no PostgreSQL',
}, async () => {
  if (binaries === undefined) return
  const postgres = await startPostgres(binaries, { isDurable: false })
  const place = placeOf(await postgres.newDatabase())
  const storage = await openPostgres(place)
  const { host, port, database, user } = place
  const client = new Client({ host, port, database, user, password: place.password?.() })
  await client.connect()
  try {
    storage.guard.watch(rowMacs(root(1)), () => undefined)
    const seen = await storedKey(storage)
    const macs = rowMacs(new RootKeyRing(root(2), [root(1)]))
    storage.guard.watch(macs, () => undefined)

    // As a change of the root key does it: the digest of imported material is written anew, too.
    await client.query('begin')
    const { rows } = await client.query<VersionRow>('select * from key_versions')
    const row = rows[0] ?? assert.fail()
    const next = {
      ...row,
      version: Number(row.version), // this driver gives text
      created_at: Number(row.created_at),
      fingerprint: Buffer.from('another'),
      wrapped_material: Buffer.from('another, too'),
    }
    await client.query(
      'update key_versions set fingerprint = $1, wrapped_material = $2, mac = $3',
      [next.fingerprint, next.wrapped_material, macs.of(textOfVersion(next))],
    )
    const deleting = storage.keys.deleteMaterial(seen, seen.key)
    await setTimeout(500)
    await client.query('commit')
    assert.equal(await deleting, 'deleted')
    const found = await storage.keys.findVersion(seen.key.id, FIRST_VERSION)
    assert.equal(found?.wrappedMaterial.length, 0)
  } finally {
    await client.end()
    await storage.close()
    await postgres.stop()
  }
})
