import { fault } from '../../core/fault.ts'
import { DATAKEY_BITS, DATAKEY_BYTES, RANDOM_BITS } from '../../core/limits.ts'
import {
  additionalData,
  base64,
  base64CipherText,
  dataKeySpec,
  encryptionAlgorithm,
  encryptionContext,
  hex,
  length,
  plainText,
} from '../crypto-fields.ts'
import { optional, secret } from '../field.ts'
import { keyId, sequence, text, wholeNumber } from '../fields.ts'
import { needs, operation } from '../operation.ts'
import { PIN } from './key-info.ts'

const CONTEXT = {
  additional_authenticated_data: optional(additionalData),
  encryption_context: optional(encryptionContext),
}

const USE_FAULTS = [
  'key-not-found',
  'key-disabled',
  'key-pending-deletion',
  'key-pending-import',
  'key-usage-mismatch',
  'encryption-context-malformed',
  'keystore-disabled',
  'upstream-invalid',
  'upstream-timeout',
] as const

const datakeyLength = length(() => fault('datakey-length-out-of-range', DATAKEY_BITS))

const DATAKEY_REQUEST = {
  key_id: keyId,
  key_spec: optional(dataKeySpec),
  datakey_length: optional(datakeyLength),
  ...CONTEXT,
  ...PIN,
  sequence: optional(sequence),
}

export const CreateRandom = operation({
  id: 'CreateRandom',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/gen-random',
  access: needs('kms:cmk:generate'),
  summary: 'Make random bits',
  repeatable: true,
  request: {
    random_data_length: length(() => fault('random-length-out-of-range', RANDOM_BITS)),
    sequence: optional(sequence),
  },
  response: { random_data: secret(hex()) },
  faults: ['random-length-out-of-range', 'random-length-not-multiple'],
  source: 'KMS API reference, "Creating a random number"',
})

export const CreateDatakey = operation({
  id: 'CreateDatakey',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/create-datakey',
  access: needs('kms:dek:create', 'create-datakey'),
  summary: 'Make a data key, in the clear and encrypted',
  repeatable: true,
  request: DATAKEY_REQUEST,
  response: { key_id: keyId, plain_text: secret(hex()), cipher_text: hex() },
  keyUse: 'protect',
  faults: [
    ...USE_FAULTS,
    'datakey-length-out-of-range',
    'datakey-length-not-multiple',
    'datakey-spec-invalid',
    'pin-invalid',
  ],
  source: 'KMS API reference, "Creating a DEK"',
})

export const CreateDatakeyWithoutPlaintext = operation({
  id: 'CreateDatakeyWithoutPlaintext',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/create-datakey-without-plaintext',
  access: needs('kms:dek:create', 'create-datakey-without-plaintext'),
  summary: 'Make a data key, encrypted only',
  repeatable: true,
  request: {
    ...DATAKEY_REQUEST,
    datakey_length: optional(
      length(() => fault('datakey-length-out-of-range-without-plaintext', DATAKEY_BITS)),
    ),
  },
  response: { key_id: keyId, cipher_text: hex() },
  keyUse: 'protect',
  faults: [
    ...USE_FAULTS,
    'datakey-length-out-of-range-without-plaintext',
    'datakey-length-not-multiple',
    'datakey-spec-invalid',
    'pin-invalid',
  ],
  source: 'KMS API reference, "Creating a DEK without plaintext"',
})

export const EncryptDatakey = operation({
  id: 'EncryptDatakey',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/encrypt-datakey',
  access: needs('kms:dek:crypto', 'encrypt-datakey'),
  summary: 'Encrypt a data key that the caller has',
  repeatable: true,
  request: {
    key_id: keyId,
    /** hex(key ‖ digest of key) */
    plain_text: secret(hex(() => fault('datakey-plaintext-invalid'))),
    /** Bytes of the key alone. */
    datakey_plain_length: length(() => fault('datakey-plain-length-out-of-range', DATAKEY_BYTES)),
    ...CONTEXT,
    ...PIN,
    sequence: optional(sequence),
  },
  response: { key_id: keyId, cipher_text: hex(), datakey_length: wholeNumber },
  keyUse: 'protect',
  faults: [
    ...USE_FAULTS,
    'datakey-plaintext-invalid',
    'datakey-plain-length-out-of-range',
    'datakey-plaintext-digest-mismatch',
    'datakey-plain-length-mismatch',
    'pin-invalid',
  ],
  source: 'KMS API reference, "Encrypting a DEK"',
})

export const DecryptDatakey = operation({
  id: 'DecryptDatakey',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/decrypt-datakey',
  access: needs('kms:dek:crypto', 'decrypt-datakey'),
  summary: 'Decrypt a data key',
  repeatable: true,
  request: {
    key_id: keyId,
    cipher_text: hex(() => fault('datakey-ciphertext-invalid')),
    /** Bytes of the key in the clear. */
    datakey_cipher_length: length(() => fault('datakey-cipher-length-out-of-range', DATAKEY_BYTES)),
    ...CONTEXT,
    ...PIN,
    sequence: optional(sequence),
  },
  response: { data_key: secret(hex()), datakey_length: wholeNumber, datakey_dgst: hex() },
  keyUse: 'open',
  faults: [
    'version-retired',
    ...USE_FAULTS,
    'decryption-failed',
    'datakey-ciphertext-invalid',
    'datakey-cipher-length-out-of-range',
    'datakey-ciphertext-digest-mismatch',
    'datakey-cipher-length-mismatch',
    'pin-invalid',
  ],
  source: 'KMS API reference, "Decrypting a DEK"',
})

export const EncryptData = operation({
  id: 'EncryptData',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/encrypt-data',
  access: needs('kms:cmk:crypto', 'encrypt-data'),
  summary: 'Encrypt up to 4096 bytes',
  repeatable: true,
  request: {
    key_id: keyId,
    plain_text: secret(plainText),
    encryption_algorithm: optional(encryptionAlgorithm),
    ...CONTEXT,
    sequence: optional(sequence),
  },
  response: { key_id: keyId, cipher_text: base64 },
  keyUse: 'protect',
  faults: USE_FAULTS,
  source: 'KMS API reference, "Encrypting data"',
})

export const DecryptData = operation({
  id: 'DecryptData',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/decrypt-data',
  access: { kind: 'permissionInHandler', permission: 'kms:cmk:crypto', grant: 'decrypt-data' },
  summary: 'Decrypt what EncryptData encrypted',
  repeatable: true,
  request: {
    cipher_text: base64CipherText,
    encryption_algorithm: optional(encryptionAlgorithm),
    key_id: optional(keyId),
    ...CONTEXT,
    ...PIN,
    sequence: optional(sequence),
  },
  response: { key_id: keyId, plain_text: secret(text), plain_text_base64: secret(base64) },
  keyUse: 'open',
  faults: [
    ...USE_FAULTS,
    'version-retired',
    'decryption-failed',
    'pin-invalid',
    'parameter-missing',
  ],
  source: 'KMS API reference, "Decrypting data"',
})
