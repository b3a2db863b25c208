import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** A package registry on this machine. */
export interface LocalRegistry {
  readonly url: string
  /** What npm asked for: names of packages. */
  readonly asked: ReadonlySet<string>
  readonly stop: () => Promise<void>
}

/**
 * Starts a registry that has what is installed in `modules` and nothing else, so that npm can install
 * a package with its dependencies without the network.
 */
export async function startLocalRegistry(modules: string): Promise<LocalRegistry> {
  const asked = new Set<string>()
  const server = createServer((request, reply) => {
    const [name = '', isTarball] = decodeURIComponent(request.url ?? '/')
      .slice(1)
      .split('/-/')
    const folder = join(modules, name)
    if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(name) || !existsSync(join(folder, 'package.json'))) {
      answer(reply, 404, 'application/json', '{}')
    } else if (isTarball !== undefined) {
      answer(reply, 200, 'application/octet-stream', tarball(folder))
    } else {
      asked.add(name)
      answer(reply, 200, 'application/json', JSON.stringify(packument(name, folder, url)))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function packument(name: string, folder: string, url: string): unknown {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return {
    name,
    'dist-tags': { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, dist: { tarball: `${url}/${name}/-/it.tgz` } } },
  }
}

function tarball(folder: string): Buffer {
  const flags = ['-cz', '-C', folder, '--exclude=./node_modules', '--transform=s,^\\.,package,']
  return execFileSync('tar', [...flags, '.'], { maxBuffer: 2 ** 28 })
}

function answer(reply: ServerResponse, status: number, type: string, body: string | Buffer): void {
  reply.writeHead(status, { 'Content-Type': type })
  reply.end(body)
}
