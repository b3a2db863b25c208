import { Type } from 'typebox'
import { MAX_MESSAGE_BYTES } from '../../core/limits.ts'
import { base64, base64Of, macAlgorithm, publicKeyPem, signingAlgorithm } from '../crypto-fields.ts'
import { oneOf, optional, plain, secret } from '../field.ts'
import { boolean, booleanText, keyId, sequence } from '../fields.ts'
import { objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'
import { KEY_REQUEST } from './key-info.ts'

const USE_FAULTS = [
  'key-not-found',
  'key-disabled',
  'key-pending-deletion',
  'key-pending-import',
  'key-usage-mismatch',
  'keystore-disabled',
  'upstream-invalid',
  'upstream-timeout',
] as const

/** Longest signature in bytes: ML-DSA-87. */
const MAX_SIGNATURE_BYTES = 4627
const MAX_MAC_BYTES = 64
/** Longest public key of a peer: a compressed or uncompressed point and its wrapping. */
const MAX_PEER_KEY_BYTES = 200

const message = secret(base64Of(1, MAX_MESSAGE_BYTES))
const SIGNING_REQUEST = {
  key_id: keyId,
  message,
  signing_algorithm: signingAlgorithm,
  message_type: optional(oneOf(['DIGEST', 'RAW'])),
  sequence: optional(sequence),
}

export const Sign = operation({
  id: 'Sign',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/sign',
  access: needs('kms:cmk:sign', 'sign'),
  summary: 'Sign a message, or the digest of one, with a private key',
  repeatable: true,
  request: SIGNING_REQUEST,
  response: { key_id: keyId, signature: base64 },
  keyUse: 'protect',
  faults: [...USE_FAULTS, 'digest-length-mismatch'],
  source: 'KMS API reference, "Signing data"',
})

export const ValidateSignature = operation({
  id: 'ValidateSignature',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/verify',
  access: needs('kms:cmk:verify', 'verify'),
  summary: 'Tell whether a signature is valid',
  repeatable: true,
  request: { ...SIGNING_REQUEST, signature: base64Of(1, MAX_SIGNATURE_BYTES) },
  response: { key_id: keyId, signature_valid: booleanText },
  keyUse: 'open',
  faults: [...USE_FAULTS, 'digest-length-mismatch'],
  source: 'KMS API reference, "Verifying a signature"',
})

export const ShowPublicKey = operation({
  id: 'ShowPublicKey',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/get-publickey',
  access: needs('kms:cmk:getPublicKey', 'get-public-key'),
  summary: 'Tell the public half of an asymmetric key',
  repeatable: true,
  request: KEY_REQUEST,
  response: { key_id: keyId, public_key: publicKeyPem },
  faults: ['key-not-found', 'key-pending-import', 'key-usage-mismatch'],
  source: 'KMS API reference, "Querying a public key"',
})

const MAC_REQUEST = { key_id: keyId, mac_algorithm: macAlgorithm, message }

export const GenerateMac = operation({
  id: 'GenerateMac',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/generate-mac',
  access: needs('kms:cmk:generateMac', 'generate-mac'),
  summary: 'Make the authentication code of a message',
  repeatable: true,
  request: MAC_REQUEST,
  response: { key_id: keyId, mac_algorithm: macAlgorithm, mac: base64 },
  keyUse: 'protect',
  faults: USE_FAULTS,
  source: 'KMS API reference, "Generating a MAC"',
})

export const VerifyMac = operation({
  id: 'VerifyMac',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/verify-mac',
  access: needs('kms:cmk:verifyMac', 'verify-mac'),
  summary: 'Tell whether an authentication code is valid',
  repeatable: true,
  request: { ...MAC_REQUEST, mac: base64Of(1, MAX_MAC_BYTES) },
  response: { key_id: keyId, mac_algorithm: macAlgorithm, mac_valid: boolean },
  keyUse: 'open',
  faults: USE_FAULTS,
  source: 'KMS API reference, "Verifying a MAC"',
})

const agreementAlgorithm = oneOf(['ECDH'])

export const DeriveSharedSecret = operation({
  id: 'DeriveSharedSecret',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/derive-shared-secret',
  access: needs('kms:cmk:deriveSharedSecret'),
  summary: 'Derive the secret that a key pair shares with the owner of a public key',
  repeatable: true,
  request: {
    key_id: keyId,
    key_agreement_algorithm: agreementAlgorithm,
    public_key: base64Of(1, MAX_PEER_KEY_BYTES),
    /** A recipient that only the cloud can attest: it is refused. */
    recipient: optional(objectOf({ attestation_document: optional(plain(Type.String())) })),
  },
  response: {
    key_id: keyId,
    key_agreement_algorithm: agreementAlgorithm,
    shared_secret: secret(base64),
  },
  keyUse: 'protect',
  faults: USE_FAULTS,
  source: 'KMS SDK 3.1.209, DeriveSharedSecret',
})
