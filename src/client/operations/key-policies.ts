// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call } from '../call.ts'
import type { KeyPolicy } from './shapes.ts'

/**
 * What `createKeyPolicy` takes.
 */
export interface CreateKeyPolicyRequest {
  readonly keyspace_id: string
  readonly policy_name: string
  readonly policy: string
  /** The key description is not valid: at most 255 characters, no control characters. */
  readonly description?: string | undefined
}

/**
 * What `createKeyPolicy` answers.
 */
export interface CreateKeyPolicyReply {
  readonly policy_id: string
}

/**
 * What `deleteKeyPolicy` takes.
 */
export interface DeleteKeyPolicyRequest {
  readonly policy_id: string
}

/**
 * What `listKeyPolicy` takes.
 */
export interface ListKeyPolicyRequest {
  readonly keyspace_id: string
  /** The parameter limit must be 1 to 100. */
  readonly limit?: string | number | undefined
  readonly marker?: string | undefined
}

/**
 * What `listKeyPolicy` answers.
 */
export interface ListKeyPolicyReply {
  readonly keyspace_policies: readonly KeyPolicy[]
  readonly page_info: {
    readonly next_marker: string
    readonly current_count: number
  }
}

/**
 * What `showKeyPolicy` takes.
 */
export interface ShowKeyPolicyRequest {
  readonly policy_id: string
}

/**
 * What `showKeyPolicy` answers.
 */
export interface ShowKeyPolicyReply {
  readonly policy_id: string
  readonly policy_name: string
  readonly keyspace_id: string
  readonly description: string
  readonly created_by: string
  readonly create_time: string
  readonly last_modify_time: string
  readonly last_access_time: string
  readonly policy: {
    readonly version: string
    readonly validity_period?: {
      readonly start_time?: string
      readonly end_time?: string
    }
    readonly allowed_access_point?: readonly string[]
    readonly allowed_data_security_zone?: readonly string[]
  }
}

/**
 * What `updateKeyPolicy` takes.
 */
export interface UpdateKeyPolicyRequest {
  readonly policy_id: string
  readonly policy: string
  /** The key description is not valid: at most 255 characters, no control characters. */
  readonly description?: string | undefined
}

/**
 * What `updateKeyPolicy` answers.
 */
export interface UpdateKeyPolicyReply {
  readonly policy_id: string
  readonly policy: {
    readonly version: string
    readonly validity_period?: {
      readonly start_time?: string
      readonly end_time?: string
    }
    readonly allowed_access_point?: readonly string[]
    readonly allowed_data_security_zone?: readonly string[]
  }
  readonly description: string
  readonly last_modify_time: string
}

/** Operations on: Key policies. */
export interface KeyPoliciesOperations {
  /**
   * Make a policy that says where and when data key capsules open.
   *
   * Refused with:
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.1103: The key description is not valid: at most 255 characters, no control characters.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keyPolicy:create).
   */
  readonly createKeyPolicy: Call<CreateKeyPolicyRequest, CreateKeyPolicyReply>
  /**
   * Delete a key policy: capsules bound to it open no more.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keyPolicy:delete).
   */
  readonly deleteKeyPolicy: Call<DeleteKeyPolicyRequest, Readonly<Record<never, never>>>
  /**
   * List the key policies of a trusted key space, page by page.
   *
   * Refused with:
   * - 400 KMS.1601: The parameter limit must be 1 to 100.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keyPolicy:list).
   */
  readonly listKeyPolicy: Call<ListKeyPolicyRequest, ListKeyPolicyReply>
  /**
   * Tell all there is to know of a key policy.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keyPolicy:get).
   */
  readonly showKeyPolicy: Call<ShowKeyPolicyRequest, ShowKeyPolicyReply>
  /**
   * Change what a key policy says.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.1103: The key description is not valid: at most 255 characters, no control characters.
   * - 403 KMS.0307: The user has no permission for this operation (kms:keyPolicy:update).
   */
  readonly updateKeyPolicy: Call<UpdateKeyPolicyRequest, UpdateKeyPolicyReply>
}
