import { hash } from 'node:crypto'
import { ROOT_KEY_BYTES, rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { xaes256Gcm } from '../crypto/xaes-256-gcm.ts'
import { type RootMaterials, SEAL_KINDS, SealError, type SealKind } from '../ports/seal.ts'

/** What a guard writes down beside what it guards: no secret, and nothing that helps to guess one. */
export type GuardParameters = Readonly<Record<string, string | number>>

/** The file of a seal that keeps root keys wrapped, without its checksum. */
export interface GuardedFile {
  readonly format: typeof FORMAT
  readonly kind: Exclude<SealKind, 'file'>
  /** 16 hex digits, new with each file that is made, not with each that is replaced. */
  readonly id: string
  readonly guard: GuardParameters
  /** Ids of the root keys, the current one first. */
  readonly roots: readonly string[]
  /** Base64 of nonce (24) ‖ tag (16) ‖ the encrypted root keys, 32 each, in the order of `roots`. */
  readonly wrapped: string
}

const FORMAT = 'keyturn-seal:1'
const TAG_AT = 24
const TEXT_AT = 40
const OFFSETS = { nonceAt: 0, tagAt: TAG_AT, textAt: TEXT_AT } as const
const MAX_ROOTS = 64
const MEMBERS = ['format', 'kind', 'id', 'guard', 'roots', 'wrapped', 'checksum'] as const

/** The text of the file, which anybody may look at who may read it: JSON. */
export function guardedText(file: GuardedFile): string {
  return `${JSON.stringify({ ...file, checksum: checksumOf(file) }, undefined, 2)}\n`
}

/**
 * What a file says, checked but for what only its sealing key can check.
 *
 * @throws {SealError} `damaged`
 */
export function parseGuarded(path: string, text: string): GuardedFile {
  const file = fileIn(text)
  if (file === undefined) throw new SealError('damaged', `${path} is not a whole root key file`)
  return file
}

/** Wraps root keys: the sealing key binds them to everything else that the file says. */
export function wrapRoots(
  sealing: SecretBytes,
  head: Pick<GuardedFile, 'kind' | 'id' | 'guard'>,
  materials: RootMaterials,
): GuardedFile {
  const { kind, id, guard } = head
  const roots = materials.map((material) => rootKeyFrom(material).id)
  const plain = new SecretBytes(new Uint8Array(ROOT_KEY_BYTES * roots.length))
  plain.lend((all) => {
    for (const [index, material] of materials.entries()) {
      material.lend((bytes) => all.set(bytes, index * ROOT_KEY_BYTES))
    }
  })
  const record = Buffer.alloc(TEXT_AT + plain.length)
  const cipher = xaes256Gcm(sealing, 0)
  const unwrapped = { format: FORMAT, kind, id, guard, roots } as const
  plain.lend((bytes) => cipher.encryptInto(record, OFFSETS, bytes, boundTo(unwrapped)))
  plain.wipe()
  return { ...unwrapped, wrapped: record.toString('base64') }
}

/** The root keys of a file; undefined when the sealing key is not its own. */
export function unwrapRoots(sealing: SecretBytes, file: GuardedFile): RootMaterials | undefined {
  const record = Buffer.from(file.wrapped, 'base64')
  const plain = xaes256Gcm(sealing, 0).decrypt(
    record.subarray(0, TAG_AT),
    record.subarray(TAG_AT, TEXT_AT),
    record.subarray(TEXT_AT),
    boundTo(file),
  )
  if (plain === undefined) return undefined
  const [first, ...others] = file.roots.map(
    (_, index) =>
      new SecretBytes(
        Uint8Array.from(plain.subarray(index * ROOT_KEY_BYTES, (index + 1) * ROOT_KEY_BYTES)),
      ),
  )
  plain.fill(0)
  return first && [first, ...others]
}

/** Members in their order, each as JSON has it: no two files are bound alike. */
function boundTo({ format, kind, id, guard, roots }: Omit<GuardedFile, 'wrapped'>): Buffer {
  return Buffer.from(JSON.stringify([format, kind, id, Object.entries(guard), roots]))
}

function checksumOf(file: GuardedFile): string {
  return hash('sha256', `${boundTo(file)}${file.wrapped}`).slice(0, 16)
}

function fileIn(text: string): GuardedFile | undefined {
  let content: Readonly<Record<string, unknown>>
  try {
    content = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof content !== 'object' || content === null) return undefined
  if (Object.keys(content).join() !== MEMBERS.join()) return undefined
  const { format, kind, id, guard, roots, wrapped, checksum } = content
  if (format !== FORMAT || !isGuardedKind(kind) || !isGuard(guard)) return undefined
  if (typeof id !== 'string' || !/^[0-9a-f]{16}$/.test(id)) return undefined
  if (!Array.isArray(roots) || roots.length === 0 || roots.length > MAX_ROOTS) return undefined
  if (!roots.every((root) => typeof root === 'string' && /^[0-9a-f]{16}$/.test(root))) {
    return undefined
  }
  if (typeof wrapped !== 'string') return undefined
  const record = Buffer.from(wrapped, 'base64')
  if (record.toString('base64') !== wrapped) return undefined
  if (record.length !== TEXT_AT + ROOT_KEY_BYTES * roots.length) return undefined
  const file: GuardedFile = { format, kind, id, guard, roots, wrapped }
  return checksum === checksumOf(file) ? file : undefined
}

function isGuardedKind(kind: unknown): kind is GuardedFile['kind'] {
  return kind !== 'file' && (SEAL_KINDS as readonly unknown[]).includes(kind)
}

function isGuard(guard: unknown): guard is GuardParameters {
  if (typeof guard !== 'object' || guard === null || Array.isArray(guard)) return false
  return Object.values(guard).every(
    (value) => typeof value === 'string' || Number.isSafeInteger(value),
  )
}
