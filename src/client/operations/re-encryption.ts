// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call } from '../call.ts'

/**
 * What `reEncrypt` takes.
 */
export interface ReEncryptRequest {
  readonly source_key_id?: string | undefined
  readonly source_additional_authenticated_data?: string | undefined
  readonly source_encryption_context?: Readonly<Record<string, string>> | string | undefined
  readonly source_encryption_algorithm?: 'SYMMETRIC_DEFAULT' | 'RSAES_OAEP_SHA_256' | 'SM2_ENCRYPT' | undefined
  readonly destination_key_id: string
  readonly destination_additional_authenticated_data?: string | undefined
  readonly destination_encryption_context?: Readonly<Record<string, string>> | string | undefined
  readonly destination_encryption_algorithm?: 'SYMMETRIC_DEFAULT' | 'RSAES_OAEP_SHA_256' | 'SM2_ENCRYPT' | undefined
  /** Bytes of a data key in the clear: only checked. */
  readonly datakey_cipher_length?: string | number | undefined
  /** What is to be re-encrypted: base64 of data, or hexadecimal digits of a data key. */
  readonly cipher_text: string
  readonly sequence?: string | undefined
}

/**
 * What `reEncrypt` answers.
 */
export interface ReEncryptReply {
  readonly key_id: string
  readonly source_key_id: string
  readonly source_encryption_algorithm: 'SYMMETRIC_DEFAULT' | 'RSAES_OAEP_SHA_256' | 'SM2_ENCRYPT'
  readonly destination_encryption_algorithm: 'SYMMETRIC_DEFAULT' | 'RSAES_OAEP_SHA_256' | 'SM2_ENCRYPT'
  /** In the form in which it came. */
  readonly cipher_text: string
}

/** Operations on: Re-encryption. */
export interface ReEncryptionOperations {
  /**
   * Decrypt with one key and encrypt with another, without showing what.
   *
   * Refused with:
   * - 400 KMS.0209: Version {version} of the key is retired: it opens nothing until it is restored.
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0208: The encryption context is malformed.
   * - 400 KMS.0308: The cipher text cannot be decrypted.
   * - 400 KMS.2204: cipher_text and datakey_cipher_length do not fit together.
   * - 400 KMS.0204: The required parameter {name} is missing.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.2202: datakey_cipher_length must be 1 to 1024 bytes.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:crypto).
   */
  readonly reEncrypt: Call<ReEncryptRequest, ReEncryptReply>
}
