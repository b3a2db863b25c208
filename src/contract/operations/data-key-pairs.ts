import {
  additionalData,
  base64,
  ecPairSpec,
  encryptionContext,
  rsaPairSpec,
} from '../crypto-fields.ts'
import { optional, secret } from '../field.ts'
import { boolean, keyId, sequence, text } from '../fields.ts'
import { needs, operation } from '../operation.ts'
import { PIN } from './key-info.ts'

const PAIR_FAULTS = [
  'key-not-found',
  'key-disabled',
  'key-pending-deletion',
  'key-pending-import',
  'key-usage-mismatch',
  'encryption-context-malformed',
  'datakey-spec-invalid',
  'pin-invalid',
  'keystore-disabled',
  'upstream-invalid',
  'upstream-timeout',
] as const

const REQUEST = {
  key_id: keyId,
  /** Whether the private key is answered in the clear too; true when left out. */
  with_plain_text: optional(boolean),
  additional_authenticated_data: optional(additionalData),
  encryption_context: optional(encryptionContext),
  ...PIN,
  sequence: optional(sequence),
}

const RESPONSE = {
  key_id: keyId,
  /** SubjectPublicKeyInfo in DER. */
  public_key: base64,
  /** PKCS #8 in DER, encrypted as data and as a data key are: either operation opens it. */
  private_key_cipher_text: base64,
  private_key_plain_text: optional(secret(base64)),
}

export const CreateRsaDatakeyPair = operation({
  id: 'CreateRsaDatakeyPair',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/create-rsa-datakey-pair',
  access: needs('kms:dek:create'),
  summary: 'Make an RSA key pair, its private half encrypted and, if asked for, in the clear',
  repeatable: true,
  request: { ...REQUEST, key_spec: rsaPairSpec },
  response: { ...RESPONSE, key_spec: text },
  keyUse: 'protect',
  faults: PAIR_FAULTS,
  source: 'KMS SDK 3.1.209, CreateRsaDatakeyPair',
})

export const CreateEcDatakeyPair = operation({
  id: 'CreateEcDatakeyPair',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/create-ec-datakey-pair',
  access: needs('kms:dek:create'),
  summary: 'Make a key pair on a curve, its private half encrypted and, if asked for, in the clear',
  repeatable: true,
  request: { ...REQUEST, key_spec: ecPairSpec },
  response: { ...RESPONSE, key_spec: text },
  keyUse: 'protect',
  faults: PAIR_FAULTS,
  source: 'KMS SDK 3.1.209, CreateEcDatakeyPair',
})
