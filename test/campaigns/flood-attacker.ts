import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setPriority } from 'node:os'
import { openHandshakes } from './flood-handshakes.ts'
import { type Attack, FLOOD_KINDS, type FloodKind } from './flood-kinds.ts'

/* An attacker is a process of its own: this file is also its entry. */

/** Another address of this machine than honest clients have. */
const ADDRESS = '127.0.0.66'
/** So that the attacker takes of the processor what the server and honest clients leave. */
const NICENESS = 15
const STEP_MS = 50
const DRIP_MS = 1000

/** An attacker at work. */
export interface Attacker {
  /** Ends it; how many connections or requests it began. */
  readonly stop: () => Promise<number>
}

/** Starts an attacker, and waits until it has begun. */
export async function startAttacker(attack: Attack): Promise<Attacker> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(attack)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  await once(child.stdout, 'data')
  return {
    async stop() {
      child.stdin.end()
      await once(child, 'close')
      return Number(printed.trim().split('\n').at(-1))
    },
  }
}

/** What is said over a connection that is opened, at once and then again and again. */
const SAID: Readonly<
  Record<Exclude<FloodKind, 'handshakes'>, { readonly first: string; readonly drip: string }>
> = {
  connections: { first: '', drip: '' },
  headers: { first: 'GET /readyz HTTP/1.1\r\nHost: x\r\n', drip: 'X: y\r\n' },
  bodies: {
    first: 'POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n',
    drip: 'x',
  },
  readers: { first: 'GET /docs HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20), drip: '' },
  tokens: {
    first:
      'GET /v1.0/p/kms/user-quotas HTTP/1.1\r\nHost: x\r\nX-Auth-Token: kt1.guess\r\nConnection: close\r\n\r\n',
    drip: '',
  },
  passwords: { first: guess('x'), drip: '' },
}

function guess(password: string): string {
  const user = { name: 'admin', password, domain: { name: 'default' } }
  const body = JSON.stringify({
    auth: { identity: { methods: ['password'], password: { user } } },
  })
  return `POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** What opens a connection, each time that it is called. */
async function opener({ kind, url }: Attack): Promise<() => Socket> {
  const target = { host: new URL(url).hostname, port: Number(new URL(url).port) }
  if (kind === 'handshakes') {
    const open = await openHandshakes(target)
    let turn = 0
    return () => open(turn++)
  }
  const { first } = SAID[kind]
  return () => {
    const socket = connect({ ...target, localAddress: ADDRESS })
    socket.on('error', () => undefined)
    if (first !== '') socket.write(first)
    if (kind !== 'readers') socket.resume()
    return socket
  }
}

async function beAttacker(attack: Attack): Promise<void> {
  setPriority(NICENESS)
  const { kind, rate } = attack
  const open = await opener(attack)
  const drip = kind === 'handshakes' ? '' : SAID[kind].drip
  const sockets = new Set<Socket>()
  let begun = 0
  let owed = 0
  setInterval(() => {
    owed += (rate * STEP_MS) / 1000
    for (; owed >= 1; owed--) {
      begun++
      const socket = open()
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    }
  }, STEP_MS)
  if (drip !== '') {
    setInterval(() => {
      for (const socket of sockets) socket.write(drip)
    }, DRIP_MS)
  }
  process.stdout.write('begun\n')
  process.stdin.resume().on('end', () => {
    process.stdout.write(`${begun}\n`, () => process.exit(0))
  })
}

if (process.argv[1] === import.meta.filename) {
  const attack: Attack = JSON.parse(process.argv[2] ?? '{}')
  if (!Object.hasOwn(FLOOD_KINDS, attack.kind)) throw new Error('there is no such flood')
  await beAttacker(attack)
}
