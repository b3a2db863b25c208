import { Type } from 'typebox'
import { MAX_PAGE_EVENTS } from '../../core/limits.ts'
import type { Days } from '../../core/time.ts'
import { field, oneOf, optional, plain } from '../field.ts'
import {
  boolean,
  epochMsText,
  epochMsTextOrEmpty,
  keyId,
  marker,
  materialId,
  nextMarker,
  number,
  pageLimit,
  rotationInterval,
  sequence,
  text,
} from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'
import { KEY_REQUEST } from './key-info.ts'

const SCHEDULE_FAULTS = [
  'key-not-found',
  'key-disabled',
  'key-pending-deletion',
  'key-pending-import',
  'default-key',
  'imported-not-rotatable',
  'asymmetric-not-rotatable',
  'replica-not-rotatable',
] as const

export const EnableKeyRotation = operation({
  id: 'EnableKeyRotation',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/enable-key-rotation',
  access: needs('kms:cmk:enableRotation'),
  summary: 'Let a key rotate by itself, every 365 days to begin with',
  request: KEY_REQUEST,
  faults: [...SCHEDULE_FAULTS, 'rotation-already-enabled'],
  source: 'KMS API reference, "Enabling rotation for a key"',
})

export const DisableKeyRotation = operation({
  id: 'DisableKeyRotation',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/disable-key-rotation',
  access: needs('kms:cmk:disableRotation'),
  summary: 'Stop a key from rotating by itself',
  request: KEY_REQUEST,
  faults: [...SCHEDULE_FAULTS, 'rotation-not-enabled'],
  source: 'KMS API reference, "Disabling rotation for a key"',
})

export const UpdateKeyRotationInterval = operation({
  id: 'UpdateKeyRotationInterval',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/update-key-rotation-interval',
  access: needs('kms:cmk:updateRotation'),
  summary: 'Change how often a key rotates by itself',
  repeatable: true,
  request: { key_id: keyId, rotation_interval: rotationInterval, sequence: optional(sequence) },
  faults: [...SCHEDULE_FAULTS, 'rotation-not-enabled', 'rotation-interval-out-of-range'],
  source: 'KMS API reference, "Changing the rotation interval for a key"',
})

export const RotateOnDemand = operation({
  id: 'RotateOnDemand',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/rotate-on-demand',
  access: needs('kms:cmk:rotateOnDemand'),
  summary: 'Rotate a key now',
  request: KEY_REQUEST,
  response: { key_id: keyId },
  faults: SCHEDULE_FAULTS,
  source: 'KMS SDK 3.1.209, RotateOnDemand',
})

export const ShowKeyRotationStatus = operation({
  id: 'ShowKeyRotationStatus',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/get-key-rotation-status',
  access: needs('kms:cmk:getRotation'),
  summary: 'Tell whether, how often and when a key rotates and has rotated',
  repeatable: true,
  request: KEY_REQUEST,
  response: {
    key_rotation_enabled: boolean,
    /** Days. */
    rotation_interval: number,
    /** Left out while the key has never rotated. */
    last_rotation_time: optional(epochMsText),
    number_of_rotations: number,
    key_materials: listOf(
      objectOf({
        material_id: materialId,
        charge_id: text,
        create_time: epochMsText,
        expiration_time: epochMsTextOrEmpty,
        /** 2: in use; 0: waits for a rotation. */
        state: number,
      }),
    ),
  },
  faults: ['key-not-found'],
  source: 'KMS API reference, "Querying the rotation status of a key"',
})

/** Most days of a calendar. */
const MAX_CALENDAR_DAYS = 366

/** `days` of a calendar. */
const calendarDays = field({
  schema: Type.String({ pattern: '^[0-9]{1,3}$' }),
  decode: (wire) => {
    const count = Number(wire)
    return count >= 1 && count <= MAX_CALENDAR_DAYS ? (count as Days) : undefined
  },
  encode: (value: Days) => String(value),
})

/** A rotation that was done. */
const ROTATION_EVENT = {
  key_id: keyId,
  /** `usage`: the version before had reached a limit of use. */
  cause: oneOf(['schedule', 'demand', 're-enable', 'usage']),
  actor: text,
  from_version: number,
  to_version: number,
  time: epochMsText,
  /** When its schedule had it due; left out when it had none. */
  due_time: optional(epochMsText),
  /** Milliseconds after its due time. */
  late_ms: number,
}

