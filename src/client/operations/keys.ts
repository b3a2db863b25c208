// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call, OptionalCall } from '../call.ts'
import type { KeyDetails, KeyOrigin, KeySpec, KeyState, KeyUsage } from './shapes.ts'

/**
 * What `cancelKeyDeletion` takes.
 */
export interface CancelKeyDeletionRequest {
  readonly key_id: string
  readonly sequence?: string | undefined
}

/**
 * What `cancelKeyDeletion` answers.
 */
export interface CancelKeyDeletionReply {
  readonly key_id: string
  readonly key_state: KeyState
}

/**
 * What `createKey` takes.
 */
export interface CreateKeyRequest {
  readonly key_alias: string
  readonly key_spec?: KeySpec | undefined
  readonly key_usage?: KeyUsage | undefined
  /** The key description is not valid: at most 255 characters, no control characters. */
  readonly key_description?: string | undefined
  readonly origin?: KeyOrigin | undefined
  readonly enterprise_project_id?: string | undefined
  readonly keystore_id?: string | undefined
  readonly tags?: readonly {
    readonly key: string
    readonly value?: string
  }[] | undefined
  readonly sequence?: string | undefined
}

/**
 * What `createKey` answers.
 */
export interface CreateKeyReply {
  readonly key_info: {
    readonly key_id: string
    readonly domain_id: string
    readonly region_id: string
  }
}

/**
 * What `deleteKey` takes.
 */
export interface DeleteKeyRequest {
  readonly key_id: string
  /** The deletion must wait 7 to 1096 days. */
  readonly pending_days: string | number
  readonly sequence?: string | undefined
}

/**
 * What `deleteKey` answers.
 */
export interface DeleteKeyReply {
  readonly key_id: string
  readonly key_state: KeyState
}

/**
 * What `disableKey` takes.
 */
export interface DisableKeyRequest {
  readonly key_id: string
  readonly sequence?: string | undefined
}

/**
 * What `disableKey` answers.
 */
export interface DisableKeyReply {
  readonly key_info: {
    readonly key_id: string
    readonly key_state: KeyState
  }
}

/**
 * What `enableKey` takes.
 */
export interface EnableKeyRequest {
  readonly key_id: string
  readonly sequence?: string | undefined
}

/**
 * What `enableKey` answers.
 */
export interface EnableKeyReply {
  readonly key_info: {
    readonly key_id: string
    readonly key_state: KeyState
  }
}

/**
 * What `listKeyDetail` takes.
 */
export interface ListKeyDetailRequest {
  readonly key_id: string
  readonly sequence?: string | undefined
}

/**
 * What `listKeyDetail` answers.
 */
export interface ListKeyDetailReply {
  readonly key_info: KeyDetails
}

/**
 * What `listKeys` takes.
 */
export interface ListKeysRequest {
  /** The parameter limit must be 1 to 9999. */
  readonly limit?: string | number | undefined
  readonly marker?: string | number | undefined
  readonly key_state?: KeyState | number | undefined
  readonly key_spec?: KeySpec | 'ALL' | undefined
  readonly enterprise_project_id?: string | undefined
  readonly sequence?: string | undefined
}

/**
 * What `listKeys` answers.
 */
export interface ListKeysReply {
  readonly keys: readonly string[]
  readonly key_details: readonly KeyDetails[]
  readonly next_marker: string
  readonly truncated: 'true' | 'false'
  readonly total: number
}

/**
 * What `showUserInstances` answers.
 */
export interface ShowUserInstancesReply {
  readonly instance_num: number
}

/**
 * What `showUserQuotas` answers.
 */
export interface ShowUserQuotasReply {
  readonly quotas: {
    readonly resources: readonly {
      readonly type: string
      readonly used: number
      readonly quota: number
    }[]
  }
}

/**
 * What `updateKeyAlias` takes.
 */
export interface UpdateKeyAliasRequest {
  readonly key_id: string
  readonly key_alias: string
  readonly sequence?: string | undefined
}

/**
 * What `updateKeyAlias` answers.
 */
