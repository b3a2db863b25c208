// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OptionalCall } from '../call.ts'
import type { AuditRecord } from './shapes.ts'

/**
 * What `listAuditRecords` takes.
 */
export interface ListAuditRecordsRequest {
  /** Milliseconds since 1970, inclusive. */
  readonly from?: string | undefined
  /** Milliseconds since 1970, exclusive. */
  readonly to?: string | undefined
  readonly operation?: string | undefined
  /** Name or id of a user. */
  readonly user?: string | undefined
  readonly key_id?: string | undefined
  readonly request_id?: string | undefined
  readonly outcome?: 'allowed' | 'refused' | 'failed' | undefined
  /** The parameter limit must be 1 to 200. */
  readonly limit?: string | number | undefined
  readonly marker?: string | undefined
}

/**
 * What `listAuditRecords` answers.
 */
export interface ListAuditRecordsReply {
  readonly records: readonly AuditRecord[]
  /** Empty at the end. A page may be short, or even empty, before the end. */
  readonly next_marker: string
  /** How far back the answer looked; with a marker the next one goes on from there. */
  readonly searched_back_to?: string
  readonly node: string
}

/**
 * What `listSigningKeys` answers.
 */
export interface ListSigningKeysReply {
  readonly keys: readonly {
    readonly key_id: string
    readonly use: 'rotation-attestation' | 'audit-checkpoint'
    readonly algorithm: string
    readonly public_key: string
  }[]
}

/** Operations on: Audit log. */
export interface AuditOperations {
  /**
   * Read the audit log of the node that answers, the newest records first.
   *
   * Refused with:
   * - 400 KMS.1601: The parameter limit must be 1 to 200.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (keyturn:audit:list).
   * - 403 KMS.0306: The user has no permission for this key (keyturn:audit:list).
   */
  readonly listAuditRecords: OptionalCall<ListAuditRecordsRequest, ListAuditRecordsReply>
  /**
   * List the public keys that attestations and audit checkpoints are verified with.
   */
  readonly listSigningKeys: OptionalCall<Readonly<Record<never, never>>, ListSigningKeysReply>
}
