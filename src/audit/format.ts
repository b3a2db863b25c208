import { createHmac, hash } from 'node:crypto'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import type { AuditedKey, AuditRecord } from '../ports/audit-log.ts'

/*
 * A log is a chain of groups. A group is one line for each record and then one seal line:
 *
 *   {"n":1,"t":"2026-11-24T08:00:00.000Z","id":"…","op":"EncryptData","user":"…", …,"status":200}
 *   {"n":2, …}
 *   {"seal":{"v":2,"chain":"…","n":2,"count":2,"hash":"…","mac":"…"}}
 *
 * hash = SHA-256("keyturn/v2/audit-group\n" ‖ chain, 16 digits ‖ "\n" ‖ hash of the group before, 32 bytes ‖
 * the record lines of this group as they stand, each with its line feed); the first group of a chain follows
 * 32 zero bytes. So no group can be passed off as one of another chain.
 * mac = HMAC-SHA-256(audit key, hash). So the chain of hashes can be checked by anybody, against
 * checkpoints signed with Ed25519, and the MACs by whoever has the root key.
 *
 * In form 1 the seal line has no `v`, and the hash begins with the hash of the group before. Logs that were
 * begun in it stay as they are and go on in form 2.
 */

/** How the hash of a group is made. */
export type SealForm = 1 | 2

/** The form that is written. */
const NEWEST_FORM = 2
const GROUP_DOMAIN = 'keyturn/v2/audit-group'

/** Hash before the first group of a chain. */
export const CHAIN_START: Uint8Array = new Uint8Array(32)

/** What a seal line says. */
export interface GroupSeal {
  readonly form: SealForm
  readonly chain: string
  /** Number of the last record of the group. */
  readonly n: number
  /** How many records the group has. */
  readonly count: number
  /** 64 hexadecimal digits. */
  readonly hash: string
  /** 64 hexadecimal digits. */
  readonly mac: string
}

/** The line of a record, with its line feed. Fields that are undefined are left out. */
export function recordLine(n: number, record: AuditRecord): string {
  const { actor, detail, opened } = record
  let line = `{"n":${n},"t":"${isoTime(record.at)}","id":${quoted(record.requestId)}`
  if (record.operation !== undefined) line += `,"op":${quoted(record.operation)}`
  if (actor !== undefined) line += actorPart(actor)
  if (record.projectId !== undefined) line += `,"project":${quoted(record.projectId)}`
  if (record.keyId !== undefined) line += `,"key":${quoted(record.keyId)}`
  if (record.keyVersion !== undefined) line += `,"version":${record.keyVersion}`
  if (record.keyProjectId !== undefined) line += `,"owner":${quoted(record.keyProjectId)}`
  if (opened !== undefined) line += openedPart(opened)
  line += `,"status":${record.status}`
  if (record.code !== undefined) line += `,"code":${quoted(record.code)}`
  if (record.source !== undefined) line += `,"source":${quoted(record.source)}`
  if (detail !== undefined) line += `,"detail":${JSON.stringify(detail)}`
  return `${line}}\n`
}

function openedPart({ keyId, version, projectId }: AuditedKey): string {
  const part = `,"opened":${quoted(keyId)},"openedVersion":${version}`
  return projectId === undefined ? part : `${part},"openedOwner":${quoted(projectId)}`
}

let lastTime = Number.NaN
let lastIsoTime = ''

/** Records come by the dozen in a millisecond: its text is made once. */
function isoTime(time: number): string {
  if (time !== lastTime) {
    lastTime = time
    lastIsoTime = new Date(time).toISOString()
  }
  return lastIsoTime
}

const actorParts = new WeakMap<object, string>()

/** The same few actors come again and again: their part of the line is made once. */
function actorPart(actor: NonNullable<AuditRecord['actor']>): string {
  let part = actorParts.get(actor)
  if (part === undefined) {
    const { userId, userName, tenantId, credential } = actor
    part =
      `,"user":${quoted(userId)},"name":${quoted(userName)},` +
      `"domain":${quoted(tenantId)},"by":${quoted(credential)}`
    actorParts.set(actor, part)
  }
  return part
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** JSON text of a string; most need no escaping, which is quicker to see than to do. */
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** Head of the chain after a group: the hash of form 2 unless told. */
export function groupHash(
  chain: string,
  previous: Uint8Array,
  lines: Uint8Array,
  form: SealForm = NEWEST_FORM,
): Buffer {
  const place = Buffer.from(form === 1 ? '' : `${GROUP_DOMAIN}\n${chain}\n`)
  return hash('sha256', Buffer.concat([place, previous, lines]), 'buffer')
}

/** What proves that the server made a group. */
export function groupMac(key: SecretBytes, head: Uint8Array): Buffer {
  return key.lend((bytes) => createHmac('sha256', bytes).update(head).digest())
}

/** The seal line of a group, with its line feed. */
export function sealLine(
  chain: string,
  n: number,
  count: number,
  head: Uint8Array,
  mac: Uint8Array,
): string {
  return `{"seal":{"v":${NEWEST_FORM},"chain":"${chain}","n":${n},"count":${count},"hash":"${hexOf(head)}","mac":"${hexOf(mac)}"}}\n`
}

const SEAL =
  /^\{"seal":\{("v":2,)?"chain":"([0-9a-f]{16})","n":(\d{1,15}),"count":(\d{1,9}),"hash":"([0-9a-f]{64})","mac":"([0-9a-f]{64})"\}\}$/

/** Whether a line claims to be a seal line. */
export function isSealLine(line: string): boolean {
  return line.startsWith('{"seal":')
}

/** What a seal line says, or undefined when it is none of ours, letter by letter. */
export function parseSealLine(line: string): GroupSeal | undefined {
  const match = SEAL.exec(line)
  if (match === null) return undefined
  const [, version, chain = '', n = '', count = '', head = '', mac = ''] = match
  const form = version === undefined ? 1 : 2
  return { form, chain, n: Number(n), count: Number(count), hash: head, mac }
}

/** Number of a record line, or undefined when it is none. */
export function recordNumber(line: string): number | undefined {
  const match = /^\{"n":(\d{1,15}),"t":"/.exec(line)
  return match?.[1] === undefined ? undefined : Number(match[1])
}

/** Name of the file with this number of a chain; names sort in the order of the files. */
export function fileName(chain: string, sequence: number): string {
  return `audit-${chain}-${String(sequence).padStart(6, '0')}.jsonl`
}

/** Chain and number of a log file, or undefined for another file. */
export function parseFileName(
  name: string,
): { readonly chain: string; readonly sequence: number } | undefined {
  const match = /^audit-([0-9a-f]{16})-(\d{6,})\.jsonl$/.exec(name)
  if (match === null) return undefined
  return { chain: match[1] ?? '', sequence: Number(match[2]) }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
