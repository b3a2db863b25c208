// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call } from '../call.ts'
import type { AccessPoint } from './shapes.ts'

/**
 * What `createAccessPoint` takes.
 */
export interface CreateAccessPointRequest {
  readonly keyspace_id: string
  readonly access_point_name: string
  readonly type: number | '1' | '2' | '3'
  /** Public key in PEM: of the cluster, or of who attests for the machine. */
  readonly identity?: string | undefined
  readonly cluster_id?: string | undefined
  /** The key description is not valid: at most 255 characters, no control characters. */
  readonly description?: string | undefined
}

/**
 * What `createAccessPoint` answers.
 */
export interface CreateAccessPointReply {
  readonly access_point_id: string
}

/**
 * What `deleteAccessPoint` takes.
 */
export interface DeleteAccessPointRequest {
  readonly access_point_id: string
}

/**
 * What `disableAccessPoint` takes.
 */
export interface DisableAccessPointRequest {
  readonly access_point_id: string
}

/**
 * What `downloadAccessPointPrivateKey` takes.
 */
export interface DownloadAccessPointPrivateKeyRequest {
  readonly access_point_id: string
}

/**
 * What `downloadAccessPointPrivateKey` answers.
 */
export interface DownloadAccessPointPrivateKeyReply {
  readonly access_point_id: string
  readonly private_key: string
}

/**
 * What `enableAccessPoint` takes.
 */
export interface EnableAccessPointRequest {
  readonly access_point_id: string
}

/**
 * What `listAccessPoint` takes.
 */
export interface ListAccessPointRequest {
  readonly keyspace_id: string
  /** The parameter limit must be 1 to 100. */
  readonly limit?: string | number | undefined
  readonly marker?: string | undefined
}

/**
 * What `listAccessPoint` answers.
 */
export interface ListAccessPointReply {
  readonly access_points: readonly AccessPoint[]
  readonly page_info: {
    readonly next_marker: string
    readonly current_count: number
  }
}

/** Operations on: Access points. */
export interface AccessPointsOperations {
  /**
   * Make an access point: whoever proves to be it may open data key capsules.
   *
   * Refused with:
   * - 400 KMS.0204: The required parameter {name} is missing.
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.1103: The key description is not valid: at most 255 characters, no control characters.
   * - 403 KMS.0307: The user has no permission for this operation (kms:accessPoint:create).
   */
  readonly createAccessPoint: Call<CreateAccessPointRequest, CreateAccessPointReply>
  /**
   * Delete an access point.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   * - 403 KMS.0307: The user has no permission for this operation (kms:accessPoint:delete).
   */
  readonly deleteAccessPoint: Call<DeleteAccessPointRequest, Readonly<Record<never, never>>>
  /**
   * Keep an access point from opening capsules.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   * - 403 KMS.0307: The user has no permission for this operation (kms:accessPoint:disable).
   */
  readonly disableAccessPoint: Call<DisableAccessPointRequest, Readonly<Record<never, never>>>
  /**
   * Fetch the private key of a custom access point, once: it is not kept here.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   * - 403 KMS.0307: The user has no permission for this operation (kms:accessPoint:getPrivateKey).
   */
  readonly downloadAccessPointPrivateKey: Call<DownloadAccessPointPrivateKeyRequest, DownloadAccessPointPrivateKeyReply>
  /**
   * Let an access point open capsules again.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such resource.
   * - 403 KMS.0307: The user has no permission for this operation (kms:accessPoint:enable).
   */
  readonly enableAccessPoint: Call<EnableAccessPointRequest, Readonly<Record<never, never>>>
  /**
   * List the access points of a trusted key space, page by page.
   *
   * Refused with:
   * - 400 KMS.1601: The parameter limit must be 1 to 100.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 403 KMS.0307: The user has no permission for this operation (kms:accessPoint:list).
   */
  readonly listAccessPoint: Call<ListAccessPointRequest, ListAccessPointReply>
}
