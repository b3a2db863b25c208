import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { StorageError } from '../../src/ports/storage-error.ts'
import { SettingsError } from '../../src/server/settings.ts'
import { placeOfStore } from '../../src/server/store-settings.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import { embeddedPostgres, NO_POSTGRES } from './binaries.ts'
import { startPostgres, type TestPostgres } from './start-postgres.ts'

const binaries = embeddedPostgres()

describe('TLS to PostgreSQL', { skip: binaries === undefined && NO_POSTGRES }, () => {
  let postgres: TestPostgres
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-tls-'))
  const at = (name: string) => join(folder, name)
  before(async () => {
    if (binaries === undefined) return
    for (const name of ['server', 'stranger']) {
      const text = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${name}`
      const names = ['-addext', 'subjectAltName=DNS:db.example']
      const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)]
      execFileSync('openssl', [...text.split(' '), ...names, ...files], { stdio: 'ignore' })
    }
    postgres = await startPostgres(binaries, {
      isDurable: false,
      settings: ['ssl = on'],
      files: {
        'server.key': readFileSync(at('server.key'), 'utf8'),
        'server.crt': readFileSync(at('server.crt'), 'utf8'),
        'pg_hba.conf': 'local all all trust\nhostssl all all all scram-sha-256\n',
      },
    })
  })
  after(async () => {
    await postgres.stop()
    rmSync(folder, { recursive: true })
  })

  const attempt = async (sslmode: string, ca: string | undefined): Promise<void> => {
    const place = placeOfStore({
      store: `${await postgres.newDatabase()}?sslmode=${sslmode}`,
      'store-password-file': undefined,
      'store-ca': ca && at(ca),
      'store-connections': 1,
      'root-key': undefined,
    })
    if (place === undefined) throw new Error('no place')
    const storage = await openPostgres(place)
    await storage.meta.put('x', 'y')
    await storage.close()
  }

  test('what is checked of the certificate is what sslmode says', async () => {
    await attempt('require', undefined)
    await attempt('verify-ca', 'server.crt')
    await assert.rejects(attempt('disable', undefined), StorageError)
    await assert.rejects(attempt('verify-ca', undefined), StorageError)
    await assert.rejects(attempt('verify-ca', 'stranger.crt'), StorageError)
    // The database is called by its address, which the certificate does not name.
    await assert.rejects(attempt('verify-full', 'server.crt'), (error: Error) => {
      assert.match(String(error.cause), /altnames/)
      return true
    })
  })

  test('a certificate that would not be looked at is refused', async () => {
    for (const sslmode of ['disable', 'require']) {
      await assert.rejects(attempt(sslmode, 'server.crt'), SettingsError)
    }
  })

  test('by a unix socket, without a password', async () => {
    const name = new URL(await postgres.newDatabase()).pathname
    const place = placeOfStore({
      store: `postgres://postgres@:${postgres.port}${name}?host=${postgres.socketFolder}`,
      'store-password-file': undefined,
      'store-ca': undefined,
      'store-connections': 1,
      'root-key': undefined,
    })
    await (await openPostgres(place ?? assert.fail())).close()
  })
})
