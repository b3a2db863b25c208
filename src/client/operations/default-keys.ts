// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call } from '../call.ts'

/**
 * What `ensureDefaultKey` takes.
 */
export interface EnsureDefaultKeyRequest {
  readonly service: string
}

/**
 * What `ensureDefaultKey` answers.
 */
export interface EnsureDefaultKeyReply {
  readonly key_id: string
  readonly key_alias: string
}

/** Operations on: Default keys. */
export interface DefaultKeysOperations {
  /**
   * Tell the default key of a service in the project; make it at the first asking.
   *
   * Refused with:
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 403 KMS.0307: The user has no permission for this operation (keyturn:defaultKey:ensure).
   */
  readonly ensureDefaultKey: Call<EnsureDefaultKeyRequest, EnsureDefaultKeyReply>
}
