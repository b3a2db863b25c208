// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call, OptionalCall } from '../call.ts'
import type { RotationDay, RotationEvent } from './shapes.ts'

/**
 * What `disableKeyRotation` takes.
 */
export interface DisableKeyRotationRequest {
  readonly key_id: string
  readonly sequence?: string | undefined
}

/**
 * What `enableKeyRotation` takes.
 */
export interface EnableKeyRotationRequest {
  readonly key_id: string
  readonly sequence?: string | undefined
}

/**
 * What `listProjectRotationEvents` takes.
 */
export interface ListProjectRotationEventsRequest {
  /** Milliseconds since 1970, inclusive. */
  readonly from?: string | undefined
  /** Milliseconds since 1970, exclusive. */
  readonly to?: string | undefined
  /** The parameter limit must be 1 to 1000. */
  readonly limit?: string | number | undefined
  readonly marker?: string | undefined
}

/**
 * What `listProjectRotationEvents` answers.
 */
export interface ListProjectRotationEventsReply {
  readonly events: readonly RotationEvent[]
  /** Empty at the end. */
  readonly next_marker: string
}

/**
 * What `listRotationEvents` takes.
 */
export interface ListRotationEventsRequest {
  readonly key_id: string
  /** The parameter limit must be 1 to 1000. */
  readonly limit?: string | number | undefined
  readonly marker?: string | number | undefined
}

/**
 * What `listRotationEvents` answers.
 */
export interface ListRotationEventsReply {
  readonly events: readonly RotationEvent[]
  readonly next_marker: string
}

/**
 * What `rotateOnDemand` takes.
 */
export interface RotateOnDemandRequest {
  readonly key_id: string
  readonly sequence?: string | undefined
}

/**
 * What `rotateOnDemand` answers.
 */
export interface RotateOnDemandReply {
  readonly key_id: string
}

/**
 * What `showKeyRotationStatus` takes.
 */
export interface ShowKeyRotationStatusRequest {
  readonly key_id: string
  readonly sequence?: string | undefined
}

/**
 * What `showKeyRotationStatus` answers.
 */
export interface ShowKeyRotationStatusReply {
  readonly key_rotation_enabled: boolean
  /** Days. */
  readonly rotation_interval: number
  /** Left out while the key has never rotated. */
  readonly last_rotation_time?: string
  readonly number_of_rotations: number
  readonly key_materials: readonly {
    readonly material_id: string
    readonly charge_id: string
    readonly create_time: string
    readonly expiration_time: string
    readonly state: number
  }[]
}

/**
 * What `showRotationAttestation` takes.
 */
export interface ShowRotationAttestationRequest {
  readonly key_id: string
  /** Version that the statement begins with; without it the newest 1000 are stated. */
  readonly first_version?: string | undefined
  /** Change of settings that the statement begins with; without it the newest 1000 are stated. */
  readonly first_change?: string | undefined
}

/**
 * What `showRotationAttestation` answers.
 */
export interface ShowRotationAttestationReply {
  /** Header of the JWS, base64url; `kid` in it says which key signed. */
  readonly protected: string
  /** The statement as canonical JSON, base64url. */
  readonly payload: string
  /** Ed25519 over both, base64url. */
  readonly signature: string
}

/**
 * What `showRotationOverview` takes.
 */
export interface ShowRotationOverviewRequest {
  /** First day of the calendar, milliseconds since 1970; today without it. Days are those of UTC. */
  readonly from?: string | undefined
  /** Days of the calendar, 1 to 366; 90 without it. */
  readonly days?: string | undefined
}

/**
 * What `showRotationOverview` answers.
 */
export interface ShowRotationOverviewReply {
  /** The time of the clock that rotates keys. */
  readonly now: string
  /** Keys that rotate by themselves. */
  readonly on: number
  /** Keys that could rotate by themselves and do not. */
  readonly off: number
  /** Keys of kinds that do not rotate by themselves: asymmetric, imported, default, replicas. */
  readonly not_rotatable: number
  /** Keys that could rotate, by themselves or not, and never have. */
  readonly never_rotated: number
  /** Keys past their due time. */
  readonly overdue: number
  /** Days with something on them, in order. */
  readonly days: readonly RotationDay[]
}

/**
 * What `updateKeyRotationInterval` takes.
 */
export interface UpdateKeyRotationIntervalRequest {
  readonly key_id: string
  /** rotation_interval must be a whole number of 30 to 365 days. */
  readonly rotation_interval: number
  readonly sequence?: string | undefined
}

/**
 * What `setRotationLimits` takes.
 */
export interface SetRotationLimitsRequest {
  readonly key_id: string
  /** Encryptions and data keys by one version, before the key rotates; left out: no such limit. */
  readonly max_uses?: number | undefined
  /** Bytes of plaintext under one version, before the key rotates; left out: no such limit. */
  readonly max_bytes?: number | undefined
}

/**
 * What `setRotationLimits` answers.
 */
