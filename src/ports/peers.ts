import type { KeyId, TenantId } from '../core/ids.ts'

/** What another region answers when it has taken a parcel. */
export interface PeerAnswer {
  /** The key there. */
  readonly keyId: KeyId
  readonly tenantId: TenantId
}

/** Another region did not take a parcel. */
export class PeerError extends Error {
  override readonly name = 'PeerError'
  readonly kind: 'timeout' | 'invalid' | 'refused'
  /** Its error code when it refused. */
  readonly code: string

  constructor(kind: PeerError['kind'], message: string, code = '', options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
    this.code = code
  }
}

/** The regions that keys can be replicated to. */
export interface Peers {
  readonly isConfigured: boolean
  /** Names, without this region's. */
  readonly regions: readonly string[]
  /**
   * Sends a parcel, encrypted for that region alone.
   *
   * @throws {PeerError}
   */
  readonly send: (region: string, projectId: string, content: Uint8Array) => Promise<PeerAnswer>
  /** What a parcel from a region holds; undefined when it is not from there, or not for us. */
  readonly open: (region: string, parcel: Uint8Array) => Uint8Array | undefined
}
