// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call } from '../call.ts'

/**
 * What `createDatakey` takes.
 */
export interface CreateDatakeyRequest {
  readonly key_id: string
  readonly key_spec?: 'AES_256' | 'AES_128' | 'SM4' | 'HMAC_256' | 'HMAC_384' | 'HMAC_512' | 'HMAC_SM3' | undefined
  /** datakey_length must be 8 to 8192 bits. */
  readonly datakey_length?: string | number | undefined
  readonly additional_authenticated_data?: string | undefined
  readonly encryption_context?: Readonly<Record<string, string>> | string | undefined
  readonly pin?: string | undefined
  readonly pin_type?: 'CipherText' | 'PlainText' | undefined
  readonly sequence?: string | undefined
}

/**
 * What `createDatakey` answers.
 */
export interface CreateDatakeyReply {
  readonly key_id: string
  readonly plain_text: string
  readonly cipher_text: string
}

/**
 * What `createDatakeyWithoutPlaintext` takes.
 */
export interface CreateDatakeyWithoutPlaintextRequest {
  readonly key_id: string
  readonly key_spec?: 'AES_256' | 'AES_128' | 'SM4' | 'HMAC_256' | 'HMAC_384' | 'HMAC_512' | 'HMAC_SM3' | undefined
  /** datakey_length must be 8 to 8192 bits. */
  readonly datakey_length?: string | number | undefined
  readonly additional_authenticated_data?: string | undefined
  readonly encryption_context?: Readonly<Record<string, string>> | string | undefined
  readonly pin?: string | undefined
  readonly pin_type?: 'CipherText' | 'PlainText' | undefined
  readonly sequence?: string | undefined
}

/**
 * What `createDatakeyWithoutPlaintext` answers.
 */
export interface CreateDatakeyWithoutPlaintextReply {
  readonly key_id: string
  readonly cipher_text: string
}

/**
 * What `createRandom` takes.
 */
export interface CreateRandomRequest {
  /** random_data_length must be 8 to 8192 bits. */
  readonly random_data_length: string | number
  readonly sequence?: string | undefined
}

/**
 * What `createRandom` answers.
 */
export interface CreateRandomReply {
  readonly random_data: string
}

/**
 * What `decryptData` takes.
 */
export interface DecryptDataRequest {
  readonly cipher_text: string
  readonly encryption_algorithm?: 'SYMMETRIC_DEFAULT' | 'RSAES_OAEP_SHA_256' | 'SM2_ENCRYPT' | undefined
  readonly key_id?: string | undefined
  readonly additional_authenticated_data?: string | undefined
  readonly encryption_context?: Readonly<Record<string, string>> | string | undefined
  readonly pin?: string | undefined
  readonly pin_type?: 'CipherText' | 'PlainText' | undefined
  readonly sequence?: string | undefined
}

/**
 * What `decryptData` answers.
 */
export interface DecryptDataReply {
  readonly key_id: string
  readonly plain_text: string
  readonly plain_text_base64: string
}

/**
 * What `decryptDatakey` takes.
 */
export interface DecryptDatakeyRequest {
  readonly key_id: string
  readonly cipher_text: string
  /** Bytes of the key in the clear. */
  readonly datakey_cipher_length: string | number
  readonly additional_authenticated_data?: string | undefined
  readonly encryption_context?: Readonly<Record<string, string>> | string | undefined
  readonly pin?: string | undefined
  readonly pin_type?: 'CipherText' | 'PlainText' | undefined
  readonly sequence?: string | undefined
}

/**
 * What `decryptDatakey` answers.
 */
export interface DecryptDatakeyReply {
  readonly data_key: string
  readonly datakey_length: string | number
  readonly datakey_dgst: string
}

/**
 * What `encryptData` takes.
 */
export interface EncryptDataRequest {
  readonly key_id: string
  readonly plain_text: string
  readonly encryption_algorithm?: 'SYMMETRIC_DEFAULT' | 'RSAES_OAEP_SHA_256' | 'SM2_ENCRYPT' | undefined
  readonly additional_authenticated_data?: string | undefined
  readonly encryption_context?: Readonly<Record<string, string>> | string | undefined
  readonly sequence?: string | undefined
}

/**
 * What `encryptData` answers.
 */
export interface EncryptDataReply {
  readonly key_id: string
  readonly cipher_text: string
}

/**
 * What `encryptDatakey` takes.
 */
