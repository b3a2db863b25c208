import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { MIGRATION_NAMES } from '../../src/storage/sql/migrate.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { startTestServer } from '../server.ts'
import { refusalOf } from './backup-flips.ts'
import { runKeyturn } from './node-process.ts'
import { checkFolder, checkKeys } from './power-check.ts'
import { emptyWork, type OpenWork, picturesOf, workAlone } from './power-work.ts'
import type { Chance } from './seeded-chance.ts'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const DATABASE = 'keyturn.sqlite'

/** A command that is killed. */
export interface Doomed {
  readonly args: readonly string[]
  /** What is not as it must be, once it was killed at whatever moment. */
  readonly check: () => Promise<readonly string[]>
}

/** Makes the ground for one kill in a folder of its own, from what all kills begin with. */
export type DoomedKind = (base: Base, folder: string, chance: Chance) => Promise<Doomed>

/** A data folder as it was at two moments, and a backup of the first. */
interface Base {
  readonly folder: string
  readonly earlier: Keys
  readonly later: Keys
}

type Keys = Omit<Parameters<typeof checkKeys>[2], never>

/** What is killed besides servers. Rotation of the root key has its place here once there is one. */
export const DOOMED: Readonly<Record<string, DoomedKind>> = {
  backup: async ({ folder: base, later }, folder) => {
    const data = await copied(base, folder)
    const to = join(folder, 'store.backup')
    return {
      args: ['backup', 'create', '--to', to, '--data', data],
      async check() {
        const problems = [...(await checkFolder(data, { ...later, records: [] }))]
        if (!existsSync(to)) return problems
        const root = await fileSeal({ path: join(data, 'root.key') }).open()
        const refusal = await refusalOf(to, root)
        if (refusal !== undefined)
          problems.push(`the backup has its name and is refused: ${refusal}`)
        return problems
      },
    }
  },
  restore: async ({ folder: base, earlier, later }, folder) => {
    const data = await copied(base, folder)
    const from = join(base, 'earlier.backup')
    return {
      args: ['backup', 'restore', from, '--replace', '--data', data],
      async check() {
        const asBefore = await checkStore(data, later)
        return asBefore.length === 0 ? [] : checkStore(data, earlier)
      },
    }
  },
  copy: async ({ folder: base, later }, folder) => {
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
        const isServed = existsSync(join(look, DATABASE)) && (await opensAsFolder(look))
        if (isServed) problems.push(...(await unlessEmpty(look, later)))
        // One that had come to its end is refused, and whole.
        const { printed } = await runKeyturn([...args, '--replace-unfinished'])
        const lacking = await checkStore(target, later)
        return [
          ...problems,
          ...lacking.map((problem) => `${problem}, and not to be mended: ${printed}`),
        ]
      },
    }
  },
  migration: async (base, folder, chance) => {
    const data = join(folder, 'data')
    await mkdir(data)
    await cp(join(base.folder, 'data', 'root.key'), join(data, 'root.key'))
    const file = join(data, DATABASE)
    const older = await openSqlite({ file, until: chance.pick(MIGRATION_NAMES.slice(0, -1)) })
    await older.meta.put('fact', 'from before')
    await older.close()
    return {
      args: ['serve', '--listen', '127.0.0.1:0', '--data', data, '--workers', '0'],
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
        const root = await fileSeal({ path: join(data, 'root.key') }).open()
        const end = await openSqlite({ file })
        problems.push(...(await checkKeys(root, end, { ...base.later, keys: new Map() })))
        await end.close()
        return problems
      },
    }
  },
}

/** Kills a command so often, each time on fresh ground; answers what was not as it must be. */
export async function killCommand(
  kind: DoomedKind,
  kills: number,
  chance: Chance,
): Promise<{ readonly inTime: number; readonly broken: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-doomed-'))
  const broken: string[] = []
  let inTime = 0
  try {
    const base = await makeBase(join(folder, 'base'), chance)
    const longestMs = await durationOf(await kind(base, await fresh(folder, 'whole'), chance))
    for (let kill = 0; kill < kills; kill++) {
      const own = await fresh(folder, `kill-${kill}`)
      const { args, check } = await kind(base, own, chance)
      const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' })
      const exited = once(child, 'exit')
      // Before that it only starts.
      await sleep(longestMs * (0.2 + chance.below(750) / 1000))
      if (child.exitCode === null) inTime++
      child.kill('SIGKILL')
      await exited
      broken.push(...(await check()).map((problem) => `${args[0]} ${args[1]}: ${problem}`))
      await rm(own, { recursive: true })
    }
    return { inTime, broken }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** How long it takes, or, for one that would not end, until it has done what it is killed in. */
async function durationOf({ args, check }: Doomed): Promise<number> {
  const startedAtMs = performance.now()
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(child, 'exit')
  await Promise.race([exited, once(child.stdout, 'data')])
  const durationMs = performance.now() - startedAtMs
  child.kill('SIGKILL')
  await exited
  const problems = await check()
  if (problems.length > 0) throw new Error(`broken without a kill: ${problems.join('; ')}`)
  return durationMs
}

async function makeBase(folder: string, chance: Chance): Promise<Base> {
  const data = join(folder, 'data')
  const server = await startTestServer({ directory: data })
  const { credentials, url, token } = server
  const { project_id: projectId, user_id: userId } = credentials
  const place = { url, token, projectId, userId }
  const work = emptyWork()
  const keysOf = (): Keys => ({ projectId, ...picturesOf((work as OpenWork).asked, () => true) })
  try {
    await workAlone({ place, number: 0, work, chance }, 60)
    const earlier = keysOf()
    const to = join(folder, 'earlier.backup')
    const { exitCode, printed } = await runKeyturn(['backup', 'create', '--to', to, '--data', data])
    if (exitCode !== 0) throw new Error(printed)
    await workAlone({ place, number: 1, work, chance }, 30)
    return { folder, earlier, later: keysOf() }
  } finally {
    await server.stop()
  }
}

async function fresh(folder: string, name: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(path)
  return path
}

async function copied(base: string, folder: string): Promise<string> {
  const data = join(folder, 'data')
  await cp(join(base, 'data'), data, { recursive: true })
  return data
}

async function checkStore(data: string, keys: Keys): Promise<readonly string[]> {
  const root = await fileSeal({ path: join(data, 'root.key') }).open()
  const storage = await openSqlite({ file: join(data, DATABASE) })
  try {
    return await checkKeys(root, storage, keys)
  } finally {
    await storage.close()
  }
}

/** Whether a server would take it for its store. */
async function opensAsFolder(data: string): Promise<boolean> {
  const { exitCode } = await runKeyturn(['audit', 'public-key', '--data', data])
  return exitCode === 0
}

/** A target of which nothing was written yet is a new store, and no half one. */
async function unlessEmpty(data: string, keys: Keys): Promise<readonly string[]> {
  const empty = await checkStore(data, { ...keys, keys: new Map(), unsureAliases: new Set() })
  return empty.length === 0 ? [] : checkStore(data, keys)
}

function factIn(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database.prepare("select value from meta where name = 'fact'").get()?.['value']
  } finally {
    database.close()
  }
}
