// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  CreateEcDatakeyPair: {
    summary: 'Make a key pair on a curve, its private half encrypted and, if asked for, in the clear',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/create-ec-datakey-pair',
    permission: 'kms:dek:create',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'with_plain_text', kind: 'boolean', help: 'whether the private key is answered in the clear too; true when left out' },
      { name: 'additional_authenticated_data', kind: 'text', help: 'text that is bound to the cipher text and needed to decrypt it' },
      { name: 'encryption_context', kind: 'map', help: 'names and values that are bound to the cipher text' },
      { name: 'pin', kind: 'text', secret: true, help: 'PIN that the data key is bound to' },
      { name: 'pin_type', kind: 'choice', choices: ['CipherText', 'PlainText'], help: 'whether the PIN is in the clear, or as pin create printed it' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
      { name: 'key_spec', kind: 'choice', required: true, choices: ['ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521', 'ECC_SECG_P256K1', 'SM2'], help: 'what the key is made of' },
    ],
  },
  CreateRsaDatakeyPair: {
    summary: 'Make an RSA key pair, its private half encrypted and, if asked for, in the clear',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/create-rsa-datakey-pair',
    permission: 'kms:dek:create',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'with_plain_text', kind: 'boolean', help: 'whether the private key is answered in the clear too; true when left out' },
      { name: 'additional_authenticated_data', kind: 'text', help: 'text that is bound to the cipher text and needed to decrypt it' },
      { name: 'encryption_context', kind: 'map', help: 'names and values that are bound to the cipher text' },
      { name: 'pin', kind: 'text', secret: true, help: 'PIN that the data key is bound to' },
      { name: 'pin_type', kind: 'choice', choices: ['CipherText', 'PlainText'], help: 'whether the PIN is in the clear, or as pin create printed it' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
      { name: 'key_spec', kind: 'choice', required: true, choices: ['RSA_2048', 'RSA_3072', 'RSA_4096'], help: 'what the key is made of' },
    ],
  },
}