export interface UpdateKeyAliasReply {
  readonly key_info: {
    readonly key_id: string
    readonly key_alias: string
  }
}

/**
 * What `updateKeyDescription` takes.
 */
export interface UpdateKeyDescriptionRequest {
  readonly key_id: string
  /** The key description is not valid: at most 255 characters, no control characters. */
  readonly key_description: string
  readonly sequence?: string | undefined
}

/**
 * What `updateKeyDescription` answers.
 */
export interface UpdateKeyDescriptionReply {
  readonly key_info: {
    readonly key_id: string
    readonly key_description: string
  }
}

/** Operations on: Keys. */
export interface KeysOperations {
  /**
   * End the waiting period before a deletion.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.1501: The key is not waiting for its deletion.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:update).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:update).
   */
  readonly cancelKeyDeletion: Call<CancelKeyDeletionRequest, CancelKeyDeletionReply>
  /**
   * Make a master key.
   *
   * Refused with:
   * - 400 KMS.1101: The key alias is not valid: 1 to 255 of a-z A-Z 0-9 : / _ -, not ending in /default.
   * - 400 KMS.1104: A key with this alias exists already.
   * - 400 KMS.1103: The key description is not valid: at most 255 characters, no control characters.
   * - 400 KMS.1105: The number of keys has reached its quota ({quota}).
   * - 400 KMS.0406: The key of a tag is not valid.
   * - 400 KMS.0411: The key of a tag has 1 to 128 characters.
   * - 400 KMS.0405: The value of a tag is not valid.
   * - 400 KMS.0410: The value of a tag has at most 255 characters.
   * - 400 KMS.0409: A key has at most {max} tags.
   * - 400 KMS.8003: The key store does not exist, or is in the wrong state, or still has keys.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:create).
   */
  readonly createKey: Call<CreateKeyRequest, CreateKeyReply>
  /**
   * Delete a key after a waiting period.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.1402: The key is waiting for its deletion already.
   * - 400 KMS.1401: The deletion must wait 7 to 1096 days.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:update).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:update).
   */
  readonly deleteKey: Call<DeleteKeyRequest, DeleteKeyReply>
  /**
   * Suspend every use of a key.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.1301: The key is not enabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:disable).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:disable).
   */
  readonly disableKey: Call<DisableKeyRequest, DisableKeyReply>
  /**
   * Let a disabled key be used again.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.1201: The key is not disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:enable).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:enable).
   */
  readonly enableKey: Call<EnableKeyRequest, EnableKeyReply>
  /**
   * Tell all there is to know of a key.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:get).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:get).
   */
  readonly listKeyDetail: Call<ListKeyDetailRequest, ListKeyDetailReply>
  /**
   * List the keys of a project, page by page.
   *
   * Refused with:
   * - 400 KMS.1601: The parameter limit must be 1 to 9999.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:list).
   */
  readonly listKeys: OptionalCall<ListKeysRequest, ListKeysReply>
  /**
   * Count the keys of a project, default keys left out.
   *
   * Refused with:
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:getInstance).
   */
  readonly showUserInstances: OptionalCall<Readonly<Record<never, never>>, ShowUserInstancesReply>
  /**
   * Tell how many keys and grants a project has and may have.
   *
   * Refused with:
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:getQuota).
   */
  readonly showUserQuotas: OptionalCall<Readonly<Record<never, never>>, ShowUserQuotasReply>
  /**
   * Give a key another alias.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.1101: The key alias is not valid: 1 to 255 of a-z A-Z 0-9 : / _ -, not ending in /default.
   * - 400 KMS.1104: A key with this alias exists already.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:update).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:update).
   */
  readonly updateKeyAlias: Call<UpdateKeyAliasRequest, UpdateKeyAliasReply>
  /**
   * Give a key another description.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.1103: The key description is not valid: at most 255 characters, no control characters.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:update).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:update).
   */
  readonly updateKeyDescription: Call<UpdateKeyDescriptionRequest, UpdateKeyDescriptionReply>
}
