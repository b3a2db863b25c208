// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call } from '../call.ts'

/**
 * What `createDatakeyCapsule` takes.
 */
export interface CreateDatakeyCapsuleRequest {
  readonly key_id: string
  readonly datakey_length: 'AES_256' | 'SM4' | '256' | '128' | 256 | 128
  /** RSA, SubjectPublicKeyInfo in DER: the data key then comes back wrapped. */
  readonly public_key?: string | undefined
  readonly policy_id?: string | undefined
  /** JSON text of a policy, instead of the id of one. */
  readonly key_policy?: string | undefined
}

/**
 * What `createDatakeyCapsule` answers.
 */
export interface CreateDatakeyCapsuleReply {
  readonly key_id: string
  readonly datakey?: string
  readonly datakey_cipher?: string
  readonly datakey_capsule: string
}

/**
 * What `decryptDatakeyCapsule` takes.
 */
export interface DecryptDatakeyCapsuleRequest {
  readonly key_id: string
  readonly public_key?: string | undefined
  readonly datakey_capsule: string
  readonly attestation_document: {
    readonly ecs_signature?: string
    readonly custom_signature?: string
    readonly custom_public_key?: string
    readonly expire_time?: string
    readonly service_token?: string
  }
}

/**
 * What `decryptDatakeyCapsule` answers.
 */
export interface DecryptDatakeyCapsuleReply {
  readonly key_id: string
  /** The access point that proved to be itself. */
  readonly instance_id: string
  readonly datakey?: string
  readonly datakey_cipher?: string
}

/** Operations on: Data key capsules. */
export interface CapsulesOperations {
  /**
   * Make a data key in a capsule that opens only where a key policy allows.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 404 APIGW.0101: There is no such resource.
   * - 400 KMS.0204: The required parameter {name} is missing.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:dek:createCapsule).
   * - 403 KMS.0306: The user has no permission for this key (kms:dek:createCapsule).
   */
  readonly createDatakeyCapsule: Call<CreateDatakeyCapsuleRequest, CreateDatakeyCapsuleReply>
  /**
   * Open a capsule, for an access point that its policy allows.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.0209: Version {version} of the key is retired: it opens nothing until it is restored.
   * - 400 KMS.0308: The cipher text cannot be decrypted.
   * - 403 KMS.0306: No access point that the policy allows has proved to be itself.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:dek:decryptCapsule).
   * - 403 KMS.0306: The user has no permission for this key (kms:dek:decryptCapsule).
   */
  readonly decryptDatakeyCapsule: Call<DecryptDatakeyCapsuleRequest, DecryptDatakeyCapsuleReply>
}
