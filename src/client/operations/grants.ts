// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call, OptionalCall } from '../call.ts'
import type { Grant, GrantOperation } from './shapes.ts'

/**
 * What `cancelGrant` takes.
 */
export interface CancelGrantRequest {
  readonly key_id: string
  readonly grant_id: string
  readonly sequence?: string | undefined
}

/**
 * What `cancelSelfGrant` takes.
 */
export interface CancelSelfGrantRequest {
  readonly key_id: string
  readonly grant_id: string
  readonly sequence?: string | undefined
}

/**
 * What `createGrant` takes.
 */
export interface CreateGrantRequest {
  readonly key_id: string
  readonly grantee_principal: string
  readonly grantee_principal_type?: 'user' | 'domain' | undefined
  readonly operations: readonly GrantOperation[]
  readonly name?: string | undefined
  readonly retiring_principal?: string | undefined
  readonly sequence?: string | undefined
}

/**
 * What `createGrant` answers.
 */
export interface CreateGrantReply {
  readonly grant_id: string
}

/**
 * What `listGrants` takes.
 */
export interface ListGrantsRequest {
  readonly key_id: string
  /** The parameter limit must be 1 to 1000. */
  readonly limit?: string | number | undefined
  readonly marker?: string | number | undefined
  readonly sequence?: string | undefined
}

/**
 * What `listGrants` answers.
 */
export interface ListGrantsReply {
  readonly grants: readonly Grant[]
  readonly next_marker: string
  readonly truncated: 'true' | 'false'
  readonly total: number
}

/**
 * What `listRetirableGrants` takes.
 */
export interface ListRetirableGrantsRequest {
  /** The parameter limit must be 1 to 1000. */
  readonly limit?: string | number | undefined
  readonly marker?: string | number | undefined
  readonly sequence?: string | undefined
}

/**
 * What `listRetirableGrants` answers.
 */
export interface ListRetirableGrantsReply {
  readonly grants: readonly Grant[]
  readonly next_marker: string
  readonly truncated: 'true' | 'false'
  readonly total: number
}

/** Operations on: Grants. */
export interface GrantsOperations {
  /**
   * Take a grant back.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.2501: The grant does not exist.
   * - 400 KMS.2502: grant_id and key_id do not belong together.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:grant:revoke).
   * - 403 KMS.0306: The user has no permission for this key (kms:grant:revoke).
   */
  readonly cancelGrant: Call<CancelGrantRequest, Readonly<Record<never, never>>>
  /**
   * Give a grant up, as its retiring principal or as a grantee with that right.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.2501: The grant does not exist.
   * - 400 KMS.2502: grant_id and key_id do not belong together.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:grant:retire).
   * - 403 KMS.0306: The user has no permission for this key (kms:grant:retire).
   */
  readonly cancelSelfGrant: Call<CancelSelfGrantRequest, Readonly<Record<never, never>>>
  /**
   * Let somebody use a key, also from another project or tenant.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.2401: The operations of a grant may be neither none nor create-grant alone.
   * - 400 KMS.2402: A principal of the grant is not valid: 1 to 64 letters and digits.
   * - 400 KMS.2404: The key has as many grants as it may have ({quota}).
   * - 400 KMS.2405: The grantee has as many grants as it may have ({quota}).
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:grant:create).
   * - 403 KMS.0306: The user has no permission for this key (kms:grant:create).
   */
  readonly createGrant: Call<CreateGrantRequest, CreateGrantReply>
  /**
   * List the grants on a key, page by page.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.1601: The parameter limit must be 1 to 1000.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:grant:list).
   * - 403 KMS.0306: The user has no permission for this key (kms:grant:list).
   */
  readonly listGrants: Call<ListGrantsRequest, ListGrantsReply>
  /**
   * List the grants that the caller may give up as their retiring principal.
   *
   * Refused with:
   * - 400 KMS.1601: The parameter limit must be 1 to 1000.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 400 KMS.0206: The parameter sequence is malformed.
   */
  readonly listRetirableGrants: OptionalCall<ListRetirableGrantsRequest, ListRetirableGrantsReply>
}
