import { connect } from 'node:net'
import type { OperationRow } from '../../src/contract/operation.ts'
import { OPERATIONS } from '../../src/contract/operations/index.ts'
import type { TestServer } from '../server.ts'
import { anyJson, mutateBytes, mutateText } from './fuzz-inputs.ts'
import type { Chance } from './seeded-chance.ts'

const ROWS: readonly OperationRow[] = Object.values(OPERATIONS)
const PATIENCE_MS = 20_000

/** Sends a server one request with something wrong; answers its status, undefined for none. */
export function fuzzHttp(
  server: TestServer,
  keyId: string,
  chance: Chance,
): { readonly sent: Buffer; readonly status: Promise<number | undefined> } {
  const sent = requestBytes(server, keyId, chance)
  return { sent, status: statusOf(server, sent) }
}

function requestBytes(server: TestServer, keyId: string, chance: Chance): Buffer {
  const row = chance.pick(ROWS)
  const words = [...Object.keys(row.request), keyId, 'QQ==', '1', 'AES_256']
  const path = row.path
    .replace('{project_id}', server.credentials.project_id)
    .replace('{key_id}', keyId)
    .replace(/\{\w+\}/g, () => mutateText(chance, 'v1.0').replace(/[\s\0]/g, ''))
  const members: Record<string, unknown> = { key_id: keyId }
  for (const name of Object.keys(row.request)) {
    if (!chance.oneIn(3)) members[name] = anyJson(chance, words, 2)
  }
  const body = JSON.stringify(members)
  const token = chance.oneIn(8) ? mutateText(chance, server.token) : server.token
  const head =
    `${row.method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
    `X-Auth-Token: ${token}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`
  const more = chance.oneIn(4) ? `${mutateText(chance, 'X-Language: zh-cn')}\r\n` : ''
  const bytes = Buffer.from(`${head}${more}\r\n${body}`)
  return chance.oneIn(2) ? mutateBytes(chance, bytes) : bytes
}

function statusOf(server: TestServer, sent: Buffer): Promise<number | undefined> {
  const { port, hostname } = new URL(server.url)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect({ port: Number(port), host: hostname })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`no end in ${PATIENCE_MS} ms`)))
    // The other side learns that nothing more comes: a request that was cut short is not waited for.
    socket.on('connect', () => socket.end(sent))
    socket.on('data', (chunk) => {
      if (text.length < 64) text += chunk.toString('latin1')
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // What is refused unread is cut off while it is still being sent.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
      resolve(status === undefined ? undefined : Number(status))
    })
  })
}
