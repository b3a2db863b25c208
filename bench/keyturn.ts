import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server under test, with its first credentials. */
export interface ServerUnderTest {
  readonly port: number
  readonly pid: number
  readonly credentials: Readonly<Record<string, string>>
  readonly stop: () => Promise<void>
}

/** Starts the server as users do, on a fresh data folder and a free port. */
export async function startServer(...flags: readonly string[]): Promise<ServerUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'keyturn-bench-'))
  const server = await startServerOn(directory, flags)
  return {
    ...server,
    async stop() {
      await server.stop()
      await rm(directory, { recursive: true })
    },
  }
}

/**
 * Starts the server as users do, on a data folder that stays, and a free port.
 *
 * @param home Folder with the first credentials of the store, where another node has made them.
 */
export async function startServerOn(
  directory: string,
  flags: readonly string[],
  home = directory,
): Promise<ServerUnderTest & { readonly startMs: number }> {
  const main = new URL('../bin/keyturn.mjs', import.meta.url).pathname
  // One user sends all there is.
  const own = ['--listen', '127.0.0.1:0', '--data', directory, '--rate-limit', '0']
  const args = [main, 'serve', ...own, ...flags]
  const startedAtMs = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const endWithUs = () => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  const printed = await firstOutput(child, /listens on http:\/\/[^:]+:(\d+)/)
  const startMs = performance.now() - startedAtMs
  const text = await readFile(join(home, 'bootstrap-credentials.json'), 'utf8')
  return {
    port: Number(printed[1]),
    pid: child.pid ?? 0,
    credentials: JSON.parse(text),
    startMs,
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await exited
      process.off('exit', endWithUs)
    },
  }
}

/** What a child prints first that matches `pattern`. */
export function firstOutput(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
      const match = pattern.exec(output)
      if (match !== null) resolve(match)
    })
    child.once('exit', () => reject(new Error(`it ended after printing: ${output}`)))
  })
}

/** Signs in and answers the token. */
export async function signIn({ port, credentials }: ServerUnderTest): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: {
            user: { id: credentials['user_id'], password: credentials['password'] },
          },
        },
        scope: { project: { id: credentials['project_id'] } },
      },
    }),
  })
  const token = response.headers.get('x-subject-token')
  if (token === null) throw new Error(await response.text())
  return token
}

/** Calls an operation of the KMS API once. */
export async function call(
  { port, credentials }: ServerUnderTest,
  token: string,
  name: string,
  body: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const url = `http://127.0.0.1:${port}${kmsPath(credentials, name)}`
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Auth-Token': token },
    body: JSON.stringify(body),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${name}: ${JSON.stringify(answer)}`)
  return answer as Readonly<Record<string, unknown>>
}

/** A request with a token, as bytes. */
export function tokenRequest(
  { port, credentials }: ServerUnderTest,
  token: string,
  name: string,
  body: unknown,
): Buffer {
  return requestBytes(port, kmsPath(credentials, name), [`X-Auth-Token: ${token}`], body)
}

/** A request signed with the access key at this moment, as bytes. Source: the vendor's signing guide. */
export function signedRequest(
  { port, credentials }: ServerUnderTest,
  name: string,
  body: unknown,
): Buffer {
  const path = kmsPath(credentials, name)
  const text = JSON.stringify(body)
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const names = 'content-type;host;x-sdk-date'
  const headers = `content-type:application/json\nhost:127.0.0.1:${port}\nx-sdk-date:${date}\n`
  const sha256 = (content: string) => createHash('sha256').update(content).digest('hex')
  const canonical = `POST\n${path}/\n\n${headers}\n${names}\n${sha256(text)}`
  const toSign = `SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`
  const secret = credentials['secret_key'] ?? ''
  const signature = createHmac('sha256', secret).update(toSign).digest('hex')
  const authorization = `SDK-HMAC-SHA256 Access=${credentials['access_key']}, SignedHeaders=${names}, Signature=${signature}`
  return requestBytes(port, path, [`X-Sdk-Date: ${date}`, `Authorization: ${authorization}`], body)
}

/** A request as bytes. */
export function requestBytes(
  port: number,
  path: string,
  headers: readonly string[],
  body: unknown,
): Buffer {
  const text = JSON.stringify(body)
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...headers,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`)
}

/** Path of an operation of the KMS API. */
export function kmsPath(credentials: Readonly<Record<string, string>>, name: string): string {
  return `/v1.0/${credentials['project_id']}/kms/${name}`
}
