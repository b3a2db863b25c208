import { existsSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MIGRATION_NAMES } from '../../src/storage/sql/migrate.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { refusalOf } from './backup-flips.ts'
import type { DoomedKind } from './doomed.ts'
import {
  checkStore,
  copied,
  DATABASE,
  either,
  factIn,
  opensAsFolder,
  rootOf,
  without,
} from './doomed-folder.ts'
import { DOOMED_ON_POSTGRES } from './doomed-postgres.ts'
import { DOOMED_ROOTS } from './doomed-roots.ts'
import { DOOMED_SERVERS } from './doomed-servers.ts'
import { checkFolder, checkKeys } from './power-check.ts'

/** Commands on SQLite. */
const DOOMED_ON_SQLITE = {
  backup: async ({ data: base, later }, folder) => {
    const data = await copied(base, folder)
    const to = join(folder, 'store.backup')
    return {
      args: ['backup', 'create', '--to', to, '--data', data],
      async check() {
        const problems = [...(await checkFolder(data, { ...later, records: [] }))]
        if (!existsSync(to)) return problems
        const root = await rootOf(data)
        const refusal = await refusalOf(to, root)
        if (refusal !== undefined)
          problems.push(`the backup has its name and is refused: ${refusal}`)
        return problems
      },
    }
  },
  restore: async ({ data: base, earlier, earlierBackup: from, later }, folder) => {
    const data = await copied(base, folder)
    return {
      args: ['backup', 'restore', from, '--replace', '--data', data],
      async check() {
        return either(
          () => checkStore(data, later),
          () => checkStore(data, earlier),
        )
      },
    }
  },
  copy: async ({ data: base, later }, folder) => {
    const data = await copied(base, folder)
    const target = join(folder, 'target')
    await mkdir(target)
    await cp(join(data, 'root.key'), join(target, 'root.key'))
    const places = [
      '--from',
      `sqlite:${join(data, DATABASE)}`,
      '--to',
      `sqlite:${join(target, DATABASE)}`,
    ]
    const args = ['store', 'copy', ...places]
    return {
      args,
      async check() {
        const problems = [...(await checkStore(data, later))]
        // Either none of it can be taken for a store, or it is whole.
        const look = join(folder, 'look')
        await cp(target, look, { recursive: true })
        if (await opensAsFolder(look)) {
          // A target of which nothing was written yet is a new store, and no half one.
          const seen = await either(
            () => checkStore(look, without(later)),
            () => checkStore(look, later),
          )
          problems.push(...seen)
        }
        // One that had come to its end is refused, and whole.
        const { err } = await runKeyturn([...args, '--replace-unfinished'])
        const lacking = await checkStore(target, later)
        return [
          ...problems,
          ...lacking.map((problem) => `${problem}, and not to be mended: ${err}`),
        ]
      },
    }
  },
  migration: async (base, folder, chance) => {
    const data = join(folder, 'data')
    await mkdir(data)
    await cp(join(base.data, 'root.key'), join(data, 'root.key'))
    const file = join(data, DATABASE)
    const older = await openSqlite({ file, until: chance.pick(MIGRATION_NAMES.slice(0, -1)) })
    await older.meta.put('fact', 'from before')
    await older.close()
    return {
      args: ['serve', '--listen', '127.0.0.1:0', '--data', data, '--workers', '1'],
      async check() {
        const problems: string[] = []
        const store = await openSqlite({ file })
        if ((await store.meta.get('fact')) !== 'from before') problems.push('a fact is lost')
        await store.close()
        for (const migration of MIGRATION_NAMES) {
          const copy = `${file}.before-${migration}`
          if (existsSync(copy) && factIn(copy) !== 'from before')
            problems.push(`${copy} is not whole`)
        }
        const root = await rootOf(data)
        const end = await openSqlite({ file })
        problems.push(...(await checkKeys(root, end, without(base.later))))
        await end.close()
        return problems
      },
    }
  },
} as const satisfies Readonly<Record<string, DoomedKind>>

/** Everything that is killed in folders of its own. */
export const DOOMED: Readonly<Record<string, DoomedKind>> = {
  ...DOOMED_ON_SQLITE,
  ...DOOMED_ROOTS,
  ...DOOMED_SERVERS,
  ...DOOMED_ON_POSTGRES,
}
