import { existsSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import type { Seal } from '../../src/ports/seal.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { passphraseSeal, sealIn } from '../../src/server/seal-settings.ts'
import { MIGRATION_NAMES } from '../../src/storage/sql/migrate.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { refusalOf } from './backup-flips.ts'
import type { Base } from './doomed.ts'
import { checkStore, DATABASE, either, factIn, rootOf } from './doomed-folder.ts'
import { checkRoots, rootIds } from './doomed-roots.ts'
import type { Chance } from './seeded-chance.ts'

/** Where a command is prepared. */
export interface PoweredPlace {
  readonly base: Base
  /** For what is not on the disk whose power goes. */
  readonly folder: string
  readonly disk: string
  readonly chance: Chance
}

/** A command whose power goes. */
export interface Powered {
  readonly args: readonly string[]
  /** What is not as it must be on what is left of the disk; `isDone`: the command had said that it is done. */
  readonly check: (disk: string, isDone: boolean) => Promise<readonly string[]>
}

const PASSPHRASE = 'an old horse in a battery'

/** All of them. */
export const POWERED: Readonly<Record<string, (place: PoweredPlace) => Promise<Powered>>> = {
  backup: async ({ base, disk }) => {
    const data = await dataOn(disk, base.data)
    const root = await rootOf(data)
    await mkdir(join(disk, 'backups'))
    return {
      args: ['backup', 'create', '--to', join(disk, 'backups', 'new'), '--data', data],
      async check(left, isDone) {
        const file = join(left, 'backups', 'new')
        if (!existsSync(file)) return isDone ? ['the backup is gone'] : []
        const refusal = await refusalOf(file, root)
        return refusal === undefined ? [] : [`the backup is refused: ${refusal}`]
      },
    }
  },
  restore: async ({ base, disk }) => {
    const data = await dataOn(disk, base.data)
    return {
      args: ['backup', 'restore', base.earlierBackup, '--replace', '--data', data],
      async check(left, isDone) {
        const own = join(left, 'data')
        const restored = () => checkStore(own, base.earlier)
        return isDone ? restored() : either(() => checkStore(own, base.later), restored)
      },
    }
  },
  migration: async ({ base, disk, chance }) => {
    const data = join(disk, 'data')
    await mkdir(data)
    await cp(join(base.data, 'root.key'), join(data, 'root.key'))
    const until = chance.pick(MIGRATION_NAMES.slice(0, 4))
    const older = await openSqlite({ file: join(data, DATABASE), until })
    await older.meta.put('fact', 'from before')
    await older.close()
    return {
      args: ['audit', 'verify', '--data', data],
      async check(left) {
        const own = join(left, 'data')
        const problems: string[] = []
        for (const migration of MIGRATION_NAMES) {
          const copy = join(own, `${DATABASE}.before-${migration}`)
          if (existsSync(copy) && factIn(copy) !== 'from before')
            problems.push(`the copy of before ${migration} is not whole`)
        }
        return [...problems, ...(await lacksFact(join(own, DATABASE)))]
      },
    }
  },
  'seal-migrate': async ({ base, folder, disk }) => {
    const data = await dataOn(disk, base.data)
    const passphrase = join(folder, 'passphrase')
    await writeFile(passphrase, PASSPHRASE, { mode: 0o600 })
    const [id] = await rootIds(data)
    const to = ['--to', 'passphrase', '--new-passphrase-file', passphrase]
    return {
      args: ['seal', 'migrate', ...to, '--data', data],
      async check(left, isDone) {
        const path = join(left, 'data', 'root.key')
        const kind = (await sealIn(path))?.kind
        if (isDone && kind !== 'passphrase') return [`the seal is ${kind}`]
        if (kind !== 'passphrase' && kind !== 'file') return [`there is no seal, but ${kind}`]
        const bytes = new SecretBytes(new TextEncoder().encode(PASSPHRASE))
        const seal: Seal = kind === 'file' ? fileSeal({ path }) : passphraseSeal(path, bytes)
        const root = await seal.open()
        return root.id === id ? [] : [`it keeps ${root.id}`]
      },
    }
  },
  'root-rotate': async ({ base, disk }) => {
    const data = await dataOn(disk, base.data)
    const before = await rootIds(data)
    return {
      args: ['root', 'rotate', '--data', data],
      async check(left, isDone) {
        const own = join(left, 'data')
        const problems = [...(await checkRoots(own, base.later))]
        const kept = await rootIds(own)
        if (!before.every((id) => kept.includes(id))) problems.push('the old root key is lost')
        if (isDone && before.includes(kept[0] ?? '')) problems.push('the root key is not changed')
        return problems
      },
    }
  },
  'root-retire': async ({ base, disk }) => {
    const data = await dataOn(disk, await base.rotated())
    const [current] = await rootIds(data)
    return {
      args: ['root', 'retire', '--end-sign-ins', '--data', data],
      async check(left, isDone) {
        const own = join(left, 'data')
        const problems = [...(await checkRoots(own, base.later))]
        const kept = await rootIds(own)
        if (kept[0] !== current || (isDone && kept.length > 1))
          problems.push(`the seal keeps ${kept.join(' ')}`)
        if (!isDone) return problems
        const { out } = await runKeyturn(['root', 'status', '--data', own])
        return out.includes('alone') ? problems : [...problems, `it is not done: ${out}`]
      },
    }
  },
}

async function dataOn(disk: string, data: string): Promise<string> {
  const own = join(disk, 'data')
  await cp(data, own, { recursive: true })
  return own
}

async function lacksFact(file: string): Promise<readonly string[]> {
  if (!existsSync(file)) return ['the database is gone']
  const storage = await openSqlite({ file })
  try {
    return (await storage.meta.get('fact')) === 'from before' ? [] : ['a fact is lost']
  } finally {
    await storage.close()
  }
}
