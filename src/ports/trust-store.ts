import type { AccessPoint } from '../core/access-point.ts'
import type { ProjectId } from '../core/ids.ts'
import type { KeyPolicy } from '../core/key-policy.ts'
import type { EpochMs } from '../core/time.ts'

/** A page of things of one trusted key space, in order of their ids, which is that of creation. */
export interface TrustPage {
  readonly projectId: ProjectId
  readonly keyspaceId: string
  /** Id of the last thing of the page before, which may be gone; undefined for the first page. */
  readonly afterId: string | undefined
  readonly limit: number
}

/** Key policies and access points: what data key capsules are bound to. */
export interface TrustStore {
  readonly insertPolicy: (policy: KeyPolicy) => Promise<void>
  readonly findPolicy: (id: string) => Promise<KeyPolicy | undefined>
  /** Replaces a policy; false when there is none of that id. */
  readonly replacePolicy: (policy: KeyPolicy) => Promise<boolean>
  readonly removePolicy: (id: string) => Promise<boolean>
  readonly pagePolicies: (page: TrustPage) => Promise<readonly KeyPolicy[]>

  /** @param wrappedPrivateKey Of a custom one, to be fetched once. */
  readonly insertAccessPoint: (
    accessPoint: AccessPoint,
    wrappedPrivateKey: Uint8Array | undefined,
  ) => Promise<void>
  readonly findAccessPoint: (id: string) => Promise<AccessPoint | undefined>
  readonly enableAccessPoint: (id: string, isEnabled: boolean, at: EpochMs) => Promise<boolean>
  readonly removeAccessPoint: (id: string) => Promise<boolean>
  /** The wrapped private key, which is forgotten thereby; undefined when it was fetched before. */
  readonly takePrivateKey: (id: string) => Promise<Uint8Array | undefined>
  readonly pageAccessPoints: (page: TrustPage) => Promise<readonly AccessPoint[]>
}
