import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Credentials, startTestServer } from '../server.ts'
import type { SharedStore } from './shared-store.ts'

/** Nodes that know the same people and keys. */
export interface NodesWorld {
  /** Flags by which the node of this number, from 1 on, takes part. */
  readonly flagsOf: (node: number) => readonly string[]
  readonly credentials: Credentials
  /** A key that every node can encrypt with. */
  readonly keyId: string
}

/**
 * Makes the first credentials and a key by a first start. Every node has a data folder of its own
 * beside the store that they share.
 */
export async function openNodesWorld(
  folder: string,
  nodes: number,
  store: SharedStore,
): Promise<NodesWorld> {
  const dataOf = (node: number) => join(folder, `node-${node}`)
  const storeFlagsOf = (node: number) => ['--node-name', `node-${node}`, ...store.flags]
  const first = await startTestServer({ directory: dataOf(1), flags: storeFlagsOf(1) })
  const keyId = await first.createKey()
  await first.stop()
  for (let node = 2; node <= nodes; node++) mkdirSync(dataOf(node), { mode: 0o700 })
  return {
    flagsOf: (node) => ['--data', dataOf(node), ...storeFlagsOf(node)],
    credentials: first.credentials,
    keyId,
  }
}
