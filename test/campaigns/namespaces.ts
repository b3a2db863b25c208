import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** How a link is dropped: at the far end, so that nothing is heard of it, or at the node's own. */
export type CutEnd = 'far' | 'own'

/** A network namespace with two links to this one: for those who call, and to the database. */
export interface Namespace {
  readonly name: string
  /** Address in the namespace that clients call. */
  readonly address: string
  /** Address of this side on the link to the database. */
  readonly databaseHost: string
  readonly cut: (end: CutEnd) => void
  readonly mend: () => void
}

/** Namespaces and what is on this side of them. */
export interface Namespaces {
  readonly all: readonly Namespace[]
  /** Network of all links, such as `10.213.7.0/24`. */
  readonly network: string
  readonly close: () => void
}

/** Why no namespace can be made here; undefined when one can. */
export function noNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux'
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  const { status, error } = spawnSync('ip', ['netns', 'list'])
  if (error !== undefined) return 'there is no ip: Debian has it in iproute2'
  if (status !== 0) return 'this system lets nobody make network namespaces'
  const probe = `ktp${process.pid}`
  const isMade = spawnSync('ip', ['netns', 'add', probe]).status === 0
  spawnSync('ip', ['netns', 'delete', probe])
  return isMade ? undefined : 'this system lets nobody make network namespaces'
}

/** Makes so many; they go with this process, unless it is killed. */
export function makeNamespaces(count: number): Namespaces {
  const net = `10.213.${process.pid % 256}`
  const all: Namespace[] = []
  const nameOf = (n: number) => `kt${process.pid}n${n}`
  const close = () => {
    process.off('exit', close)
    for (let n = 0; n < count; n++) remove(nameOf(n))
  }
  process.on('exit', close)
  for (let n = 0; n < count; n++) all.push(makeNamespace(nameOf(n), n, net))
  return { all, network: `${net}.0/24`, close }
}

function makeNamespace(name: string, n: number, net: string): Namespace {
  remove(name)
  ip('netns', 'add', name)
  ip('-n', name, 'link', 'set', 'lo', 'up')
  const link = (far: 'clients' | 'database', block: number) => {
    const here = `kt${process.pid}${far[0]}${n}`
    ip('link', 'add', here, 'type', 'veth', 'peer', 'name', far, 'netns', name)
    ip('address', 'add', `${net}.${block + 1}/30`, 'dev', here)
    ip('-n', name, 'address', 'add', `${net}.${block + 2}/30`, 'dev', far)
    ip('link', 'set', here, 'up')
    ip('-n', name, 'link', 'set', far, 'up')
    return here
  }
  link('clients', 8 * n)
  const database = link('database', 8 * n + 4)
  return {
    name,
    address: `${net}.${8 * n + 2}`,
    databaseHost: `${net}.${8 * n + 5}`,
    cut(end) {
      if (end === 'far') ip('link', 'set', database, 'down')
      else ip('-n', name, 'link', 'set', 'database', 'down')
    },
    mend() {
      ip('link', 'set', database, 'up')
      ip('-n', name, 'link', 'set', 'database', 'up')
    },
  }
}

/** Links go with their namespace. */
function remove(name: string): void {
  if (existsSync(`/run/netns/${name}`)) spawnSync('ip', ['netns', 'delete', name])
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`)
}
