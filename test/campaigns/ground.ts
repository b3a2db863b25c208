import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RootKey } from '../../src/crypto/root-key.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { createRootKeyFile } from '../../src/server/data-folder.ts'
import { embeddedPostgres, NO_POSTGRES } from '../postgres/binaries.ts'
import {
  startPostgres,
  type TestPostgres,
  type TestPostgresOptions,
} from '../postgres/start-postgres.ts'
import { type Credentials, passwordAuth, signIn } from '../server.ts'
import { type NodeOptions, type NodeProcess, runKeyturn, startNode } from './node-process.ts'

/** What nodes stand on: one PostgreSQL with an empty database, one root key. */
export interface Ground {
  readonly postgres: TestPostgres
  readonly folder: string
  /** The database, without password. */
  readonly store: URL
  /** The database with its password, for connections of the campaign's own. */
  readonly database: string
  readonly root: RootKey
  /** Flags that put a node on it; another host is another way to the same database. */
  readonly flags: (storeHost?: string) => readonly string[]
  /** Where a node keeps its own. */
  readonly directoryOf: (name: string) => string
  /** Starts a node on it; it is stopped with everything. */
  readonly startNode: (options: GroundNodeOptions) => Promise<NodeProcess>
  readonly close: () => Promise<void>
}

/** How a node on common ground is started. */
export interface GroundNodeOptions extends Partial<NodeOptions> {
  readonly name: string
  readonly storeHost?: string
}

/** Why there is no PostgreSQL to stand on; undefined when there is one. */
export function noPostgres(): string | undefined {
  return embeddedPostgres() === undefined ? NO_POSTGRES : undefined
}

/** Makes ground for nodes. */
export async function makeGround(options: TestPostgresOptions = {}): Promise<Ground> {
  const binaries = embeddedPostgres()
  if (binaries === undefined) throw new Error(NO_POSTGRES)
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-campaign-'))
  const nodes: NodeProcess[] = []
  let postgres: TestPostgres | undefined
  const close = async () => {
    await Promise.all(nodes.map((node) => node.kill9()))
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    postgres = await startPostgres(binaries, options)
    const database = await postgres.newDatabase()
    const store = new URL(database)
    store.password = ''
    store.searchParams.set('sslmode', 'disable')
    const passwordFile = join(folder, 'password')
    await writeFile(passwordFile, postgres.password, { mode: 0o600 })
    const rootFile = join(folder, 'root-of-all')
    await createRootKeyFile(rootFile)
    const flags = (storeHost?: string) => {
      const url = new URL(store)
      if (storeHost !== undefined) url.hostname = storeHost
      return [
        ...['--store', url.href, '--store-password-file', passwordFile],
        ...['--root-key', rootFile],
      ]
    }
    const directoryOf = (name: string) => join(folder, name)
    return {
      postgres,
      folder,
      store,
      database,
      root: await fileSeal({ path: rootFile }).open(),
      flags,
      directoryOf,
      async startNode({ name, storeHost, ...rest }) {
        const node = await startNode({
          directory: directoryOf(name),
          ...rest,
          name,
          flags: [...flags(storeHost), '--log-level', 'error', ...(rest.flags ?? [])],
        })
        nodes.push(node)
        return node
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The first credentials, from whichever node has made them. */
export async function credentialsOf(
  nodes: readonly Pick<NodeProcess, 'directory'>[],
): Promise<Credentials> {
  const files = nodes.map(({ directory }) => join(directory, 'bootstrap-credentials.json'))
  const file = files.find((path) => existsSync(path))
  if (file === undefined) throw new Error('no node has made credentials')
  return JSON.parse(await readFile(file, 'utf8'))
}

/** A token of the administrator, from one node. */
export function adminToken(node: NodeProcess, credentials: Credentials): Promise<string> {
  return signIn(node.url, passwordAuth(credentials))
}

/** What `keyturn audit verify` says of a node's log. */
export async function verifyAudit(
  node: NodeProcess,
  flags: readonly string[],
): Promise<{ readonly isWhole: boolean; readonly printed: string }> {
  const own = ['--data', node.directory, '--node-name', node.name]
  const { exitCode, printed } = await runKeyturn(['audit', 'verify', ...own, ...flags])
  return { isWhole: exitCode === 0, printed: printed.trim() }
}
