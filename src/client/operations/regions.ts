// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call, OptionalCall } from '../call.ts'

/**
 * What `listSupportRegions` takes.
 */
export interface ListSupportRegionsRequest {
  /** The parameter limit must be 1 to 1000. */
  readonly limit?: string | number | undefined
  readonly offset?: string | number | undefined
}

/**
 * What `listSupportRegions` answers.
 */
export interface ListSupportRegionsReply {
  readonly regions: readonly string[]
}

/**
 * What `receiveReplica` takes.
 */
export interface ReceiveReplicaRequest {
  readonly region: string
  readonly parcel: string
}

/**
 * What `receiveReplica` answers.
 */
export interface ReceiveReplicaReply {
  readonly key_id: string
  readonly domain_id: string
}

/**
 * What `replicateKey` takes.
 */
export interface ReplicateKeyRequest {
  readonly key_id: string
  readonly replica_region: string
  readonly key_alias: string
  /** The key description is not valid: at most 255 characters, no control characters. */
  readonly key_description?: string | undefined
  readonly enterprise_project_id?: string | undefined
  readonly replica_project_id: string
  readonly tags?: readonly {
    readonly key: string
    readonly value?: string
  }[] | undefined
}

/**
 * What `replicateKey` answers.
 */
export interface ReplicateKeyReply {
  readonly key_id: string
  readonly domain_id: string
  readonly region: string
}

/**
 * What `updatePrimaryRegion` takes.
 */
export interface UpdatePrimaryRegionRequest {
  readonly key_id: string
  readonly primary_region: string
}

/**
 * What `updatePrimaryRegion` answers.
 */
export interface UpdatePrimaryRegionReply {
  readonly key_id: string
  readonly primary_region: string
}

/** Operations on: Regions. */
export interface RegionsOperations {
  /**
   * List the regions that keys can be replicated to, this one included.
   *
   * Refused with:
   * - 400 KMS.1601: The parameter limit must be 1 to 1000.
   * - 400 KMS.0417: The parameter offset is out of range.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:listRegions).
   */
  readonly listSupportRegions: OptionalCall<ListSupportRegionsRequest, ListSupportRegionsReply>
  /**
   * Take what another region sends of a key: a replica, new versions, or the primary role.
   *
   * Refused with:
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.1104: A key with this alias exists already.
   * - 400 KMS.1105: The number of keys has reached its quota ({quota}).
   * - 404 KMS.0207: The key does not exist.
   * - 403 KMS.0307: The user has no permission for this operation (keyturn:replica:receive).
   */
  readonly receiveReplica: Call<ReceiveReplicaRequest, ReceiveReplicaReply>
  /**
   * Make a replica of a key in another region, which follows its rotations.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0308: The key cannot be replicated so: it is a replica, imported, or kept in a token.
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.1104: A key with this alias exists already.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0308: The other region refused ({code}).
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.1101: The key alias is not valid: 1 to 255 of a-z A-Z 0-9 : / _ -, not ending in /default.
   * - 400 KMS.1103: The key description is not valid: at most 255 characters, no control characters.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:replicate).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:replicate).
   */
  readonly replicateKey: Call<ReplicateKeyRequest, ReplicateKeyReply>
  /**
   * Let the replica of a key in another region become the one that rotates.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key cannot be replicated so: it is a replica, imported, or kept in a token.
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 502 APIGW.0202: A service that this one depends on cannot be reached or gave an invalid answer.
   * - 504 APIGW.0203: A service that this one depends on did not answer in time.
   * - 400 KMS.0308: The other region refused ({code}).
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:updatePrimaryRegion).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:updatePrimaryRegion).
   */
  readonly updatePrimaryRegion: Call<UpdatePrimaryRegionRequest, UpdatePrimaryRegionReply>
}
