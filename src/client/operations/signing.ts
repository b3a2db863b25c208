// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call } from '../call.ts'
import type { MacAlgorithm, SigningAlgorithm } from './shapes.ts'

/**
 * What `deriveSharedSecret` takes.
 */
export interface DeriveSharedSecretRequest {
  readonly key_id: string
  readonly key_agreement_algorithm: 'ECDH'
  readonly public_key: string
  /** A recipient that only the cloud can attest: it is refused. */
  readonly recipient?: {
    readonly attestation_document?: string
  } | undefined
}

/**
 * What `deriveSharedSecret` answers.
 */
export interface DeriveSharedSecretReply {
  readonly key_id: string
  readonly key_agreement_algorithm: 'ECDH'
  readonly shared_secret: string
}

/**
 * What `generateMac` takes.
 */
export interface GenerateMacRequest {
  readonly key_id: string
  readonly mac_algorithm: MacAlgorithm
  readonly message: string
}

/**
 * What `generateMac` answers.
 */
export interface GenerateMacReply {
  readonly key_id: string
  readonly mac_algorithm: MacAlgorithm
  readonly mac: string
}

/**
 * What `showPublicKey` takes.
 */
export interface ShowPublicKeyRequest {
  readonly key_id: string
  readonly sequence?: string | undefined
}

/**
 * What `showPublicKey` answers.
 */
export interface ShowPublicKeyReply {
  readonly key_id: string
  readonly public_key: string
}

/**
 * What `sign` takes.
 */
export interface SignRequest {
  readonly key_id: string
  readonly message: string
  readonly signing_algorithm: SigningAlgorithm
  readonly message_type?: 'DIGEST' | 'RAW' | undefined
  readonly sequence?: string | undefined
}

/**
 * What `sign` answers.
 */
export interface SignReply {
  readonly key_id: string
  readonly signature: string
}

/**
 * What `validateSignature` takes.
 */
export interface ValidateSignatureRequest {
  readonly key_id: string
  readonly message: string
  readonly signing_algorithm: SigningAlgorithm
  readonly message_type?: 'DIGEST' | 'RAW' | undefined
  readonly sequence?: string | undefined
  readonly signature: string
}

/**
 * What `validateSignature` answers.
 */
export interface ValidateSignatureReply {
  readonly key_id: string
  readonly signature_valid: 'true' | 'false'
}

/**
 * What `verifyMac` takes.
 */
export interface VerifyMacRequest {
  readonly key_id: string
  readonly mac_algorithm: MacAlgorithm
  readonly message: string
  readonly mac: string
}

/**
 * What `verifyMac` answers.
 */
export interface VerifyMacReply {
  readonly key_id: string
  readonly mac_algorithm: MacAlgorithm
  readonly mac_valid: boolean
}

/** Operations on: Signatures, MACs and key agreement. */
export interface SigningOperations {
  /**
   * Derive the secret that a key pair shares with the owner of a public key.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:deriveSharedSecret).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:deriveSharedSecret).
   */
  readonly deriveSharedSecret: Call<DeriveSharedSecretRequest, DeriveSharedSecretReply>
  /**
   * Make the authentication code of a message.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:generateMac).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:generateMac).
   */
  readonly generateMac: Call<GenerateMacRequest, GenerateMacReply>
  /**
   * Tell the public half of an asymmetric key.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:getPublicKey).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:getPublicKey).
   */
  readonly showPublicKey: Call<ShowPublicKeyRequest, ShowPublicKeyReply>
  /**
   * Sign a message, or the digest of one, with a private key.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0329: The length of the digest does not fit the hash of the algorithm.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:sign).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:sign).
   */
  readonly sign: Call<SignRequest, SignReply>
  /**
   * Tell whether a signature is valid.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0329: The length of the digest does not fit the hash of the algorithm.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:verify).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:verify).
   */
  readonly validateSignature: Call<ValidateSignatureRequest, ValidateSignatureReply>
  /**
   * Tell whether an authentication code is valid.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:verifyMac).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:verifyMac).
   */
  readonly verifyMac: Call<VerifyMacRequest, VerifyMacReply>
}
