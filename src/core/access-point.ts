import type { ProjectId } from './ids.ts'
import type { EpochMs } from './time.ts'

/** What proves to be an access point: a machine, a container cluster, or whoever has its key. */
export type AccessPointKind = 'ecs' | 'cce' | 'custom'

/** Something that may open data key capsules once it has proved to be itself. */
export interface AccessPoint {
  /** A UUID. */
  readonly id: string
  readonly projectId: ProjectId
  readonly keyspaceId: string
  readonly name: string
  readonly kind: AccessPointKind
  readonly isEnabled: boolean
  /** Its public key in PEM; undefined for one that cannot prove anything. */
  readonly publicKey: string | undefined
  readonly clusterId: string | undefined
  readonly description: string
  readonly createdBy: string
  readonly createdAt: EpochMs
  readonly modifiedAt: EpochMs
}
