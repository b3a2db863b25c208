// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call } from '../call.ts'

/**
 * What `createEcDatakeyPair` takes.
 */
export interface CreateEcDatakeyPairRequest {
  readonly key_id: string
  /** Whether the private key is answered in the clear too; true when left out. */
  readonly with_plain_text?: boolean | undefined
  readonly additional_authenticated_data?: string | undefined
  readonly encryption_context?: Readonly<Record<string, string>> | string | undefined
  readonly pin?: string | undefined
  readonly pin_type?: 'CipherText' | 'PlainText' | undefined
  readonly sequence?: string | undefined
  readonly key_spec: 'ECC_NIST_P256' | 'ECC_NIST_P384' | 'ECC_NIST_P521' | 'ECC_SECG_P256K1' | 'SM2'
}

/**
 * What `createEcDatakeyPair` answers.
 */
export interface CreateEcDatakeyPairReply {
  readonly key_id: string
  /** SubjectPublicKeyInfo in DER. */
  readonly public_key: string
  /** PKCS #8 in DER, encrypted as data and as a data key are: either operation opens it. */
  readonly private_key_cipher_text: string
  readonly private_key_plain_text?: string
  readonly key_spec: string
}

/**
 * What `createRsaDatakeyPair` takes.
 */
export interface CreateRsaDatakeyPairRequest {
  readonly key_id: string
  /** Whether the private key is answered in the clear too; true when left out. */
  readonly with_plain_text?: boolean | undefined
  readonly additional_authenticated_data?: string | undefined
  readonly encryption_context?: Readonly<Record<string, string>> | string | undefined
  readonly pin?: string | undefined
  readonly pin_type?: 'CipherText' | 'PlainText' | undefined
  readonly sequence?: string | undefined
  readonly key_spec: 'RSA_2048' | 'RSA_3072' | 'RSA_4096'
}

/**
 * What `createRsaDatakeyPair` answers.
 */
export interface CreateRsaDatakeyPairReply {
  readonly key_id: string
  /** SubjectPublicKeyInfo in DER. */
  readonly public_key: string
  /** PKCS #8 in DER, encrypted as data and as a data key are: either operation opens it. */
  readonly private_key_cipher_text: string
  readonly private_key_plain_text?: string
  readonly key_spec: string
}

/** Operations on: Data key pairs. */
export interface DataKeyPairsOperations {
  /**
   * Make a key pair on a curve, its private half encrypted and, if asked for, in the clear.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0208: The encryption context is malformed.
   * - 400 KMS.1902: The key_spec of the data key is not one of the allowed.
   * - 400 KMS.0308: The PIN is not valid, or was used before.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:dek:create).
   * - 403 KMS.0306: The user has no permission for this key (kms:dek:create).
   */
  readonly createEcDatakeyPair: Call<CreateEcDatakeyPairRequest, CreateEcDatakeyPairReply>
  /**
   * Make an RSA key pair, its private half encrypted and, if asked for, in the clear.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: The key is not made for this operation or algorithm.
   * - 400 KMS.0208: The encryption context is malformed.
   * - 400 KMS.1902: The key_spec of the data key is not one of the allowed.
   * - 400 KMS.0308: The PIN is not valid, or was used before.
   * - 400 KMS.0209: The key store of the key is disabled.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:dek:create).
   * - 403 KMS.0306: The user has no permission for this key (kms:dek:create).
   */
  readonly createRsaDatakeyPair: Call<CreateRsaDatakeyPairRequest, CreateRsaDatakeyPairReply>
}
