// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  CreateDatakeyCapsule: {
    summary: 'Make a data key in a capsule that opens only where a key policy allows',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/datakey-capsule/create',
    permission: 'kms:dek:createCapsule',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'datakey_length', kind: 'choice', required: true, choices: ['AES_256', 'SM4', '256', '128'], help: 'length of the data key' },
      { name: 'public_key', kind: 'text', help: 'RSA, SubjectPublicKeyInfo in DER: the data key then comes back wrapped' },
      { name: 'policy_id', kind: 'text', help: 'id of the key policy' },
      { name: 'key_policy', kind: 'text', help: 'JSON text of a policy, instead of the id of one' },
    ],
  },
  DecryptDatakeyCapsule: {
    summary: 'Open a capsule, for an access point that its policy allows',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/datakey-capsule/decrypt',
    permission: 'kms:dek:decryptCapsule',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'public_key', kind: 'text', help: 'public key, SubjectPublicKeyInfo (base64)' },
      { name: 'datakey_capsule', kind: 'text', required: true, help: 'the capsule' },
      { name: 'attestation_document', kind: 'json', required: true, secret: true, help: 'what proves who asks (JSON)' },
    ],
  },
}
