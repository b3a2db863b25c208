// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  DeriveSharedSecret: {
    summary: 'Derive the secret that a key pair shares with the owner of a public key',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/derive-shared-secret',
    permission: 'kms:cmk:deriveSharedSecret',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'key_agreement_algorithm', kind: 'choice', required: true, choices: ['ECDH'], help: 'how the secret is derived' },
      { name: 'public_key', kind: 'text', required: true, help: 'public key, SubjectPublicKeyInfo (base64)' },
      { name: 'recipient', kind: 'json', help: 'a recipient that only the cloud can attest: it is refused' },
    ],
  },
  GenerateMac: {
    summary: 'Make the authentication code of a message',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/generate-mac',
    permission: 'kms:cmk:generateMac',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'mac_algorithm', kind: 'choice', required: true, choices: ['HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512', 'HMAC_SM3'], help: 'algorithm of the key' },
      { name: 'message', kind: 'bytes', required: true, secret: true, help: 'the message, or its digest' },
    ],
  },
  ShowPublicKey: {
    summary: 'Tell the public half of an asymmetric key',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/get-publickey',
    permission: 'kms:cmk:getPublicKey',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  Sign: {
    summary: 'Sign a message, or the digest of one, with a private key',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/sign',
    permission: 'kms:cmk:sign',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'message', kind: 'bytes', required: true, secret: true, help: 'the message, or its digest' },
      { name: 'signing_algorithm', kind: 'choice', required: true, choices: ['RSASSA_PSS_SHA_256', 'RSASSA_PSS_SHA_384', 'RSASSA_PSS_SHA_512', 'RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_384', 'RSASSA_PKCS1_V1_5_SHA_512', 'ECDSA_SHA_256', 'ECDSA_SHA_384', 'ECDSA_SHA_512', 'SM2DSA_SM3', 'ED25519_SHA_512', 'ED25519_PH_SHA_512', 'ML_DSA'], help: 'algorithm of the key' },
      { name: 'message_type', kind: 'choice', choices: ['DIGEST', 'RAW'], help: 'whether it is the message itself, or its digest' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ValidateSignature: {
    summary: 'Tell whether a signature is valid',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/verify',
    permission: 'kms:cmk:verify',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'message', kind: 'bytes', required: true, secret: true, help: 'the message, or its digest' },
      { name: 'signing_algorithm', kind: 'choice', required: true, choices: ['RSASSA_PSS_SHA_256', 'RSASSA_PSS_SHA_384', 'RSASSA_PSS_SHA_512', 'RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_384', 'RSASSA_PKCS1_V1_5_SHA_512', 'ECDSA_SHA_256', 'ECDSA_SHA_384', 'ECDSA_SHA_512', 'SM2DSA_SM3', 'ED25519_SHA_512', 'ED25519_PH_SHA_512', 'ML_DSA'], help: 'algorithm of the key' },
      { name: 'message_type', kind: 'choice', choices: ['DIGEST', 'RAW'], help: 'whether it is the message itself, or its digest' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
      { name: 'signature', kind: 'text', required: true, help: 'the signature (base64)' },
    ],
  },
  VerifyMac: {
    summary: 'Tell whether an authentication code is valid',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/verify-mac',
    permission: 'kms:cmk:verifyMac',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'mac_algorithm', kind: 'choice', required: true, choices: ['HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512', 'HMAC_SM3'], help: 'algorithm of the key' },
      { name: 'message', kind: 'bytes', required: true, secret: true, help: 'the message, or its digest' },
      { name: 'mac', kind: 'text', required: true, help: 'the authentication code (base64)' },
    ],
  },
}
