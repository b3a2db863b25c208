import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, open, rm, rmdir, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Credentials } from '../server.ts'
import { type Answer, type CallLine, openLine } from './call-line.ts'
import { adminToken, credentialsOf, verifyAudit } from './ground.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'

const DISK_MIB = 64
/** What is left on the disk while it is full, in bytes: nothing, or a little. */
const LEFT_BYTES = [0, 4096, 20_000, 100_000] as const
/** How soon all must be well once there is room again, in milliseconds. */
const RECOVERY_MS = 10_000

/** A full disk during every kind of write, as a campaign. */
export const diskFull: Campaign = {
  about:
    'the disk full during every kind of write: documented errors, and all is well once there is room',
  flags: { rounds: { help: 'how often it is full, each time to another degree', default: '40' } },
  missing: noSmallDisk,
  run: (flags, say) => runDiskFull({ rounds: countOf(flags, 'rounds') }, say),
}

/** Why there can be no small disk here; undefined when there can. */
export function noSmallDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it wants root on Linux'
  const folder = spawnSync('mktemp', ['-d'], { encoding: 'utf8' }).stdout.trim()
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  if (status === 0) spawnSync('umount', [folder])
  spawnSync('rmdir', [folder])
  return status === 0 ? undefined : 'no tmpfs can be mounted'
}

/** How much is tried. */
export interface DiskFullOptions {
  readonly rounds: number
}

interface World {
  readonly folder: string
  readonly node: NodeProcess
  readonly line: CallLine
  readonly credentials: Credentials
  readonly token: string
}

/** Runs it, small or at length. */
export async function runDiskFull({ rounds }: DiskFullOptions, say: Say): Promise<Outcome> {
  const startedAtMs = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', folder])
  if (mounted.status !== 0) throw new Error(`mounting: ${mounted.stderr}`)
  const broken: string[] = []
  let node: NodeProcess | undefined
  let line: CallLine | undefined
  try {
    node = await startNode({
      name: 'small',
      directory: join(folder, 'data'),
      flags: ['--log-level', 'error', '--workers', '1'],
    })
    const credentials = await credentialsOf([node])
    line = openLine(node.url)
    const world = { folder, node, line, credentials, token: await adminToken(node, credentials) }
    const seen = new Seen()
    for (let round = 0; round < rounds; round++) {
      await fullRound(world, seen, LEFT_BYTES[round % LEFT_BYTES.length] ?? 0, broken)
      say(`round ${round + 1}: ${seen.told()}`)
      if (broken.length > 20) break
    }
    await checkAll(world, seen, broken)
    if ((await node.stop()) !== 0) broken.push('the server did not stop cleanly')
    const { isWhole, printed } = await verifyAudit(node, [])
    if (!isWhole) broken.push(`audit verify: ${printed}`)
    const took = `took ${secondsSince(startedAtMs)}`
    return { lines: [`disk full ${rounds} times: ${seen.told()}`, took], broken }
  } finally {
    line?.close()
    await node?.kill9()
    // The log of the node is open here still: it goes with its last user.
    spawnSync('umount', ['-l', folder])
    await rmdir(folder)
  }
}

/** What the server has acknowledged. */
class Seen {
  readonly keys = new Map<
    string,
    { rotations: number; unsure: number; texts: [string, string][] }
  >()
  readonly whenFull = new Map<string, number>()
  slowestRecoveryMs = 0
  told(): string {
    const counts = [...this.whenFull].sort().map(([what, times]) => `${times} × ${what}`)
    const rotations = [...this.keys.values()].reduce((sum, key) => sum + key.rotations, 0)
    return (
      `${this.keys.size} keys and ${rotations} rotations acknowledged; while it was full ${counts.join(', ')}; ` +
      `served again after ${this.slowestRecoveryMs.toFixed(0)} ms at most`
    )
  }
}

function call(world: World, operation: string, body: unknown): Promise<Answer> {
  const path = `/v1.0/${world.credentials.project_id}/kms/${operation}`
  return world.line.call({ path, token: world.token, body })
}

