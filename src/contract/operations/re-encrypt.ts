import { fault } from '../../core/fault.ts'
import { DATAKEY_BYTES } from '../../core/limits.ts'
import {
  additionalData,
  encryptionAlgorithm,
  encryptionContext,
  length,
  textualCipherText,
} from '../crypto-fields.ts'
import { optional } from '../field.ts'
import { keyId, sequence } from '../fields.ts'
import { operation } from '../operation.ts'

export const ReEncrypt = operation({
  id: 'ReEncrypt',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/re-encrypt',
  access: { kind: 'permissionInHandler', permission: 'kms:cmk:crypto', grant: 'encrypt-data' },
  summary: 'Decrypt with one key and encrypt with another, without showing what',
  repeatable: true,
  request: {
    source_key_id: optional(keyId),
    source_additional_authenticated_data: optional(additionalData),
    source_encryption_context: optional(encryptionContext),
    source_encryption_algorithm: optional(encryptionAlgorithm),
    destination_key_id: keyId,
    destination_additional_authenticated_data: optional(additionalData),
    destination_encryption_context: optional(encryptionContext),
    destination_encryption_algorithm: optional(encryptionAlgorithm),
    /** Bytes of a data key in the clear: only checked. */
    datakey_cipher_length: optional(
      length(() => fault('datakey-cipher-length-out-of-range', DATAKEY_BYTES)),
    ),
    /** What is to be re-encrypted: base64 of data, or hexadecimal digits of a data key. */
    cipher_text: textualCipherText,
    sequence: optional(sequence),
  },
  response: {
    key_id: keyId,
    source_key_id: keyId,
    source_encryption_algorithm: encryptionAlgorithm,
    destination_encryption_algorithm: encryptionAlgorithm,
    /** In the form in which it came. */
    cipher_text: textualCipherText,
  },
  keyUse: 'protect',
  faults: [
    'version-retired',
    'key-not-found',
    'key-disabled',
    'key-pending-deletion',
    'key-pending-import',
    'key-usage-mismatch',
    'encryption-context-malformed',
    'decryption-failed',
    'datakey-cipher-length-mismatch',
    'parameter-missing',
  ],
  source: 'KMS SDK 3.1.209, ReEncrypt',
})
