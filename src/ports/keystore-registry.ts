import type { ProjectId, TenantId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import type { Numbered, PageRequest } from './page.ts'

/** What a key store's token is, as the wire has it. */
export type KeystoreKind = 'DHSM' | 'CDMS'

/** A key store: keys made in it live and work inside a token. */
export interface Keystore {
  /** A UUID. */
  readonly id: string
  readonly projectId: ProjectId
  readonly tenantId: TenantId
  readonly alias: string
  readonly kind: KeystoreKind
  /** Names the token among those that the operator has configured. */
  readonly clusterId: string
  readonly isEnabled: boolean
  readonly createdAt: EpochMs
}

/** Key stores and PINs. */
export interface KeystoreRegistry {
  readonly insert: (keystore: Keystore) => Promise<'inserted' | 'alias-taken'>
  readonly find: (id: string) => Promise<Keystore | undefined>
  readonly enable: (id: string, isEnabled: boolean) => Promise<boolean>
  /** Removes a key store that is disabled and has no keys; false otherwise. */
  readonly remove: (id: string) => Promise<boolean>
  readonly page: (projectId: ProjectId, page: PageRequest) => Promise<readonly Numbered<Keystore>[]>
  /** The numbers alone of what `page` has, for whoever passes over many. */
  readonly numbers: (projectId: ProjectId, page: PageRequest) => Promise<readonly number[]>
  readonly count: (projectId: ProjectId) => Promise<number>

  /** @param digest SHA-256 of the PIN. */
  readonly insertPin: (
    digest: Uint8Array,
    projectId: ProjectId,
    keystoreId: string,
    at: EpochMs,
  ) => Promise<void>
  /** Uses a PIN up; false when it is not known for that key store, or was used before. */
  readonly spendPin: (
    digest: Uint8Array,
    projectId: ProjectId,
    keystoreId: string,
  ) => Promise<boolean>
}
