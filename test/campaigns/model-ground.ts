import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { UserId } from '../../src/core/ids.ts'
import { DAY_MS } from '../../src/core/time.ts'
import type { RootKey } from '../../src/crypto/root-key.ts'
import { rowMacs } from '../../src/crypto/row-macs.ts'
import type { Storage } from '../../src/ports/storage.ts'
import { openPostgres } from '../../src/storage/postgres.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { placeOf } from '../postgres/place-of.ts'
import { openLine } from './call-line.ts'
import { DATABASE, rootOf } from './doomed-folder.ts'
import { adminToken, credentialsOf, makeGround } from './ground.ts'
import { AGE_DAYS } from './key-model.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { strangerTo, tokenOf } from './revocable.ts'

const FLAGS = [
  ...['--key-quota', '2000000', '--grant-quota', '100000', '--log-level', 'error'],
  // Keys are as old as nothing is that somebody waits for: the clock is set back when they are made.
  ...['--clock-step-limit', '9999d'],
]
/** How many there are whom keys are granted to: a count of what one has must stay small. */
const GRANTEES = 100
/** How many keys are made at a time. */
const MAKERS = 16

/** Where histories are lived: nodes, and the bound within which they use what was revoked. */
export interface ModelGround {
  readonly title: string
  readonly nodes: readonly NodeProcess[]
  readonly stalenessMs: number
  readonly credentials: Awaited<ReturnType<typeof credentialsOf>>
  /** The store, for what no operation does. */
  readonly storage: Storage
  /** One for each history, all made {@link AGE_DAYS} days ago. */
  readonly keys: readonly ModelKey[]
  /** Users without a right of their own, with tokens. */
  readonly grantees: readonly Grantee[]
  readonly close: () => Promise<void>
}

/** A key that a history is about: rotated once, and set to rotate by itself every 365 days. */
export interface ModelKey {
  readonly keyId: string
  /** What its aliases begin with: no two keys of a project share one. */
  readonly prefix: string
  /** What its first version protected. */
  readonly oldText: string
}

/** Somebody to whom keys are granted. */
export interface Grantee {
  readonly id: UserId
  readonly token: string
}

/** So many nodes of one thread over PostgreSQL. */
export async function nodesOverPostgres(
  count: number,
  stalenessMs: number,
  histories: number,
): Promise<ModelGround> {
  const ground = await makeGround({ isDurable: false })
  let storage: Storage | undefined
  const close = async () => {
    await storage?.close()
    await ground.close()
  }
  try {
    const flags = [...FLAGS, '--workers', '1', '--staleness-ms', `${stalenessMs}`]
    const old = await ground.startNode({ name: 'old', flags: [...flags, ...clockOfOld()] })
    const keys = await makeKeys(old, histories)
    await old.stop()
    storage = await openPostgres(placeOf(ground.database))
    const credentials = await credentialsOf([old])
    const grantees = await makeGrantees(storage, ground.root, credentials)
    const nodes: NodeProcess[] = []
    for (let n = 0; n < count; n++) {
      nodes.push(await ground.startNode({ name: `node-${n}`, flags }))
    }
    const title = `${count} nodes over PostgreSQL, bound ${stalenessMs} ms`
    return { title, nodes, stalenessMs, credentials, storage, keys, grantees, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** One node of so many threads over SQLite: what one acknowledged, all go by at once. */
export async function threadsOverSqlite(count: number, histories: number): Promise<ModelGround> {
  const directory = await mkdtemp(join(tmpdir(), 'keyturn-model-'))
  const started: NodeProcess[] = []
  let storage: Storage | undefined
  const close = async () => {
    await storage?.close()
    await Promise.all(started.map((node) => node.kill9()))
    await rm(directory, { recursive: true, force: true })
  }
  const start = async (more: readonly string[]) => {
    const flags = [...FLAGS, ...more]
    const node = await startNode({ name: 'model', directory, flags })
    started.push(node)
    return node
  }
  try {
    const old = await start(['--workers', '1', ...clockOfOld()])
    const keys = await makeKeys(old, histories)
    await old.stop()
    storage = await openSqlite({ file: join(directory, DATABASE) })
    const credentials = await credentialsOf([old])
    const grantees = await makeGrantees(storage, await rootOf(directory), credentials)
    const nodes = [await start(['--workers', `${count}`])]
    const title = `${count} threads over SQLite, no bound`
    return { title, nodes, stalenessMs: 0, credentials, storage, keys, grantees, close }
  } catch (error) {
    await close()
    throw error
  }
}

function clockOfOld(): readonly string[] {
  return ['--clock', `virtual:${new Date(Date.now() - AGE_DAYS * DAY_MS).toISOString()}`]
}

async function makeKeys(node: NodeProcess, count: number): Promise<readonly ModelKey[]> {
  const credentials = await credentialsOf([node])
  const token = await adminToken(node, credentials)
  const keys: ModelKey[] = []
  let next = 0
  const make = async () => {
    const line = openLine(node.url)
    const ask = async (operation: string, body: unknown) => {
      const path = `/v1.0/${credentials.project_id}/kms/${operation}`
      const answer = await line.call({ path, token, body })
      if (answer.status === 200) return answer.body
      throw new Error(`${operation}: ${answer.status} ${answer.code} ${answer.failure ?? ''}`)
    }
    try {
      while (next < count) {
        const prefix = `model-${next++}x-`
        const made = await ask('create-key', { key_alias: prefix })
        const { key_id } = made.key_info
        const { cipher_text } = await ask('encrypt-data', { key_id, plain_text: 'old' })
        await ask('enable-key-rotation', { key_id })
        await ask('rotate-on-demand', { key_id })
        keys.push({ keyId: key_id, prefix, oldText: cipher_text })
      }
    } finally {
      line.close()
    }
  }
  await Promise.all(Array.from({ length: MAKERS }, make))
  return keys
}

async function makeGrantees(
  storage: Storage,
  root: RootKey,
  credentials: ModelGround['credentials'],
): Promise<readonly Grantee[]> {
  storage.guard.watch(rowMacs(root), ({ message }) => {
    throw new Error(message)
  })
  const grantees: Grantee[] = []
  for (let n = 0; n < GRANTEES; n++) {
    const id = await strangerTo({ storage, credentials })
    grantees.push({ id, token: tokenOf({ root, credentials }, id) })
  }
  return grantees
}
