import type { EpochMs } from '../core/time.ts'
import type { AuditRecord } from './audit-log.ts'

/** Which records somebody wants to see; what is left out restricts nothing. */
export interface AuditQuery {
  /** Only records of this project, of what others did with its keys by grants, and of commands on its tenant or all of the store. */
  readonly projectId: string
  readonly tenantId: string
  /** Inclusive. */
  readonly from?: EpochMs | undefined
  /** Exclusive. */
  readonly to?: EpochMs | undefined
  readonly operation?: string | undefined
  /** Id or name. */
  readonly user?: string | undefined
  readonly keyId?: string | undefined
  readonly requestId?: string | undefined
  readonly outcome?: 'allowed' | 'refused' | 'failed' | undefined
}

/** A record with its place in its chain. */
export interface StoredAuditRecord extends AuditRecord {
  readonly chain: string
  readonly number: number
}

/** How far the chain of a thread was read: what stands before this offset of a file is to come. */
export interface AuditPlace {
  readonly slot: number
  /** Number of the file in its chain. */
  readonly sequence: number
  /** Bytes. */
  readonly offset: number
}

/** A page of records. */
export interface AuditPage {
  /** The newest first. */
  readonly records: readonly StoredAuditRecord[]
  /** Where the next page goes on, in each chain that is not read to its end; empty at the end. */
  readonly next: readonly AuditPlace[]
  /** All that is newer was looked at; undefined when nothing is left. */
  readonly searchedBackTo: EpochMs | undefined
}

/** The audit log of a node, for looking into it. Whether it is whole is for `keyturn audit verify`. */
export interface AuditReader {
  /** Name of the node. */
  readonly node: string
  /**
   * Records from the newest back. It reads no more than some megabytes: a page may be short, or
   * empty, before the end. Where the clock went back, records stand in the order of their chain.
   *
   * @param after Where a page before ended; undefined for the first page.
   */
  readonly read: (
    query: AuditQuery,
    page: { readonly after?: readonly AuditPlace[] | undefined; readonly limit: number },
  ) => Promise<AuditPage>
}
