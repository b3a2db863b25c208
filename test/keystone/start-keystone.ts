import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'

const PYTHON = '/usr/bin/python3'
const MANAGE = '/usr/bin/keystone-manage'
const SERVE = join(import.meta.dirname, 'serve-keystone.py')
const START_TIMEOUT_MS = 60_000

/** A running Keystone with one user, `admin`, who has the role `admin` in the project `admin`. */
export interface RunningKeystone {
  /** Base URL, without `/v3`. */
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Why no Keystone can be started on this machine; undefined when one can. */
export function whyNoKeystone(): string | undefined {
  const probe = spawnSync(PYTHON, ['-c', 'import keystone'], { stdio: 'ignore' })
  return probe.status === 0
    ? undefined
    : 'Keystone is not installed: apt-get install --no-install-recommends python3-keystone'
}

/**
 * Starts a Keystone of its own, in a folder of its own: SQLite, Fernet tokens, no cache.
 *
 * @param adminPassword Password of the user `admin`.
 */
export async function startKeystone(adminPassword: string): Promise<RunningKeystone> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-keystone-'))
  try {
    await prepare(folder, adminPassword)
    return await serve(folder)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function prepare(folder: string, adminPassword: string): Promise<void> {
  const database = join(folder, 'keystone.sqlite')
  for (const repository of ['fernet', 'credential']) await mkdir(join(folder, repository))
  await writeFile(
    join(folder, 'keystone.conf'),
    `[database]
connection = sqlite:///${database}
[token]
provider = fernet
[fernet_tokens]
key_repository = ${join(folder, 'fernet')}
[fernet_receipts]
key_repository = ${join(folder, 'fernet')}
[credential]
key_repository = ${join(folder, 'credential')}
[cache]
enabled = false
`,
  )
  // Readers and a writer at a time; the mode stays with the file.
  const file = new DatabaseSync(database)
  file.exec('PRAGMA journal_mode = WAL')
  file.close()
  const user = await output('/usr/bin/id', ['-un'], {})
  const group = await output('/usr/bin/id', ['-gn'], {})
  const manage = (words: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    output(MANAGE, ['--config-dir', folder, ...words], { ...environment(folder), ...env })
  await manage(['db_sync'])
  await manage(['fernet_setup', '--keystone-user', user, '--keystone-group', group])
  await manage(['bootstrap', '--bootstrap-region-id', 'test-region'], {
    OS_BOOTSTRAP_PASSWORD: adminPassword,
  })
}

async function serve(folder: string): Promise<RunningKeystone> {
  const server = spawn(PYTHON, [SERVE], {
    env: environment(folder),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(server, 'exit')
  const stop = async () => {
    server.kill('SIGKILL')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const signal = AbortSignal.timeout(START_TIMEOUT_MS)
  const firstLine = once(createInterface(server.stdout), 'line', { signal })
  const port = await Promise.race([firstLine, ended.then(() => [])]).then(
    ([line]) => Number(line),
    () => Number.NaN,
  )
  if (Number.isInteger(port)) return { url: `http://127.0.0.1:${port}`, stop }
  await stop()
  throw new Error('Keystone did not start')
}

function environment(folder: string): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', HOME: folder, OS_KEYSTONE_CONFIG_DIR: folder }
}

async function output(
  file: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { stdout } = await promisify(execFile)(file, words, { env, timeout: START_TIMEOUT_MS })
  return stdout.trim()
}