export interface SetRotationLimitsReply {
  /** Encryptions and data keys by one version, before the key rotates; left out: no such limit. */
  readonly max_uses?: number
  /** Bytes of plaintext under one version, before the key rotates; left out: no such limit. */
  readonly max_bytes?: number
}

/**
 * What `showRotationLimits` takes.
 */
export interface ShowRotationLimitsRequest {
  readonly key_id: string
}

/**
 * What `showRotationLimits` answers.
 */
export interface ShowRotationLimitsReply {
  /** Encryptions and data keys by one version, before the key rotates; left out: no such limit. */
  readonly max_uses?: number
  /** Bytes of plaintext under one version, before the key rotates; left out: no such limit. */
  readonly max_bytes?: number
  /** The version that protects now; left out until there is material. */
  readonly primary_version?: number
  /** How often that version has protected. */
  readonly uses: number
  /** How many bytes of plaintext that version has protected. */
  readonly bytes: number
}

/** Operations on: Rotation. */
export interface RotationOperations {
  /**
   * Stop a key from rotating by itself.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0312: A key with imported material cannot be rotated so.
   * - 400 KMS.0324: Only symmetric keys can be rotated.
   * - 400 KMS.0308: The key is a replica: it rotates with its primary and not by itself.
   * - 400 KMS.0313: Rotation is not enabled for the key.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:disableRotation).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:disableRotation).
   */
  readonly disableKeyRotation: Call<DisableKeyRotationRequest, Readonly<Record<never, never>>>
  /**
   * Let a key rotate by itself, every 365 days to begin with.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0312: A key with imported material cannot be rotated so.
   * - 400 KMS.0324: Only symmetric keys can be rotated.
   * - 400 KMS.0308: The key is a replica: it rotates with its primary and not by itself.
   * - 400 KMS.2901: Rotation is enabled for the key already.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:enableRotation).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:enableRotation).
   */
  readonly enableKeyRotation: Call<EnableKeyRotationRequest, Readonly<Record<never, never>>>
  /**
   * List the rotations of all keys of a project, the newest first.
   *
   * Refused with:
   * - 400 KMS.1601: The parameter limit must be 1 to 1000.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:getRotation).
   */
  readonly listProjectRotationEvents: OptionalCall<ListProjectRotationEventsRequest, ListProjectRotationEventsReply>
  /**
   * List the rotations of a key, the oldest first; also of one that was destroyed.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.1601: The parameter limit must be 1 to 1000.
   * - 400 KMS.1602: The parameter marker is out of range.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:getRotation).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:getRotation).
   */
  readonly listRotationEvents: Call<ListRotationEventsRequest, ListRotationEventsReply>
  /**
   * Rotate a key now.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0312: A key with imported material cannot be rotated so.
   * - 400 KMS.0324: Only symmetric keys can be rotated.
   * - 400 KMS.0308: The key is a replica: it rotates with its primary and not by itself.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:rotateOnDemand).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:rotateOnDemand).
   */
  readonly rotateOnDemand: Call<RotateOnDemandRequest, RotateOnDemandReply>
  /**
   * Tell whether, how often and when a key rotates and has rotated.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:getRotation).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:getRotation).
   */
  readonly showKeyRotationStatus: Call<ShowKeyRotationStatusRequest, ShowKeyRotationStatusReply>
  /**
   * State the versions, rotations and rotation settings of a key, signed: others check it without the server.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:getRotation).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:getRotation).
   */
  readonly showRotationAttestation: Call<ShowRotationAttestationRequest, ShowRotationAttestationReply>
  /**
   * Count what rotates when in a project, and what does not.
   *
   * Refused with:
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:getRotation).
   */
  readonly showRotationOverview: OptionalCall<ShowRotationOverviewRequest, ShowRotationOverviewReply>
  /**
   * Change how often a key rotates by itself.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0312: A key with imported material cannot be rotated so.
   * - 400 KMS.0324: Only symmetric keys can be rotated.
   * - 400 KMS.0308: The key is a replica: it rotates with its primary and not by itself.
   * - 400 KMS.0313: Rotation is not enabled for the key.
   * - 400 KMS.3001: rotation_interval must be a whole number of 30 to 365 days.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:updateRotation).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:updateRotation).
   */
  readonly updateKeyRotationInterval: Call<UpdateKeyRotationIntervalRequest, Readonly<Record<never, never>>>
  /**
   * Let a key rotate after so many uses or bytes; without either, no longer.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0209: The key is disabled.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0308: The key has no material yet: it was not imported.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0312: A key with imported material cannot be rotated so.
   * - 400 KMS.0324: Only symmetric keys can be rotated.
   * - 400 KMS.0308: The key is a replica: it rotates with its primary and not by itself.
   * - 400 KMS.0308: The parameter {name} is not valid.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:updateRotation).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:updateRotation).
   */
  readonly setRotationLimits: Call<SetRotationLimitsRequest, SetRotationLimitsReply>
  /**
   * Tell after how much use a key rotates, and how much it was used.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmk:getRotation).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmk:getRotation).
   */
  readonly showRotationLimits: Call<ShowRotationLimitsRequest, ShowRotationLimitsReply>
}
