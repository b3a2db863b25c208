// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call } from '../call.ts'

/**
 * What `restoreKeyVersion` takes.
 */
export interface RestoreKeyVersionRequest {
  readonly key_id: string
  readonly version: string
}

/**
 * What `restoreKeyVersion` answers.
 */
export interface RestoreKeyVersionReply {
  readonly key_id: string
  readonly version: number
}

/**
 * What `retireKeyVersion` takes.
 */
export interface RetireKeyVersionRequest {
  readonly key_id: string
  readonly version: string
  /** What was re-encrypted before, in your words: it is kept with the version. */
  readonly re_encrypted: string
  /** For how many days a version must not have been used to be retired; 90 without it. */
  readonly unused_days?: number | undefined
}

/**
 * What `retireKeyVersion` answers.
 */
export interface RetireKeyVersionReply {
  readonly key_id: string
  readonly version: number
  readonly retired_time: string
}

/** Operations on: Old versions. */
export interface OldVersionsOperations {
  /**
   * Let a retired version open again what it protected.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.1201: Version {version} of the key is not retired.
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:enable).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:enable).
   */
  readonly restoreKeyVersion: Call<RestoreKeyVersionRequest, RestoreKeyVersionReply>
  /**
   * Let an old version open nothing any more; it can be restored.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0308: Version {version} of the key cannot be retired: it is not an old version, or was used lately, or is not watched for long enough.
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:disable).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:disable).
   */
  readonly retireKeyVersion: Call<RetireKeyVersionRequest, RetireKeyVersionReply>
}
