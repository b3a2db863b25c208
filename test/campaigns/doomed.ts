import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer } from '../server.ts'
import { type AgedStore, makeAged } from './aged-store.ts'
import { copied, DATABASE, fresh, type Keys, well } from './doomed-folder.ts'
import { type DoomedPostgres, makePostgres } from './postgres-copies.ts'
import { emptyWork, picturesOf, workAlone } from './power-work.ts'
import type { Chance } from './seeded-chance.ts'

/** A process that is killed. */
export interface Doomed {
  readonly args: readonly string[]
  /** Of a server: what is asked of it from when it listens until it is killed. */
  readonly during?: (url: string) => Promise<void>
  /** What is not as it must be, once it was killed at whatever moment. */
  readonly check: () => Promise<readonly string[]>
}

/** Makes the ground for one kill in a folder of its own, from what all kills begin with. */
export type DoomedKind = (base: Base, folder: string, chance: Chance) => Promise<Doomed>

/** What all kills begin with. */
export interface Base {
  readonly folder: string
  /** Its data folder, as it is now, and as it was when {@link earlierBackup} was made. */
  readonly data: string
  readonly later: Keys
  readonly earlier: Keys
  readonly earlierBackup: string
  /** The data folder after a whole change of the root key. */
  readonly rotated: () => Promise<string>
  /** The same keys in PostgreSQL. */
  readonly postgres: () => Promise<DoomedPostgres>
  /** A data folder in which much is about to fall due. */
  readonly aged: () => Promise<AgedStore>
  readonly close: () => Promise<void>
}

/** Makes it. */
export async function makeBase(chance: Chance): Promise<Base> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-doomed-'))
  const data = join(folder, 'data')
  const earlierBackup = join(folder, 'earlier.backup')
  const server = await startTestServer({ directory: data })
  const { credentials, url, token } = server
  const { project_id: projectId, user_id: userId } = credentials
  const place = { url, token, projectId, userId }
  const work = emptyWork()
  const keysOf = (): Keys => ({ projectId, ...picturesOf(work.asked, () => true) })
  let earlier: Keys
  try {
    await workAlone({ place, number: 0, work, chance }, 60)
    earlier = keysOf()
    await well(['backup', 'create', '--to', earlierBackup, '--data', data])
    await workAlone({ place, number: 1, work, chance }, 30)
  } finally {
    await server.stop()
  }
  const postgres = once(() => makePostgres(folder, join(data, DATABASE)))
  return {
    ...{ folder, data, earlierBackup, earlier, later: keysOf() },
    rotated: once(async () => {
      const rotated = await copied(data, await fresh(folder, 'rotated'))
      await well(['root', 'rotate', '--data', rotated])
      return rotated
    }).get,
    postgres: postgres.get,
    aged: once(() => makeAged(join(folder, 'aged'))).get,
    async close() {
      await (await postgres.made())?.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function once<T>(make: () => Promise<T>) {
  let made: Promise<T> | undefined
  return {
    get() {
      made ??= make()
      return made
    },
    made: async () => made,
  }
}
