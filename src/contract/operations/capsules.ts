import { Type } from 'typebox'
import { base64, base64Of, capsuleKeySpec, hex } from '../crypto-fields.ts'
import { optional, plain, secret } from '../field.ts'
import { keyId, text, uuid } from '../fields.ts'
import { objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'

/** Longest SubjectPublicKeyInfo of a receiver in bytes: RSA with 4096 bits, and some. */
const MAX_PUBLIC_KEY_BYTES = 1024
const MAX_CAPSULE_BYTES = 32_768

const USE_FAULTS = [
  'key-not-found',
  'key-disabled',
  'key-pending-deletion',
  'key-pending-import',
  'key-usage-mismatch',
  'field-invalid',
] as const

const publicKey = base64Of(1, MAX_PUBLIC_KEY_BYTES)

export const CreateDatakeyCapsule = operation({
  id: 'CreateDatakeyCapsule',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/datakey-capsule/create',
  access: needs('kms:dek:createCapsule'),
  summary: 'Make a data key in a capsule that opens only where a key policy allows',
  repeatable: true,
  request: {
    key_id: keyId,
    datakey_length: capsuleKeySpec,
    /** RSA, SubjectPublicKeyInfo in DER: the data key then comes back wrapped. */
    public_key: optional(publicKey),
    policy_id: optional(uuid),
    /** JSON text of a policy, instead of the id of one. */
    key_policy: optional(plain(Type.String({ minLength: 2, maxLength: 16_384 }))),
  },
  response: {
    key_id: keyId,
    datakey: optional(secret(hex())),
    datakey_cipher: optional(base64),
    datakey_capsule: base64,
  },
  keyUse: 'protect',
  faults: [...USE_FAULTS, 'resource-not-found', 'parameter-missing'],
  source: 'KMS SDK 3.1.209, CreateDatakeyCapsule',
})

const attestation = plain(Type.String({ minLength: 1, maxLength: 16_384 }))

export const DecryptDatakeyCapsule = operation({
  id: 'DecryptDatakeyCapsule',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/datakey-capsule/decrypt',
  access: needs('kms:dek:decryptCapsule'),
  summary: 'Open a capsule, for an access point that its policy allows',
  repeatable: true,
  request: {
    key_id: keyId,
    public_key: optional(publicKey),
    datakey_capsule: base64Of(1, MAX_CAPSULE_BYTES),
    attestation_document: secret(
      objectOf({
        ecs_signature: optional(attestation),
        custom_signature: optional(attestation),
        custom_public_key: optional(attestation),
        expire_time: optional(attestation),
        service_token: optional(attestation),
      }),
    ),
  },
  response: {
    key_id: keyId,
    /** The access point that proved to be itself. */
    instance_id: text,
    datakey: optional(secret(hex())),
    datakey_cipher: optional(base64),
  },
  keyUse: 'open',
  faults: [...USE_FAULTS, 'version-retired', 'decryption-failed', 'attestation-refused'],
  source: 'KMS SDK 3.1.209, DecryptDatakeyCapsule',
})
