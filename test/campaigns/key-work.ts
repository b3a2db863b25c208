import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type CallLine, PATIENCE_MS } from './call-line.ts'

/** What the nodes have acknowledged of a key. One client alone writes to it. */
export interface KnownKey {
  readonly keyId: string
  readonly alias: string
  isDisabled: boolean
  /** A change of its state was asked for and not answered: either may be. */
  isStateUnsure: boolean
  /** When a change of its state was asked for last. */
  changedAtMs: number
  rotations: number
  /** Rotations that were asked for and not answered: they may have happened. */
  unsureRotations: number
  readonly texts: { readonly plain: string; readonly cipher: string }[]
}

/** An answer with the documented error of a store that fails. */
export interface Outage {
  readonly sentAtMs: number
  readonly doneAtMs: number
}

/** What all clients have seen so far. */
export interface WorkLog {
  readonly keys: KnownKey[]
  readonly outages: Outage[]
  readonly broken: string[]
  calls: number
  readonly projectId: string
  readonly token: string
  /** How long another node may go on by an old state. */
  readonly stalenessMs: number
}

const OPERATIONS_TO_KEY = 60
const PAUSE_MS = 2
/** What a call may take besides the bound before an old state is wrong. */
export const SLACK_MS = 250
const IO_ERROR = 'KMS.0102'
const DISABLED = 'KMS.0209'
const ENABLED_ALREADY = 'KMS.1201'

/** Calls an operation and notes what must never come. */
export async function callNode(
  log: WorkLog,
  line: CallLine,
  operation: string,
  body: unknown,
): Promise<Answer> {
  const path = `/v1.0/${log.projectId}/kms/${operation}`
  const answer = await line.call({ path, token: log.token, body })
  const { status, code, failure, sentAtMs, doneAtMs } = answer
  log.calls++
  if (status === 500 && code === IO_ERROR) log.outages.push({ sentAtMs, doneAtMs })
  else if (failure === 'hang') log.broken.push(`${operation}: no answer within ${PATIENCE_MS} ms`)
  else if (status !== 200 && code !== DISABLED && code !== ENABLED_ALREADY) {
    log.broken.push(`${operation}: ${status} ${code} ${failure ?? ''}`)
  }
  return answer
}

/** Makes keys and works with them, each call on any node, until told to stop. */
export async function workWithKeys(
  log: WorkLog,
  lines: readonly CallLine[],
  isStopped: () => boolean,
): Promise<void> {
  const own: KnownKey[] = []
  for (let n = 0; !isStopped(); n++) {
    const line = pick(lines)
    const key = n % OPERATIONS_TO_KEY === 0 ? undefined : pick(own)
    if (line === undefined) throw new Error('no nodes')
    if (key === undefined) {
      const made = await createKey(log, line)
      if (made !== undefined) own.unshift(made)
    } else if (key.isStateUnsure) await setState(log, line, key, false)
    else await workOnce(log, line, Math.random() < 0.5 ? key : (own[0] ?? key))
    await sleep(PAUSE_MS)
  }
}

async function createKey(log: WorkLog, line: CallLine): Promise<KnownKey | undefined> {
  const alias = `work-${crypto.randomUUID()}`
  const { status, body } = await callNode(log, line, 'create-key', { key_alias: alias })
  if (status !== 200) return undefined
  const key: KnownKey = {
    keyId: body.key_info.key_id,
    alias,
    isDisabled: false,
    isStateUnsure: false,
    changedAtMs: Number.NEGATIVE_INFINITY,
    rotations: 0,
    unsureRotations: 0,
    texts: [],
  }
  log.keys.push(key)
  return key
}

async function workOnce(log: WorkLog, line: CallLine, key: KnownKey): Promise<void> {
  const chance = Math.random()
  if (chance < 0.08) await setState(log, line, key, !key.isDisabled)
  else if (chance < 0.18) await rotate(log, line, key)
  else if (chance < 0.6) await encrypt(log, line, key)
  else await decrypt(log, line, key)
}

async function setState(
  log: WorkLog,
  line: CallLine,
  key: KnownKey,
  isDisabled: boolean,
): Promise<void> {
  key.changedAtMs = performance.now()
  const operation = isDisabled ? 'disable-key' : 'enable-key'
  const { status, code } = await callNode(log, line, operation, { key_id: key.keyId })
  key.changedAtMs = performance.now()
  // Who asks again, without an answer to the first time, may hear that it is so already.
  const isDone = status === 200 || (key.isStateUnsure && code === ENABLED_ALREADY)
  if (!isDone && code !== IO_ERROR) log.broken.push(`${operation}: ${status} ${code}`)
  key.isStateUnsure = !isDone
  if (isDone) key.isDisabled = isDisabled
}

async function rotate(log: WorkLog, line: CallLine, key: KnownKey): Promise<void> {
  key.unsureRotations++
  const answer = await callNode(log, line, 'rotate-on-demand', { key_id: key.keyId })
  judgeState(log, key, 'rotate-on-demand', answer)
  if (answer.status === 200) key.rotations++
  if (answer.status === 200 || answer.code === DISABLED) key.unsureRotations--
}

async function encrypt(log: WorkLog, line: CallLine, key: KnownKey): Promise<void> {
  const plain = crypto.randomUUID()
  const request = { key_id: key.keyId, plain_text: plain }
  const answer = await callNode(log, line, 'encrypt-data', request)
  judgeState(log, key, 'encrypt-data', answer)
  if (answer.status === 200) key.texts.push({ plain, cipher: answer.body.cipher_text })
}

async function decrypt(log: WorkLog, line: CallLine, key: KnownKey): Promise<void> {
  const text = pick(key.texts)
  if (text === undefined) return
  const answer = await callNode(log, line, 'decrypt-data', { cipher_text: text.cipher })
  judgeState(log, key, 'decrypt-data', answer)
  if (answer.status === 200 && answer.body.plain_text !== text.plain) {
    log.broken.push(`${key.keyId}: a text opens as another`)
  }
}

/** Whether the answer fits the state of the key, once every node must know it. */
function judgeState(
  { broken, stalenessMs }: WorkLog,
  key: KnownKey,
  operation: string,
  { status, code, sentAtMs }: Answer,
): void {
  if (sentAtMs - key.changedAtMs < stalenessMs + SLACK_MS) return
  if (status === 200 && key.isDisabled) broken.push(`${operation}: a disabled key was used`)
  if (code === DISABLED && !key.isDisabled) broken.push(`${operation}: an enabled key was refused`)
}

function pick<T>(from: readonly T[]): T | undefined {
  return from[Math.floor(Math.random() * from.length)]
}
