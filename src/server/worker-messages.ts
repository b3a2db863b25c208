import type { RootKeyParcel } from '../crypto/root-key.ts'
import type { MachineBuffers } from './machine-memory.ts'
import type { MetricsSnapshot } from './metrics.ts'
import type { Settings } from './settings-table.ts'

/** Root keys, the current one first. */
export type RootParcels = readonly [RootKeyParcel, ...RootKeyParcel[]]

/** The root keys of a thread. */
export interface RingParcel {
  readonly roots: RootParcels
  /** What is left of dropped ones, as `pastRootBytes` has it. */
  readonly past: Uint8Array<ArrayBuffer>
}

/** What a worker thread knows from its birth. */
export interface WorkerBirth {
  readonly settings: Settings
  readonly slot: number
  /** How many threads serve. */
  readonly servers: number
  readonly buffers: MachineBuffers
  /** Folder of compiled code; undefined when there is none. */
  readonly compileCache: string | undefined
}

/** What the main thread tells a worker. */
export type ToWorker =
  | { readonly kind: 'start'; readonly port: number; readonly ring: RingParcel }
  /** Other root keys from now on. */
  | { readonly kind: 'roots'; readonly id: number; readonly ring: RingParcel }
  | { readonly kind: 'snapshot'; readonly id: number }
  /** Undefined when there is none now. */
  | { readonly kind: 'page'; readonly id: number; readonly page: string | undefined }
  /** Take nothing new, answer what is under way, close everything, end. */
  | { readonly kind: 'stop' }

/** What a worker tells the main thread. */
export type FromWorker =
  | { readonly kind: 'listening'; readonly host: string; readonly port: number }
  | { readonly kind: 'snapshot'; readonly id: number; readonly snapshot: MetricsSnapshot }
  | { readonly kind: 'wants-page'; readonly id: number }
  | { readonly kind: 'took-roots'; readonly id: number }
  | { readonly kind: 'sync-soon' }
  /** It could not start. */
  | { readonly kind: 'failed'; readonly message: string }
