// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call, OptionalCall } from '../call.ts'
import type { Alias } from './shapes.ts'

/**
 * What `associateAlias` takes.
 */
export interface AssociateAliasRequest {
  readonly alias: string
  readonly target_key_id: string
}

/**
 * What `associateAlias` answers.
 */
export interface AssociateAliasReply {
  readonly domain_id: string
  readonly key_id: string
  readonly alias: string
  readonly alias_urn: string
  readonly create_time: string
  readonly update_time: string
}

/**
 * What `createAlias` takes.
 */
export interface CreateAliasRequest {
  readonly key_id: string
  readonly alias: string
}

/**
 * What `createAlias` answers.
 */
export interface CreateAliasReply {
  readonly domain_id: string
  readonly key_id: string
  readonly alias: string
  readonly alias_urn: string
  readonly create_time: string
  readonly update_time: string
}

/**
 * What `deleteAlias` takes.
 */
export interface DeleteAliasRequest {
  readonly key_id: string
  readonly aliases: readonly string[]
}

/**
 * What `listAliases` takes.
 */
export interface ListAliasesRequest {
  readonly key_id?: string | undefined
  /** The parameter limit must be 1 to 1000. */
  readonly limit?: string | number | undefined
  readonly marker?: string | number | undefined
}

/**
 * What `listAliases` answers.
 */
export interface ListAliasesReply {
  readonly aliases: readonly Alias[]
  readonly page_info: {
    readonly next_marker: string
    readonly current_count: number
  }
}

/** Operations on: Aliases. */
export interface AliasesOperations {
  /**
   * Let an alias stand for another key.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.1101: The key alias is not valid: 1 to 255 of a-z A-Z 0-9 : / _ -, not ending in /default.
   * - 400 KMS.1105: The key has as many aliases as it may have ({quota}).
   * - 404 KMS.0207: The alias does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:alias:associate).
   */
  readonly associateAlias: Call<AssociateAliasRequest, AssociateAliasReply>
  /**
   * Give a key one more name.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.1101: The key alias is not valid: 1 to 255 of a-z A-Z 0-9 : / _ -, not ending in /default.
   * - 400 KMS.1104: A key with this alias exists already.
   * - 400 KMS.1105: The key has as many aliases as it may have ({quota}).
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:alias:create).
   * - 403 KMS.0306: The user has no permission for this key (kms:alias:create).
   */
  readonly createAlias: Call<CreateAliasRequest, CreateAliasReply>
  /**
   * Take aliases from a key.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.1101: The key alias is not valid: 1 to 255 of a-z A-Z 0-9 : / _ -, not ending in /default.
   * - 404 KMS.0207: The alias does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:alias:delete).
   * - 403 KMS.0306: The user has no permission for this key (kms:alias:delete).
   */
  readonly deleteAlias: Call<DeleteAliasRequest, Readonly<Record<never, never>>>
  /**
   * List the aliases of a key, or of the project, page by page.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.1601: The parameter limit must be 1 to 1000.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:alias:list).
   * - 403 KMS.0306: The user has no permission for this key (kms:alias:list).
   */
  readonly listAliases: OptionalCall<ListAliasesRequest, ListAliasesReply>
}
