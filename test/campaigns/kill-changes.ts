import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPostgres } from '../../src/storage/postgres.ts'
import { placeOf } from '../postgres/place-of.ts'
import { passwordAuth, signIn } from '../server.ts'
import { startProcess } from '../start-process.ts'
import { adminToken, credentialsOf, makeGround, verifyAudit } from './ground.ts'
import type { NodeProcess } from './node-process.ts'
import { checkFolder, checkKeys, missingRecords } from './power-check.ts'
import {
  emptyWork,
  NoAnswer,
  type OpenWork,
  picturesOf,
  type WorkPlace,
  workAlone,
} from './power-work.ts'
import type { Chance } from './seeded-chance.ts'

/** What was done, and what was not as it must be. */
export interface KilledChanges {
  readonly kills: number
  readonly changes: number
  readonly records: number
  readonly broken: readonly string[]
}

const CLIENTS = 4
const MAX_LIFE_MS = 400
/** Kills after which a new store begins: every key is looked at after each. */
const KILLS_OF_STORE = 40
const NODES = ['one', 'two'] as const

/** Kills a server on SQLite while keys are made, changed, imported, rotated and put to deletion. */
export async function killChangesOnSqlite(kills: number, chance: Chance): Promise<KilledChanges> {
  const sum = { kills: 0, changes: 0, records: 0, broken: [] as string[] }
  while (sum.kills < kills) {
    const directory = await mkdtemp(join(tmpdir(), 'keyturn-kills-'))
    const work = emptyWork()
    try {
      for (let round = 0; round < KILLS_OF_STORE && sum.kills < kills; round++) {
        const { child, url } = await startProcess(directory, ['--workers', '1'])
        const text = await readFile(join(directory, 'bootstrap-credentials.json'), 'utf8')
        const credentials = JSON.parse(text)
        const token = await signIn(url, passwordAuth(credentials))
        const { project_id: projectId, user_id: userId } = credentials
        const load = startClients([{ url, token, projectId, userId }], round, work, chance)
        await sleep(chance.below(MAX_LIFE_MS))
        child.kill('SIGKILL')
        await once(child, 'exit')
        await load.stop()
        sum.kills++
        const expected = {
          projectId,
          ...picturesOf(work.asked, isAnswered),
          records: work.answered,
        }
        sum.broken.push(...(await checkFolder(directory, expected)))
      }
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
    add(sum, work)
  }
  return sum
}

/** As {@link killChangesOnSqlite}, one of two nodes on PostgreSQL at a time. */
export async function killChangesOnPostgres(kills: number, chance: Chance): Promise<KilledChanges> {
  const sum = { kills: 0, changes: 0, records: 0, broken: [] as string[] }
  while (sum.kills < kills) {
    const ground = await makeGround()
    const storage = await openPostgres(placeOf(ground.database))
    const work = emptyWork()
    const flags = ['--workers', '1']
    try {
      const nodes = new Map<string, NodeProcess>()
      for (const name of NODES) nodes.set(name, await ground.startNode({ name, flags }))
      const credentials = await credentialsOf([...nodes.values()])
      const { project_id: projectId, user_id: userId } = credentials
      const directories = NODES.map((name) => ground.directoryOf(name))
      for (let round = 0; round < KILLS_OF_STORE && sum.kills < kills; round++) {
        const places: WorkPlace[] = []
        for (const node of nodes.values()) {
          places.push({
            url: node.url,
            token: await adminToken(node, credentials),
            projectId,
            userId,
          })
        }
        const load = startClients(places, round, work, chance)
        await sleep(chance.below(MAX_LIFE_MS))
        const name = chance.pick(NODES)
        await nodes.get(name)?.kill9()
        await load.stop()
        sum.kills++
        const expected = { projectId, ...picturesOf(work.asked, isAnswered) }
        sum.broken.push(...(await checkKeys(ground.root, storage, expected)))
        sum.broken.push(...(await missingRecords(directories, work.answered)))
        const node = await ground.startNode({ name, flags })
        nodes.set(name, node)
        const { isWhole, printed } = await verifyAudit(node, ground.flags())
        if (!isWhole) sum.broken.push(`audit verify: ${printed}`)
      }
    } finally {
      await storage.close()
      await ground.close()
    }
    add(sum, work)
  }
  return sum
}

/** Clients on every place, until they are stopped or their place is gone. */
function startClients(
  places: readonly WorkPlace[],
  round: number,
  work: OpenWork,
  chance: Chance,
): { readonly stop: () => Promise<unknown> } {
  let isOver = false
  const clients = Array.from({ length: CLIENTS }, async (_, index) => {
    const place = places[index % places.length]
    if (place === undefined) throw new Error('no place to work')
    const parts = { place, number: round * CLIENTS + index, work, chance }
    try {
      await workAlone(parts, Number.POSITIVE_INFINITY, () => isOver)
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
    }
  })
  const all = Promise.all(clients)
  all.catch(() => undefined) // told by `stop`
  return {
    stop() {
      isOver = true
      return all
    },
  }
}

function isAnswered({ requestId }: { readonly requestId: string | undefined }): boolean {
  return requestId !== undefined
}

function add(sum: { changes: number; records: number }, work: OpenWork): void {
  sum.changes += work.asked.filter(isAnswered).length
  sum.records += work.answered.length
}
