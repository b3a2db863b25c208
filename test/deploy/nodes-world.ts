import { cpSync, mkdirSync } from 'node:fs'
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
 * Makes the first credentials and a key by a first start. With a shared store every node has a data
 * folder of its own beside it. Without one each node gets a copy of the first data folder: tokens and
 * keys made before are then good at every node, and what is made later is known to one, which is
 * enough to see whether a request is lost.
 */
export async function openNodesWorld(
  folder: string,
  nodes: number,
  store: SharedStore | undefined,
): Promise<NodesWorld> {
  const dataOf = (node: number) => join(folder, `node-${node}`)
  const storeFlagsOf = (node: number) =>
    store === undefined ? [] : ['--node-name', `node-${node}`, ...store.flags]
  const first = await startTestServer({ directory: dataOf(1), flags: storeFlagsOf(1) })
  const keyId = await first.createKey()
  await first.stop()
  for (let node = 2; node <= nodes; node++) {
    if (store === undefined) cpSync(dataOf(1), dataOf(node), { recursive: true })
    else mkdirSync(dataOf(node), { mode: 0o700 })
  }
  return {
    flagsOf: (node) => ['--data', dataOf(node), ...storeFlagsOf(node)],
    credentials: first.credentials,
    keyId,
  }
}
