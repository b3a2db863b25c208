import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { credentialsOf, makeGround } from './ground.ts'
import { type NodeProcess, startNode } from './node-process.ts'

const FLAGS = ['--key-quota', '2000000', '--log-level', 'error']

/** Where histories are lived: nodes, and the bound within which they use what was revoked. */
export interface ModelGround {
  readonly title: string
  readonly nodes: readonly NodeProcess[]
  readonly stalenessMs: number
  readonly credentials: Awaited<ReturnType<typeof credentialsOf>>
  readonly close: () => Promise<void>
}

/** So many nodes of one thread over PostgreSQL. */
export async function nodesOverPostgres(count: number, stalenessMs: number): Promise<ModelGround> {
  const ground = await makeGround({ isDurable: false })
  try {
    const flags = [...FLAGS, '--workers', '1', '--staleness-ms', `${stalenessMs}`]
    const nodes: NodeProcess[] = []
    for (let n = 0; n < count; n++) {
      nodes.push(await ground.startNode({ name: `node-${n}`, flags }))
    }
    const credentials = await credentialsOf(nodes)
    const title = `${count} nodes over PostgreSQL, bound ${stalenessMs} ms`
    return { title, nodes, stalenessMs, credentials, close: ground.close }
  } catch (error) {
    await ground.close()
    throw error
  }
}

/** One node of so many threads over SQLite: what one acknowledged, all go by at once. */
export async function threadsOverSqlite(count: number): Promise<ModelGround> {
  const directory = await mkdtemp(join(tmpdir(), 'keyturn-model-'))
  const flags = [...FLAGS, '--workers', `${count}`]
  const node = await startNode({ name: 'model', directory, flags })
  return {
    title: `${count} threads over SQLite, no bound`,
    nodes: [node],
    stalenessMs: 0,
    credentials: await credentialsOf([node]),
    async close() {
      await node.kill9()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
