import type { EpochMs } from '../core/time.ts'

/** What one record says. Only what stands here is ever written: no field can hold a secret. */
export interface AuditRecord {
  readonly at: EpochMs
  readonly requestId: string
  /** Id of the operation; undefined when the request named none. */
  readonly operation: string | undefined
  /** Who asked: a user, or `scheduler`; undefined when nobody proved to be anybody. */
  readonly actor: AuditActor | undefined
  readonly projectId: string | undefined
  readonly keyId: string | undefined
  readonly keyVersion: number | undefined
  /** The project of the key, where that is not the project of who asked: a grant let it. */
  readonly keyProjectId?: string | undefined
  /** The key that something was opened by, when another key protects it anew. */
  readonly opened?: AuditedKey | undefined
  /** HTTP status of the reply; 0 for work that no request asked for. */
  readonly status: number
  /** Error code of the reply; undefined when it was no error. */
  readonly code: string | undefined
  /** Address that the request came from. */
  readonly source: string | undefined
  /** More facts by name, where the operation has some. */
  readonly detail?: Readonly<Record<string, string | number>>
}

/** The credential of whoever works on the store itself, by a command on its machine. */
export const COMMAND_LINE = 'command-line'

/** One more key that a record is about. */
export interface AuditedKey {
  readonly keyId: string
  readonly version: number
  /** As `keyProjectId` of a record. */
  readonly projectId: string | undefined
}

/** Who caused a record. */
export interface AuditActor {
  readonly userId: string
  readonly userName: string
  /** Of a command the tenant that it was about; empty where it was about all of the store. */
  readonly tenantId: string
  /** `token`, the id of the access key, or {@link COMMAND_LINE}. */
  readonly credential: string
}

/** Figures for metrics. */
export interface AuditFigures {
  readonly records: number
  readonly groups: number
  readonly failures: number
}

/** Where a chain stands. */
export interface AuditHead {
  readonly chain: string
  /** How many records it has. */
  readonly records: number
  /** Hash of the last group, 32 bytes. */
  readonly head: Uint8Array
}

/** The log that no request passes unrecorded. */
export interface AuditLog {
  /** Why records cannot be written now, for health; undefined when they can. */
  readonly problem: () => string | undefined
  /** Accepts a record. Fulfilled when the log has it; rejected when it cannot: then do not reply. */
  readonly append: (record: AuditRecord) => Promise<void>
  readonly figures: () => AuditFigures
  /** Where the chain stands: what was appended and is not written yet does not count. */
  readonly head: () => AuditHead
  /** Writes what is left, makes a checkpoint, closes. */
  readonly close: () => Promise<void>
}

/** A signed statement of how far a chain had come, kept apart from the log itself. */
export interface AuditCheckpoint {
  readonly chain: string
  /** Number of the last record it covers. */
  readonly count: number
  /** Head of the hash chain after that record, 32 bytes. */
  readonly head: Uint8Array
  /** Ed25519, over what `audit/checkpoint` says. */
  readonly signature: Uint8Array
  readonly at: EpochMs
}

/** Where checkpoints are kept: in the database, so that cutting the log's tail is found. */
export interface CheckpointStore {
  /** Notes to which place, `NODE/THREAD`, a chain belongs: so that one that is gone is missed there. */
  readonly register: (chain: string, place: string) => Promise<void>
  /** The chains of a place. */
  readonly chainsOf: (place: string) => Promise<readonly string[]>
  readonly put: (checkpoint: AuditCheckpoint) => Promise<void>
  /** The newest checkpoint of a chain. */
  readonly newest: (chain: string) => Promise<AuditCheckpoint | undefined>
  /** All checkpoints of a chain, in order of their counts. */
  readonly list: (chain: string) => Promise<readonly AuditCheckpoint[]>
}
