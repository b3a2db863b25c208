import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { embeddedPostgres } from '../postgres/binaries.ts'
import { startPostgres } from '../postgres/start-postgres.ts'
import { well } from './doomed-folder.ts'

/** A PostgreSQL with a database that is copied for each kill. */
export interface DoomedPostgres {
  /** A database of its own: a copy of the one with all keys, or an empty one. */
  readonly database: (from: 'keys' | 'nothing') => Promise<PostgresStore>
  readonly stop: () => Promise<void>
}

/** One of its databases. */
export interface PostgresStore {
  /** With its password, for the test itself. */
  readonly url: string
  /** Flags by which a command finds it as its store. */
  readonly flags: readonly string[]
  /** Flags by which a copy goes there. */
  readonly asTarget: readonly string[]
}

/** Starts one and copies a SQLite file to it. */
export async function makePostgres(folder: string, file: string): Promise<DoomedPostgres> {
  const binaries = embeddedPostgres()
  if (binaries === undefined) throw new Error('there is no PostgreSQL')
  const postgres = await startPostgres(binaries)
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, postgres.password, { mode: 0o600 })
  const storeOf = (url: string): PostgresStore => {
    const bare = new URL(url)
    bare.password = ''
    bare.searchParams.set('sslmode', 'disable')
    return {
      url,
      flags: ['--store', bare.href, '--store-password-file', passwordFile],
      asTarget: ['--to', bare.href, '--to-password-file', passwordFile],
    }
  }
  const base = storeOf(await postgres.newDatabase())
  await well(['store', 'copy', '--from', `sqlite:${file}`, ...base.asTarget])
  const template = new URL(base.url).pathname.slice(1)
  let copies = 0
  return {
    async database(from) {
      if (from === 'nothing') return storeOf(await postgres.newDatabase())
      const name = `copy_${++copies}`
      await postgres.sql(`create database ${name} template ${template}`)
      const url = new URL(base.url)
      url.pathname = name
      return storeOf(url.href)
    },
    stop: () => postgres.stop(),
  }
}
