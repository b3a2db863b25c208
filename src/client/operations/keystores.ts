// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call, OptionalCall } from '../call.ts'
import type { KeyStore } from './shapes.ts'

/**
 * What `createKeyStore` takes.
 */
export interface CreateKeyStoreRequest {
  readonly keystore_alias: string
  readonly keystore_type?: 'DEFAULT' | 'DHSM' | 'CDMS' | undefined
  readonly hsm_cluster_id?: string | undefined
  readonly hsm_ca_cert?: string | undefined
  readonly cluster_id?: string | undefined
}

/**
 * What `createKeyStore` answers.
 */
export interface CreateKeyStoreReply {
  readonly keystore: {
    readonly keystore_id: string
    readonly domain_id: string
  }
}

/**
 * What `createPin` takes.
 */
export interface CreatePinRequest {
  readonly pin_type?: 'CipherText' | 'PlainText' | undefined
  readonly keystore_id?: string | undefined
}

/**
 * What `createPin` answers.
 */
export interface CreatePinReply {
  readonly pin: string
}

/**
 * What `deleteKeyStore` takes.
 */
export interface DeleteKeyStoreRequest {
  readonly keystore_id: string
}

/**
 * What `disableKeyStore` takes.
 */
export interface DisableKeyStoreRequest {
  readonly keystore_id: string
}

/**
 * What `disableKeyStore` answers.
 */
export interface DisableKeyStoreReply {
  readonly keystore: {
    readonly keystore_id: string
    readonly keystore_state: '2' | '3'
  }
}

/**
 * What `enableKeyStore` takes.
 */
export interface EnableKeyStoreRequest {
  readonly keystore_id: string
}

/**
 * What `enableKeyStore` answers.
 */
export interface EnableKeyStoreReply {
  readonly keystore: {
    readonly keystore_id: string
    readonly keystore_state: '2' | '3'
  }
}

/**
 * What `listKeyStores` takes.
 */
export interface ListKeyStoresRequest {
  /** The parameter limit must be 1 to 1000. */
  readonly limit?: string | number | undefined
  readonly offset?: string | number | undefined
}

/**
 * What `listKeyStores` answers.
 */
export interface ListKeyStoresReply {
  readonly total: number
  readonly keystores: readonly KeyStore[]
}

/**
 * What `showKeyStore` takes.
 */
export interface ShowKeyStoreRequest {
  readonly keystore_id: string
}

/**
 * What `showKeyStore` answers.
 */
export interface ShowKeyStoreReply {
  readonly keystore: KeyStore
}

/** Operations on: Key stores. */
export interface KeystoresOperations {
  /**
   * Open a key store: keys made in it live and work inside a token.
   *
   * Refused with:
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.1104: A key with this alias exists already.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keystore:create).
   */
  readonly createKeyStore: Call<CreateKeyStoreRequest, CreateKeyStoreReply>
  /**
   * Make a PIN: a data key made with it opens with it alone.
   *
   * Refused with:
   * - 400 KMS.8003: The key store does not exist, or is in the wrong state, or still has keys.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keystore:createPin).
   */
  readonly createPin: OptionalCall<CreatePinRequest, CreatePinReply>
  /**
   * Close a key store that is disabled and has no keys.
   *
   * Refused with:
   * - 400 KMS.8003: The key store does not exist, or is in the wrong state, or still has keys.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keystore:delete).
   */
  readonly deleteKeyStore: Call<DeleteKeyStoreRequest, Readonly<Record<never, never>>>
  /**
   * Suspend every use of the keys of a key store.
   *
   * Refused with:
   * - 400 KMS.8003: The key store does not exist, or is in the wrong state, or still has keys.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keystore:disable).
   */
  readonly disableKeyStore: Call<DisableKeyStoreRequest, DisableKeyStoreReply>
  /**
   * Let the keys of a key store be used again.
   *
   * Refused with:
   * - 400 KMS.8003: The key store does not exist, or is in the wrong state, or still has keys.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keystore:enable).
   */
  readonly enableKeyStore: Call<EnableKeyStoreRequest, EnableKeyStoreReply>
  /**
   * List the key stores of a project, page by page.
   *
   * Refused with:
   * - 400 KMS.1601: The parameter limit must be 1 to 1000.
   * - 400 KMS.0417: The parameter offset is out of range.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keystore:list).
   */
  readonly listKeyStores: OptionalCall<ListKeyStoresRequest, ListKeyStoresReply>
  /**
   * Tell all there is to know of a key store.
   *
   * Refused with:
   * - 400 KMS.8003: The key store does not exist, or is in the wrong state, or still has keys.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keystore:get).
   */
  readonly showKeyStore: Call<ShowKeyStoreRequest, ShowKeyStoreReply>
}
