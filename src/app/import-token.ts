import { fault } from '../core/fault.ts'
import type { KeyId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import type { EpochMs } from '../core/time.ts'
import type { WrappingAlgorithm } from '../crypto/import-wrapping.ts'
import type { RootKey } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { unwrapRecord, wrapRecord } from '../crypto/wrapped-record.ts'

/*
 * An import token is a wrapped record, so that any node can open it and nobody else: expiry, 64-bit
 * big-endian milliseconds ‖ algorithm, 1 ‖ key id, 36 ‖ private key of the pair, PKCS #8 in DER.
 */
const ALGORITHM_AT = 8
const KEY_ID_AT = 9
const PRIVATE_KEY_AT = KEY_ID_AT + 36
const ALGORITHMS = ['RSAES_OAEP_SHA_256', 'SM2_ENCRYPT'] as const

/** What an import token stands for. */
export interface ImportToken {
  readonly algorithm: WrappingAlgorithm
  readonly privateKey: SecretBytes
}

/** A token that lets material into `key` until `expiresAt`. */
export function sealImportToken(
  root: RootKey,
  key: Key,
  { algorithm, privateKey }: ImportToken,
  expiresAt: EpochMs,
): Uint8Array {
  const plain = privateKey.lend((der) => {
    const bytes = Buffer.alloc(PRIVATE_KEY_AT + der.length)
    bytes.writeBigUInt64BE(BigInt(expiresAt))
    bytes[ALGORITHM_AT] = ALGORITHMS.indexOf(algorithm)
    bytes.write(key.id, KEY_ID_AT, 'latin1')
    bytes.set(der, PRIVATE_KEY_AT)
    return new SecretBytes(bytes)
  })
  const record = wrapRecord(root, { kind: 'importToken', projectId: key.projectId }, plain)
  plain.wipe()
  return record
}

/**
 * What a token for `key` stands for.
 *
 * @throws {Fault} `import-token-invalid`, `import-token-of-another-key`, `import-token-expired`
 */
export function openImportToken(
  root: RootKey,
  key: Key,
  token: Uint8Array,
  now: EpochMs,
): ImportToken {
  const plain = unwrapRecord(root, { kind: 'importToken', projectId: key.projectId }, token)
  if (plain === undefined) throw fault('import-token-invalid')
  return plain.lend((bytes) => {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const keyId = view.toString('latin1', KEY_ID_AT, PRIVATE_KEY_AT) as KeyId // compared only
    const algorithm = ALGORITHMS[view[ALGORITHM_AT] ?? ALGORITHMS.length]
    if (algorithm === undefined) throw fault('import-token-invalid')
    if (keyId !== key.id) throw fault('import-token-of-another-key')
    if (Number(view.readBigUInt64BE()) <= now) throw fault('import-token-expired')
    return { algorithm, privateKey: new SecretBytes(Buffer.from(view.subarray(PRIVATE_KEY_AT))) }
  })
}
