// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call, OptionalCall } from '../call.ts'
import type { KeyRow, KeySpec, KeyState, KeyVersion } from './shapes.ts'

/**
 * What `listKeyVersions` takes.
 */
export interface ListKeyVersionsRequest {
  readonly key_id: string
  /** The parameter limit must be 1 to 1000. */
  readonly limit?: string | number | undefined
  readonly marker?: string | number | undefined
  /** For how many days a version must not have been used to be retired; 90 without it. */
  readonly unused_days?: string | undefined
}

/**
 * What `listKeyVersions` answers.
 */
export interface ListKeyVersionsReply {
  readonly versions: readonly KeyVersion[]
  readonly next_marker: string
  /** Since when uses are counted: what came before is not among them. */
  readonly counted_since: string
}

/**
 * What `searchKeys` takes.
 */
export interface SearchKeysRequest {
  readonly key_state?: KeyState | number | undefined
  readonly key_spec?: KeySpec | 'ALL' | undefined
  /** Beginning of the alias. */
  readonly alias?: string | undefined
  readonly tag_key?: string | undefined
  /** Only together with `tag_key`. */
  readonly tag_value?: string | undefined
  /** `on`, `off`, `overdue`: on and past its due time; `never`: on or off, and never rotated. */
  readonly rotation?: 'on' | 'off' | 'overdue' | 'never' | undefined
  readonly sort?: 'created' | 'alias' | 'next-rotation' | 'last-rotation' | undefined
  readonly order?: 'asc' | 'desc' | undefined
  /** The parameter limit must be 1 to 200. */
  readonly limit?: string | number | undefined
  /** `next_marker` of the page before, with the same filter and order. */
  readonly marker?: string | undefined
}

/**
 * What `searchKeys` answers.
 */
export interface SearchKeysReply {
  readonly keys: readonly KeyRow[]
  /** Empty at the end. A page may be short, or even empty, before the end. */
  readonly next_marker: string
  /** How many keys match; left out when counting them would take long. */
  readonly total?: number
}

/**
 * What `showKeyRow` takes.
 */
export interface ShowKeyRowRequest {
  readonly key_id: string
}

/**
 * What `showKeyRow` answers.
 */
export interface ShowKeyRowReply {
  readonly key: KeyRow
}

/** Operations on: Keys at a glance. */
export interface KeyTableOperations {
  /**
   * List the versions of a key, the newest first, and how much each is used.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.1601: The parameter limit must be 1 to 1000.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:get).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:get).
   */
  readonly listKeyVersions: Call<ListKeyVersionsRequest, ListKeyVersionsReply>
  /**
   * Search the keys of a project, sorted, with their rotation.
   *
   * Refused with:
   * - 400 KMS.0204: The required parameter {name} is missing.
   * - 400 KMS.1601: The parameter limit must be 1 to 200.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:list).
   */
  readonly searchKeys: OptionalCall<SearchKeysRequest, SearchKeysReply>
  /**
   * Tell all of a key and its rotation in one answer.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:get).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:get).
   */
  readonly showKeyRow: Call<ShowKeyRowRequest, ShowKeyRowReply>
}
