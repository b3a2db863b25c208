import type {
  AccessKeyId,
  KeyId,
  ProjectId,
  RootKeyId,
  UserId,
  VersionNumber,
} from '../core/ids.ts'
import type { KeyOrigin } from '../core/key.ts'
import type { KeySpec } from '../core/key-specs.ts'
import { type DataCipher, NONCE_BYTES, TAG_BYTES } from './data-cipher.ts'
import { allRootKeys, type RootKey } from './root-key.ts'
import { SecretBytes } from './secret-bytes.ts'
import { xaes256Gcm } from './xaes-256-gcm.ts'

/*
 * A wrapped record: format, 1 ‖ root key id, 8 ‖ nonce, 24 ‖ tag, 16 ‖ cipher text.
 * Bound as associated data: format and root key id, then the binding, each part as 32-bit big-endian
 * length ‖ UTF-8. A record that was moved to another place does not open there.
 */
const FORMAT = 1
const ROOT_KEY_ID_BYTES = 8
const PREFIX_BYTES = 1 + ROOT_KEY_ID_BYTES
const TAG_AT = PREFIX_BYTES + NONCE_BYTES
const TEXT_AT = TAG_AT + TAG_BYTES
const OFFSETS = { nonceAt: PREFIX_BYTES, tagAt: TAG_AT, textAt: TEXT_AT } as const

/** The one place at which a wrapped record opens. */
export type RecordBinding =
  | {
      readonly kind: 'keyMaterial'
      readonly projectId: ProjectId
      readonly keyId: KeyId
      readonly version: VersionNumber
      readonly spec: KeySpec
      readonly origin: KeyOrigin
    }
  | {
      readonly kind: 'accessKeySecret'
      readonly accessKeyId: AccessKeyId
      readonly userId: UserId
    }
  /** SHA-256 of imported material, by which it is known again. */
  | {
      readonly kind: 'materialDigest'
      readonly keyId: KeyId
      readonly version: VersionNumber
    }
  /** Private key of an import, which travels to its owner and back. */
  | { readonly kind: 'importToken'; readonly projectId: ProjectId }
  | { readonly kind: 'accessPointKey'; readonly accessPointId: string }
  /** A PIN that its owner gets only like this. */
  | { readonly kind: 'pin'; readonly projectId: ProjectId; readonly keystoreId: string }
  /** What is left of root keys that were dropped. */
  | { readonly kind: 'pastRoots' }

/** Wraps a secret under the root key's wrapping key, for one place. */
export function wrapRecord(root: RootKey, binding: RecordBinding, secret: SecretBytes): Uint8Array {
  const record = Buffer.alloc(TEXT_AT + secret.length)
  record[0] = FORMAT
  record.write(root.id, 1, 'hex')
  const aad = associatedData(record, binding)
  secret.lend((bytes) => cipherOf(root).encryptInto(record, OFFSETS, bytes, aad))
  return record
}

/**
 * The secret, or undefined when the record is not of this root key nor one beside it, of this place, or
 * untouched.
 */
export function unwrapRecord(
  root: RootKey,
  binding: RecordBinding,
  record: Uint8Array,
): SecretBytes | undefined {
  const id = rootKeyIdOf(record)
  const own = allRootKeys(root).find((candidate) => candidate.id === id)
  if (own === undefined) return undefined
  const plaintext = cipherOf(own).decrypt(
    record.subarray(PREFIX_BYTES, TAG_AT),
    record.subarray(TAG_AT, TEXT_AT),
    record.subarray(TEXT_AT),
    associatedData(record, binding),
  )
  return plaintext && new SecretBytes(plaintext)
}

/** Id of the root key that a record was wrapped under; undefined when it is no record. */
export function rootKeyIdOf(record: Uint8Array): RootKeyId | undefined {
  if (record.length < TEXT_AT || record[0] !== FORMAT) return undefined
  return Buffer.from(record.subarray(1, PREFIX_BYTES)).toString('hex') as RootKeyId
}

/**
 * Why a record that is stored does not open, for the log: the root key is not here, or else the record was
 * changed or moved.
 */
export function whyClosed(root: RootKey, record: Uint8Array): string {
  const id = rootKeyIdOf(record)
  if (id === undefined) return 'it is no record'
  return allRootKeys(root).some((candidate) => candidate.id === id)
    ? 'it was changed, or is not of this place'
    : `it is under the root key ${id}, which is not here: copy the root key file that has it to this node`
}

const ciphers = new WeakMap<SecretBytes, DataCipher>()

function cipherOf({ wrapping }: RootKey): DataCipher {
  let cipher = ciphers.get(wrapping)
  if (cipher === undefined) {
    cipher = xaes256Gcm(wrapping, 0)
    ciphers.set(wrapping, cipher)
  }
  return cipher
}

function associatedData(record: Uint8Array, binding: RecordBinding): Buffer {
  const parts: Uint8Array[] = [record.subarray(0, PREFIX_BYTES)]
  for (const part of partsOf(binding)) {
    const bytes = Buffer.from(part)
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32BE(bytes.length)
    parts.push(length, bytes)
  }
  return Buffer.concat(parts)
}

function partsOf(binding: RecordBinding): readonly string[] {
  switch (binding.kind) {
    case 'keyMaterial': {
      const { kind, projectId, keyId, version, spec, origin } = binding
      return [kind, projectId, keyId, String(version), spec, origin]
    }
    case 'accessKeySecret':
      return [binding.kind, binding.accessKeyId, binding.userId]
    case 'materialDigest':
      return [binding.kind, binding.keyId, String(binding.version)]
    case 'importToken':
      return [binding.kind, binding.projectId]
    case 'accessPointKey':
      return [binding.kind, binding.accessPointId]
    case 'pin':
      return [binding.kind, binding.projectId, binding.keystoreId]
    case 'pastRoots':
      return [binding.kind]
    default:
      throw binding satisfies never
  }
}