export const ListRotationEvents = operation({
  id: 'ListRotationEvents',
  api: 'keyturn',
  method: 'GET',
  path: '/keyturn/v1/{project_id}/keys/{key_id}/rotation-events',
  access: needs('kms:cmk:getRotation'),
  summary: 'List the rotations of a key, the oldest first; also of one that was destroyed',
  pathFields: { key_id: keyId },
  query: { limit: optional(pageLimit(MAX_PAGE_EVENTS)), marker: optional(marker) },
  response: {
    events: listOf(objectOf(ROTATION_EVENT)),
    next_marker: nextMarker,
  },
  faults: ['key-not-found'],
  source: 'ours',
})

/** A number of a version. */
const countingNumber = field({
  schema: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }),
  decode: Number,
  encode: (value: number) => String(value),
})

export const ShowRotationAttestation = operation({
  id: 'ShowRotationAttestation',
  api: 'keyturn',
  method: 'GET',
  path: '/keyturn/v1/{project_id}/keys/{key_id}/rotation-attestation',
  access: needs('kms:cmk:getRotation'),
  summary:
    'State the versions, rotations and rotation settings of a key, signed: others check it without the server',
  pathFields: { key_id: keyId },
  query: {
    /** Version that the statement begins with; without it the newest 1000 are stated. */
    first_version: optional(countingNumber),
    /** Change of settings that the statement begins with; without it the newest 1000 are stated. */
    first_change: optional(countingNumber),
  },
  response: {
    /** Header of the JWS, base64url; `kid` in it says which key signed. */
    protected: text,
    /** The statement as canonical JSON, base64url. */
    payload: text,
    /** Ed25519 over both, base64url. */
    signature: text,
  },
  faults: ['key-not-found'],
  source: 'ours; RFC 7515 §7.2.2, RFC 8037, RFC 8785',
})

export const ListProjectRotationEvents = operation({
  id: 'ListProjectRotationEvents',
  api: 'keyturn',
  method: 'GET',
  path: '/keyturn/v1/{project_id}/rotation-events',
  access: needs('kms:cmk:getRotation'),
  summary: 'List the rotations of all keys of a project, the newest first',
  query: {
    /** Milliseconds since 1970, inclusive. */
    from: optional(epochMsText),
    /** Milliseconds since 1970, exclusive. */
    to: optional(epochMsText),
    limit: optional(pageLimit(MAX_PAGE_EVENTS)),
    marker: optional(plain(Type.String({ maxLength: 200 }))),
  },
  response: {
    events: listOf(objectOf(ROTATION_EVENT)),
    /** Empty at the end. */
    next_marker: text,
  },
  faults: ['limit-out-of-range', 'marker-out-of-range'],
  source: 'ours',
})

export const ShowRotationOverview = operation({
  id: 'ShowRotationOverview',
  api: 'keyturn',
  method: 'GET',
  path: '/keyturn/v1/{project_id}/rotation-overview',
  access: needs('kms:cmk:getRotation'),
  summary: 'Count what rotates when in a project, and what does not',
  query: {
    /** First day of the calendar, milliseconds since 1970; today without it. Days are those of UTC. */
    from: optional(epochMsText),
    /** Days of the calendar, 1 to 366; 90 without it. */
    days: optional(calendarDays),
  },
  response: {
    /** The time of the clock that rotates keys. */
    now: epochMsText,
    /** Keys that rotate by themselves. */
    on: number,
    /** Keys that could rotate by themselves and do not. */
    off: number,
    /** Keys of kinds that do not rotate by themselves: asymmetric, imported, default, replicas. */
    not_rotatable: number,
    /** Keys that could rotate, by themselves or not, and never have. */
    never_rotated: number,
    /** Keys past their due time. */
    overdue: number,
    /** Days with something on them, in order. */
    days: listOf(
      objectOf({
        /** Start of the day, UTC. */
        day: epochMsText,
        /** Rotations to come on this day. */
        due: number,
        /** Rotations done on this day. */
        done: number,
        /** Those of them that were more than a minute late. */
        late: number,
      }),
    ),
  },
  source: 'ours',
})
