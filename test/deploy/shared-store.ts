import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { embeddedPostgres, NO_POSTGRES } from '../postgres/binaries.ts'
import { startPostgres } from '../postgres/start-postgres.ts'

/** A store that all nodes of a test share. */
export interface SharedStore {
  /** Flags that name it: `--store` and `--root-key` among them. */
  readonly flags: readonly string[]
  readonly stop: () => Promise<void>
}

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname

/** Starts a PostgreSQL with a database and makes a root key for it; files go into `folder`. */
export async function openSharedStore(folder: string): Promise<SharedStore> {
  const binaries = embeddedPostgres()
  if (binaries === undefined) throw new Error(NO_POSTGRES)
  const postgres = await startPostgres(binaries)
  const url = new URL(await postgres.newDatabase())
  const passwordFile = join(folder, 'store-password')
  writeFileSync(passwordFile, decodeURIComponent(url.password), { mode: 0o600 })
  url.password = ''
  const rootKey = join(folder, 'shared-root.key')
  execFileSync(process.execPath, [MAIN, 'root', 'create', '--root-key', rootKey])
  return {
    flags: [
      ...['--store', url.href],
      ...['--store-password-file', passwordFile],
      ...['--root-key', rootKey],
    ],
    stop: () => postgres.stop(),
  }
}
