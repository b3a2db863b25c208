// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call } from '../call.ts'

/**
 * What `createParametersForImport` takes.
 */
export interface CreateParametersForImportRequest {
  readonly key_id: string
  /** How the material will be wrapped. */
  readonly wrapping_algorithm: 'RSAES_OAEP_SHA_256' | 'SM2_ENCRYPT'
  readonly sequence?: string | undefined
}

/**
 * What `createParametersForImport` answers.
 */
export interface CreateParametersForImportReply {
  readonly key_id: string
  readonly import_token: string
  /** Seconds since 1970. */
  readonly expiration_time: number
  /** SubjectPublicKeyInfo in DER. */
  readonly public_key: string
}

/**
 * What `deleteImportedKeyMaterial` takes.
 */
export interface DeleteImportedKeyMaterialRequest {
  readonly key_id: string
  readonly sequence?: string | undefined
}

/**
 * What `importKeyMaterial` takes.
 */
export interface ImportKeyMaterialRequest {
  readonly key_id: string
  readonly import_token: string
  readonly encrypted_key_material: string
  readonly encrypted_privatekey?: string | undefined
  readonly expiration_time?: string | number | undefined
  readonly sequence?: string | undefined
}

/** Operations on: Import of key material. */
export interface ImportOperations {
  /**
   * Get the public key and the token with which material is imported.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0309: The origin of the key must be external.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0308: wrapping_algorithm must be RSAES_OAEP_SHA_256 or SM2_ENCRYPT; older ones are not safe.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:getMaterial).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:getMaterial).
   */
  readonly createParametersForImport: Call<CreateParametersForImportRequest, CreateParametersForImportReply>
  /**
   * Take away the material of a key that was imported.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0309: The origin of the key must be external.
   * - 400 KMS.2701: Only an enabled or disabled key has material to delete.
   * - 400 KMS.2702: The imported material of an asymmetric key cannot be deleted.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:deleteMaterial).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:deleteMaterial).
   */
  readonly deleteImportedKeyMaterial: Call<DeleteImportedKeyMaterialRequest, Readonly<Record<never, never>>>
  /**
   * Bring the material of a key.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0310: The key is not waiting for the import of its material.
   * - 400 KMS.0309: The origin of the key must be external.
   * - 400 KMS.2605: The import token failed its check.
   * - 400 KMS.2601: The import token has expired.
   * - 400 KMS.2603: The import token is for another key.
   * - 400 KMS.2602: The expiration of the material must lie in the future.
   * - 400 KMS.2604: The material does not open with the token, or is not what the key spec asks for.
   * - 400 KMS.2606: Material that is imported again must be the same as before.
   * - 400 KMS.0204: The required parameter {name} is missing.
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:importMaterial).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:importMaterial).
   */
  readonly importKeyMaterial: Call<ImportKeyMaterialRequest, Readonly<Record<never, never>>>
}
