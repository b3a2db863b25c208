import { fault } from '../../core/fault.ts'
import { base64, base64Of } from '../crypto-fields.ts'
import { oneOf, optional } from '../field.ts'
import { importedUntil, keyId, number, sequence } from '../fields.ts'
import { needs, operation } from '../operation.ts'
import { KEY_REQUEST } from './key-info.ts'

/** Bounds of what a client may send, in bytes; what it is, its opening tells. */
const TOKEN_BYTES = { min: 1, max: 4608 } as const
const WRAPPED_BYTES = { min: 1, max: 512 } as const
const WRAPPED_PRIVATE_KEY_BYTES = { min: 1, max: 4608 } as const

export const CreateParametersForImport = operation({
  id: 'CreateParametersForImport',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/get-parameters-for-import',
  access: needs('kms:cmk:getMaterial'),
  summary: 'Get the public key and the token with which material is imported',
  repeatable: true,
  request: {
    key_id: keyId,
    /** How the material will be wrapped. */
    wrapping_algorithm: oneOf(['RSAES_OAEP_SHA_256', 'SM2_ENCRYPT'], () =>
      fault('wrapping-algorithm-invalid'),
    ),
    sequence: optional(sequence),
  },
  response: {
    key_id: keyId,
    import_token: base64,
    /** Seconds since 1970. */
    expiration_time: number,
    /** SubjectPublicKeyInfo in DER. */
    public_key: base64,
  },
  faults: ['key-not-found', 'origin-not-external', 'key-pending-deletion'],
  source: 'KMS API reference, "Obtaining parameters to import a key"',
})

export const ImportKeyMaterial = operation({
  id: 'ImportKeyMaterial',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/import-key-material',
  access: needs('kms:cmk:importMaterial'),
  summary: 'Bring the material of a key',
  request: {
    key_id: keyId,
    import_token: base64Of(TOKEN_BYTES.min, TOKEN_BYTES.max, () => fault('import-token-invalid')),
    encrypted_key_material: base64Of(WRAPPED_BYTES.min, WRAPPED_BYTES.max),
    encrypted_privatekey: optional(
      base64Of(WRAPPED_PRIVATE_KEY_BYTES.min, WRAPPED_PRIVATE_KEY_BYTES.max),
    ),
    expiration_time: optional(importedUntil),
    sequence: optional(sequence),
  },
  faults: [
    'key-not-found',
    'key-pending-deletion',
    'key-not-pending-import',
    'origin-not-external',
    'import-token-invalid',
    'import-token-expired',
    'import-token-of-another-key',
    'material-expiry-past',
    'material-invalid',
    'material-differs',
    'parameter-missing',
    'field-invalid',
  ],
  source: 'KMS API reference, "Importing key material"',
})

export const DeleteImportedKeyMaterial = operation({
  id: 'DeleteImportedKeyMaterial',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/delete-imported-key-material',
  access: needs('kms:cmk:deleteMaterial'),
  summary: 'Take away the material of a key that was imported',
  request: KEY_REQUEST,
  faults: [
    'key-not-found',
    'origin-not-external',
    'material-not-deletable',
    'asymmetric-material-not-deletable',
  ],
  source: 'KMS API reference, "Deleting imported key material"',
})
