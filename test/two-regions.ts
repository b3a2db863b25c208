import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer, type TestServer } from './server.ts'

/** Two servers that are each other's peers. */
export interface TwoRegions {
  readonly east: TestServer
  readonly west: TestServer
  /** Starts a region again after its `stop`. */
  readonly restart: (region: 'east' | 'west') => Promise<TestServer>
  readonly stop: () => Promise<void>
}

/** Starts two regions that share a secret, with flags besides for both. */
export async function startTwoRegions(flags: readonly string[] = []): Promise<TwoRegions> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-regions-'))
  const places = { east: join(folder, 'east'), west: join(folder, 'west') }
  await writeFile(join(folder, 'shared-secret'), randomBytes(48).toString('base64'), {
    mode: 0o600,
  })
  const ports = { east: '', west: '' }
  // A first start makes credentials and finds a free port for each.
  for (const region of ['east', 'west'] as const) {
    const first = await startTestServer({ directory: places[region], flags: ['--region', region] })
    const { access_key, secret_key } = first.credentials
    await writeFile(join(folder, `${region}.sk`), secret_key, { mode: 0o600 })
    const other = region === 'east' ? 'west' : 'east'
    await writeFile(
      join(folder, `peers-of-${other}.toml`),
      `[[peer]]
region = "${region}"
endpoint = "${first.url}"
access-key = "${access_key}"
secret-key-file = "${region}.sk"
shared-secret-file = "shared-secret"
timeout-ms = 2000
`,
    )
    await first.stop()
    ports[region] = new URL(first.url).port
  }
  const start = (region: 'east' | 'west') =>
    startTestServer({
      directory: places[region],
      flags: [
        '--region',
        region,
        '--listen',
        `127.0.0.1:${ports[region]}`,
        '--peers',
        join(folder, `peers-of-${region}.toml`),
        ...flags,
      ],
    })
  const running = { east: await start('east'), west: await start('west') }
  return {
    ...running,
    async restart(region) {
      running[region] = await start(region)
      return running[region]
    },
    async stop() {
      for (const server of Object.values(running)) await server.stop().catch(() => undefined)
      await rm(folder, { recursive: true })
    },
  }
}
