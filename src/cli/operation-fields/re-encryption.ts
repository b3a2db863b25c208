// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  ReEncrypt: {
    summary: 'Decrypt with one key and encrypt with another, without showing what',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/re-encrypt',
    permission: 'kms:cmk:crypto',
    fields: [
      { name: 'source_key_id', kind: 'text', help: 'id of the key that encrypted it; the cipher text knows it too' },
      { name: 'source_additional_authenticated_data', kind: 'text', help: 'text that is bound to the old cipher text' },
      { name: 'source_encryption_context', kind: 'map', help: 'names and values that are bound to the old cipher text' },
      { name: 'source_encryption_algorithm', kind: 'choice', choices: ['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_256', 'SM2_ENCRYPT'], help: 'algorithm that encrypted it' },
      { name: 'destination_key_id', kind: 'text', required: true, help: 'id of the key to encrypt with' },
      { name: 'destination_additional_authenticated_data', kind: 'text', help: 'text that is bound to the new cipher text' },
      { name: 'destination_encryption_context', kind: 'map', help: 'names and values that are bound to the new cipher text' },
      { name: 'destination_encryption_algorithm', kind: 'choice', choices: ['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_256', 'SM2_ENCRYPT'], help: 'algorithm to encrypt with' },
      { name: 'datakey_cipher_length', kind: 'text', limits: { min: 1, max: 1024, unit: 'bytes' }, help: 'bytes of a data key in the clear: only checked' },
      { name: 'cipher_text', kind: 'text', required: true, help: 'what is to be re-encrypted: base64 of data, or hexadecimal digits of a data key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
}
