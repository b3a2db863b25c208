import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RootKey } from '../../src/crypto/root-key.ts'
import { COPY_UNFINISHED } from '../../src/ports/meta-store.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import { MIGRATION_NAMES } from '../../src/storage/sql/migrate.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { placeOf } from '../postgres/place-of.ts'
import { refusalOf } from './backup-flips.ts'
import type { DoomedKind } from './doomed.ts'
import { copied, DATABASE, either, fresh, type Keys, rootOf, without } from './doomed-folder.ts'
import type { PostgresStore } from './postgres-copies.ts'
import { checkKeys } from './power-check.ts'

/** Commands on PostgreSQL. */
export const DOOMED_ON_POSTGRES = {
  'backup-postgres': async ({ data: base, later, postgres }, folder) => {
    const store = await (await postgres()).database('keys')
    const data = await copied(base, folder)
    const to = join(folder, 'store.backup')
    return {
      args: ['backup', 'create', '--to', to, '--data', data, ...store.flags],
      async check() {
        const root = await rootOf(data)
        const problems = [...(await checkDatabase(root, store, later))]
        const refusal = existsSync(to) ? await refusalOf(to, root) : undefined
        if (refusal !== undefined)
          problems.push(`the backup has its name and is refused: ${refusal}`)
        return problems
      },
    }
  },
  'restore-postgres': async ({ data: base, earlier, earlierBackup, later, postgres }, folder) => {
    const store = await (await postgres()).database('keys')
    const data = await copied(base, folder)
    const args = ['backup', 'restore', earlierBackup, '--replace', '--data', data, ...store.flags]
    return {
      args,
      async check() {
        const root = await rootOf(data)
        const problems = await either(
          () => checkDatabase(root, store, later),
          () => checkDatabase(root, store, earlier),
        )
        const again = await runKeyturn(args)
        if (again.code !== 0) return [...problems, `it cannot be called again: ${again.err}`]
        return [...problems, ...(await checkDatabase(root, store, earlier))]
      },
    }
  },
  'copy-postgres': async ({ data: base, later, postgres }, folder) => {
    const store = await (await postgres()).database('nothing')
    const data = await copied(base, folder)
    const args = ['store', 'copy', '--from', `sqlite:${join(data, DATABASE)}`, ...store.asTarget]
    return {
      args,
      async check() {
        const root = await rootOf(data)
        const problems: string[] = []
        if (!(await isUnfinished(store))) {
          const seen = await either(
            () => checkDatabase(root, store, without(later)),
            () => checkDatabase(root, store, later),
          )
          problems.push(...seen)
        }
        // One that had come to its end is refused, and whole.
        const { err } = await runKeyturn([...args, '--replace-unfinished'])
        const lacking = await checkDatabase(root, store, later)
        return [
          ...problems,
          ...lacking.map((problem) => `${problem}, and not to be mended: ${err}`),
        ]
      },
    }
  },
  'migration-postgres': async ({ data: base, later, postgres }, folder, chance) => {
    const store = await (await postgres()).database('nothing')
    const data = await fresh(folder, 'data')
    const rootKey = join(base, 'root.key')
    const until = chance.pick(MIGRATION_NAMES.slice(0, -1))
    const older = await openPostgres({ ...placeOf(store.url), until })
    await older.meta.put('fact', 'from before')
    await older.close()
    const flags = ['--data', data, '--root-key', rootKey, ...store.flags]
    return {
      args: ['serve', '--listen', '127.0.0.1:0', '--workers', '1', ...flags],
      async check() {
        const problems: string[] = []
        const storage = await openPostgres(placeOf(store.url))
        if ((await storage.meta.get('fact')) !== 'from before') problems.push('a fact is lost')
        await storage.close()
        return [...problems, ...(await checkDatabase(await rootOf(base), store, without(later)))]
      },
    }
  },
} as const satisfies Readonly<Record<string, DoomedKind>>

/** Whether it bears the mark with which no server starts; one that looked as a server does would fill it. */
async function isUnfinished({ url }: PostgresStore): Promise<boolean> {
  const storage = await openPostgres(placeOf(url))
  try {
    return (await storage.meta.get(COPY_UNFINISHED)) !== undefined
  } finally {
    await storage.close()
  }
}

async function checkDatabase(
  root: RootKey,
  { url }: PostgresStore,
  keys: Keys,
): Promise<readonly string[]> {
  const storage = await openPostgres(placeOf(url))
  try {
    return await checkKeys(root, storage, keys)
  } finally {
    await storage.close()
  }
}
