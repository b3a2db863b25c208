// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  CreateParametersForImport: {
    summary: 'Get the public key and the token with which material is imported',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/get-parameters-for-import',
    permission: 'kms:cmk:getMaterial',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'wrapping_algorithm', kind: 'choice', required: true, choices: ['RSAES_OAEP_SHA_256', 'SM2_ENCRYPT'], help: 'how the material will be wrapped' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  DeleteImportedKeyMaterial: {
    summary: 'Take away the material of a key that was imported',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/delete-imported-key-material',
    permission: 'kms:cmk:deleteMaterial',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ImportKeyMaterial: {
    summary: 'Bring the material of a key',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/import-key-material',
    permission: 'kms:cmk:importMaterial',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'import_token', kind: 'text', required: true, help: 'token of the import (base64)' },
      { name: 'encrypted_key_material', kind: 'text', required: true, help: 'the material, wrapped under the public key of the import (base64)' },
      { name: 'encrypted_privatekey', kind: 'text', help: 'the private key, encrypted under the material (base64)' },
      { name: 'expiration_time', kind: 'time', help: 'when the material expires, seconds or milliseconds since 1970' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
}