export interface EncryptDatakeyRequest {
  readonly key_id: string
  /** hex(key ‖ digest of key) */
  readonly plain_text: string
  /** Bytes of the key alone. */
  readonly datakey_plain_length: string | number
  readonly additional_authenticated_data?: string | undefined
  readonly encryption_context?: Readonly<Record<string, string>> | string | undefined
  readonly pin?: string | undefined
  readonly pin_type?: 'CipherText' | 'PlainText' | undefined
  readonly sequence?: string | undefined
}

/**
 * What `encryptDatakey` answers.
 */
export interface EncryptDatakeyReply {
  readonly key_id: string
  readonly cipher_text: string
  readonly datakey_length: string | number
}

/** Operations on: Data and data keys. */
export interface DataOperations {
  /**
   * Make a data key, in the clear and encrypted.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0208: The encryption context is malformed.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.1901: datakey_length must be 8 to 8192 bits.
   * - 400 KMS.1903: datakey_length must be a multiple of 8.
   * - 400 KMS.1902: The key_spec of the data key is not one of the allowed.
   * - 400 KMS.0308: The PIN is not valid, or was used before.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:dek:create).
   * - 403 KMS.0306: The user has no permission for this key (kms:dek:create).
   */
  readonly createDatakey: Call<CreateDatakeyRequest, CreateDatakeyReply>
  /**
   * Make a data key, encrypted only.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0208: The encryption context is malformed.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.2001: datakey_length must be 8 to 8192 bits.
   * - 400 KMS.1903: datakey_length must be a multiple of 8.
   * - 400 KMS.1902: The key_spec of the data key is not one of the allowed.
   * - 400 KMS.0308: The PIN is not valid, or was used before.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:dek:create).
   * - 403 KMS.0306: The user has no permission for this key (kms:dek:create).
   */
  readonly createDatakeyWithoutPlaintext: Call<CreateDatakeyWithoutPlaintextRequest, CreateDatakeyWithoutPlaintextReply>
  /**
   * Make random bits.
   *
   * Refused with:
   * - 400 KMS.1801: random_data_length must be 8 to 8192 bits.
   * - 400 KMS.1802: random_data_length must be a multiple of 8.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:generate).
   */
  readonly createRandom: Call<CreateRandomRequest, CreateRandomReply>
  /**
   * Decrypt what EncryptData encrypted.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0208: The encryption context is malformed.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0209: Version {version} of the key is retired: it opens nothing until it is restored.
   * - 400 KMS.0308: The cipher text cannot be decrypted.
   * - 400 KMS.0308: The PIN is not valid, or was used before.
   * - 400 KMS.0204: The required parameter {name} is missing.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:crypto).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:crypto).
   */
  readonly decryptData: Call<DecryptDataRequest, DecryptDataReply>
  /**
   * Decrypt a data key.
   *
   * Refused with:
   * - 400 KMS.0209: Version {version} of the key is retired: it opens nothing until it is restored.
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0208: The encryption context is malformed.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0308: The cipher text cannot be decrypted.
   * - 400 KMS.2201: cipher_text is not valid.
   * - 400 KMS.2202: datakey_cipher_length must be 1 to 1024 bytes.
   * - 400 KMS.2203: The digest in cipher_text does not match.
   * - 400 KMS.2204: cipher_text and datakey_cipher_length do not fit together.
   * - 400 KMS.0308: The PIN is not valid, or was used before.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:dek:crypto).
   * - 403 KMS.0306: The user has no permission for this key (kms:dek:crypto).
   */
  readonly decryptDatakey: Call<DecryptDatakeyRequest, DecryptDatakeyReply>
  /**
   * Encrypt up to 4096 bytes.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0208: The encryption context is malformed.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:crypto).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:crypto).
   */
  readonly encryptData: Call<EncryptDataRequest, EncryptDataReply>
  /**
   * Encrypt a data key that the caller has.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0208: The encryption context is malformed.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.2101: plain_text must be the data key and its digest in hexadecimal.
   * - 400 KMS.2102: datakey_plain_length must be 1 to 1024 bytes.
   * - 400 KMS.2103: The digest in plain_text does not match the data key.
   * - 400 KMS.2104: plain_text and datakey_plain_length do not fit together.
   * - 400 KMS.0308: The PIN is not valid, or was used before.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:dek:crypto).
   * - 403 KMS.0306: The user has no permission for this key (kms:dek:crypto).
   */
  readonly encryptDatakey: Call<EncryptDatakeyRequest, EncryptDatakeyReply>
}