async function fullRound(
  world: World,
  seen: Seen,
  leftBytes: number,
  broken: string[],
): Promise<void> {
  await work(world, seen, 'room', broken)
  const filler = join(world.folder, 'filler')
  await fill(filler, world.folder, leftBytes)
  try {
    for (let n = 0; n < 4; n++) await work(world, seen, 'full', broken)
  } finally {
    await rm(filler)
  }
  const freeAtMs = performance.now()
  for (;;) {
    const { status } = await call(world, 'create-key', {
      key_alias: `after-${crypto.randomUUID()}`,
    })
    const tookMs = performance.now() - freeAtMs
    if (status === 200) {
      seen.slowestRecoveryMs = Math.max(seen.slowestRecoveryMs, tookMs)
      return
    }
    if (tookMs > RECOVERY_MS) {
      broken.push(`${RECOVERY_MS} ms after there is room again create-key answers ${status}`)
      return
    }
    await sleep(50)
  }
}

/** One of each kind of write, and of what only the audit log writes. */
async function work(
  world: World,
  seen: Seen,
  disk: 'room' | 'full',
  broken: string[],
): Promise<void> {
  const ask = async (operation: string, body: unknown): Promise<Answer> => {
    const answer = await call(world, operation, body)
    const { status, code, failure } = answer
    const isDocumented =
      status === 200 || (disk === 'full' && status === 500 && code === 'KMS.0102')
    // What was asked for and failed may have been done before: then the next is refused.
    const isRepeated = status === 400
    if (!isDocumented && !isRepeated) {
      broken.push(`disk ${disk}: ${operation}: ${status} ${code} ${failure ?? ''}`)
    }
    if (disk === 'full') {
      const what = status === 200 ? 'done' : `${status} ${code}`
      seen.whenFull.set(what, (seen.whenFull.get(what) ?? 0) + 1)
    }
    return answer
  }
  const made = await ask('create-key', { key_alias: `disk-${crypto.randomUUID()}` })
  if (made.status === 200) {
    seen.keys.set(made.body.key_info.key_id, { rotations: 0, unsure: 0, texts: [] })
  }
  const [keyId, known] = [...seen.keys].at(-1) ?? []
  if (keyId === undefined || known === undefined) return
  const key_id = keyId
  known.unsure++
  if ((await ask('rotate-on-demand', { key_id })).status === 200) {
    known.rotations++
    known.unsure--
  }
  const plain_text = crypto.randomUUID()
  const encrypted = await ask('encrypt-data', { key_id, plain_text })
  if (encrypted.status === 200) known.texts.push([plain_text, encrypted.body.cipher_text])
  await ask('enable-key-rotation', { key_id })
  await ask('update-key-rotation-interval', { key_id, rotation_interval: 30 })
  await ask('disable-key-rotation', { key_id })
  await ask('disable-key', { key_id })
  await ask('enable-key', { key_id })
  await ask('create-grant', {
    key_id,
    grantee_principal: world.credentials.user_id,
    operations: ['encrypt-data'],
  })
  const again = await call(world, 'describe-key', { key_id })
  if (disk === 'room' && again.status !== 200) broken.push(`describe-key: ${again.status}`)
}

/** Fills the disk with a file until so many bytes are left. */
async function fill(path: string, folder: string, leftBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const file = await open(path, 'w')
  const piece = Buffer.alloc(4096, 1)
  try {
    for (let left = bavail * bsize - leftBytes; left >= piece.length; left -= piece.length) {
      await file.write(piece)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    await file.close()
  }
}

async function checkAll(world: World, seen: Seen, broken: string[]): Promise<void> {
  for (const [key_id, { rotations, unsure, texts }] of seen.keys) {
    // A key whose enabling failed is disabled still.
    await call(world, 'enable-key', { key_id })
    const { body } = await call(world, 'get-key-rotation-status', { key_id })
    const count = body?.number_of_rotations
    if (!(count >= rotations && count <= rotations + unsure)) {
      broken.push(`${key_id}: ${count} rotations, ${rotations} were acknowledged`)
    }
    for (const [plain, cipher_text] of texts) {
      const opened = await call(world, 'decrypt-data', { cipher_text })
      if (opened.body?.plain_text !== plain) broken.push(`${key_id}: a text does not open`)
    }
  }
  if (existsSync(join(world.folder, 'filler'))) broken.push('the filler is still there')
}
