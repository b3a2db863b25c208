import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { freePort } from '../free-port.ts'
import type { PostgresBinaries } from './binaries.ts'

/** The superuser of test databases. */
export const SUPERUSER = 'postgres'
const PASSWORD = 'only-for-tests'
const START_TIMEOUT_MS = 60_000

/** A PostgreSQL of a test's own. */
export interface TestPostgres {
  readonly port: number
  readonly password: string
  /** Folder of its unix socket. */
  readonly socketFolder: string
  /** Makes an empty database and answers its URL, password and all. */
  readonly newDatabase: () => Promise<string>
  /** Runs SQL as the superuser. */
  readonly sql: (text: string, database?: string) => Promise<readonly Row[]>
  /** Stops it at once, connections and all, and starts it again. */
  readonly restart: () => Promise<void>
  /** Ends it without warning and waits until all of it is gone; `start` brings it back. */
  readonly kill9: () => Promise<void>
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into rows, whatever these are
type Row = any

/** What a test may want otherwise. */
export interface TestPostgresOptions {
  /** Whether commits reach the disk; only for tests that do not ask for that. */
  readonly isDurable?: boolean
  /** Lines of postgresql.conf, such as `ssl = on`. */
  readonly settings?: readonly string[]
  /** Files for its data folder by name, such as `server.crt`; for its eyes alone. */
  readonly files?: Readonly<Record<string, string>>
}

/**
 * Starts a real PostgreSQL in a temporary folder. It ends and the folder goes with this process,
 * however that ends. Text is sorted by English rules, so that whatever forgets to ask for its own
 * order is noticed.
 */
export async function startPostgres(
  binaries: PostgresBinaries,
  options: TestPostgresOptions = {},
): Promise<TestPostgres> {
  const account = accountForPostgres()
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-pg-'))
  const data = join(folder, 'data')
  const endKeeper = keepClean(data, folder)
  const own = (path: string) => {
    if (account !== undefined) chownSync(path, account.uid, account.gid)
  }
  own(folder)
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    own(join(folder, name))
  }
  write('password', PASSWORD)
  initialise(binaries, folder, account)
  for (const [name, text] of Object.entries(options.files ?? {})) write(join('data', name), text)
  const port = await freePort()
  const settings = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${folder}'`,
    `fsync = ${options.isDurable === false ? 'off' : 'on'}`,
    'max_connections = 200',
    "log_line_prefix = '%m [%p] '",
    ...(options.settings ?? []),
  ]
  write('data/postgresql.auto.conf', `${settings.join('\n')}\n`)
  let databases = 0

  const urlOf = (database: string) =>
    `postgres://${SUPERUSER}:${PASSWORD}@127.0.0.1:${port}/${database}`
  const sql = async (text: string, database = 'postgres'): Promise<readonly Row[]> => {
    const client = new Client({ host: folder, port, user: SUPERUSER, database })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }

  async function start(): Promise<void> {
    const endsAtMs = Date.now() + START_TIMEOUT_MS
    for (;;) {
      const log = join(folder, 'log')
      const server = spawn(
        '/bin/sh',
        ['-c', 'exec "$1/postgres" -D "$2" >>"$3" 2>&1', 'sh', binaries.folder, data, log],
        { ...account, detached: true, stdio: 'ignore', env: { LC_ALL: 'C' } },
      )
      server.unref()
      while (server.exitCode === null && Date.now() < endsAtMs) {
        try {
          await sql('select 1')
          return
        } catch {
          await sleep(20)
        }
      }
      // What a killed one left may take a moment to go; then it starts.
      if (Date.now() >= endsAtMs) throw new Error(`PostgreSQL: ${readFileSync(log, 'utf8')}`)
      await sleep(100)
    }
  }

  async function end(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void> {
    const pid = serverPid(data)
    if (pid === undefined) return
    const children = childrenOf(pid)
    process.kill(pid, signal)
    while ([pid, ...children].some(isAlive)) await sleep(10)
  }

  await start()
  return {
    port,
    password: PASSWORD,
    socketFolder: folder,
    async newDatabase() {
      const database = `test_${++databases}`
      await sql(`create database ${database}`)
      return urlOf(database)
    },
    sql,
    async restart() {
      await end('SIGINT')
      await start()
    },
    kill9: () => end('SIGKILL'),
    start,
    async stop() {
      await end('SIGQUIT')
      await endKeeper()
    },
  }
}

interface Account {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root: then it runs as somebody who may do little. */
function accountForPostgres(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const uid = idOf('-u', name)
    const gid = idOf('-g', name)
    if (uid !== undefined && gid !== undefined) return { uid, gid }
  }
  execFileSync('useradd', ['--system', '--no-create-home', 'postgres'])
  return accountForPostgres()
}

function idOf(what: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [what, name], { encoding: 'utf8' })
  return status === 0 ? Number(stdout) : undefined
}

function initialise(
  binaries: PostgresBinaries,
  folder: string,
  account: Account | undefined,
): void {
  const { status, stdout, stderr } = spawnSync(
    join(binaries.folder, 'initdb'),
    [
      `--pgdata=${join(folder, 'data')}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${join(folder, 'password')}`,
      '--auth-local=trust',
      '--auth-host=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=icu',
      '--icu-locale=en-US',
      '--no-sync',
      '--no-instructions',
    ],
    { ...account, encoding: 'utf8', cwd: folder, env: { LC_ALL: 'C', TZ: 'UTC' } },
  )
  if (status !== 0) throw new Error(`initdb: ${stdout}${stderr}`)
}

/**
 * A small process that reads from this one until it ends, by whatever cause, and then ends the
 * PostgreSQL of the data folder and removes everything. The answer makes it do so now.
 */
function keepClean(data: string, folder: string): () => Promise<void> {
  const script = `trap '' INT TERM HUP
    cat >/dev/null
    pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
    if [ -n "$pid" ]; then
      kill -QUIT "$pid" 2>/dev/null
      tries=0
      while [ -e "$1/postmaster.pid" ] && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
      done
    fi
    rm -rf "$2"`
  const keeper = spawn('/bin/sh', ['-c', script, 'sh', data, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  keeper.unref()
  const pipe = keeper.stdin as typeof keeper.stdin & { unref?: () => void } // a pipe is a socket
  pipe.unref?.()
  return async () => {
    keeper.ref()
    pipe.end()
    if (keeper.exitCode === null) await once(keeper, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
}

function serverPid(data: string): number | undefined {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  return isAlive(pid) ? pid : undefined
}

function childrenOf(pid: number): readonly number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
  return (stdout ?? '').split('\n').map(Number).filter(Boolean)
}

/** Whether a process runs; a dead one that nobody has waited for does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return !existsSync('/proc/self')
  }
}
