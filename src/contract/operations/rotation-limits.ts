import { Type } from 'typebox'
import { ROTATION_BYTES, ROTATION_USES } from '../../core/rotation-limits.ts'
import { optional, plain } from '../field.ts'
import { keyId, number } from '../fields.ts'
import { needs, operation } from '../operation.ts'

const LIMITS = {
  /** Encryptions and data keys by one version, before the key rotates; left out: no such limit. */
  max_uses: optional(
    plain(Type.Integer({ minimum: ROTATION_USES.min, maximum: ROTATION_USES.max })),
  ),
  /** Bytes of plaintext under one version, before the key rotates; left out: no such limit. */
  max_bytes: optional(
    plain(Type.Integer({ minimum: ROTATION_BYTES.min, maximum: ROTATION_BYTES.max })),
  ),
}

const PATH = '/keyturn/v1/{project_id}/keys/{key_id}/rotation-limits'

export const ShowRotationLimits = operation({
  id: 'ShowRotationLimits',
  api: 'keyturn',
  method: 'GET',
  path: PATH,
  access: needs('kms:cmk:getRotation'),
  summary: 'Tell after how much use a key rotates, and how much it was used',
  pathFields: { key_id: keyId },
  response: {
    ...LIMITS,
    /** The version that protects now; left out until there is material. */
    primary_version: optional(number),
    /** How often that version has protected. */
    uses: number,
    /** How many bytes of plaintext that version has protected. */
    bytes: number,
  },
  faults: ['key-not-found'],
  source: 'ours',
})

export const SetRotationLimits = operation({
  id: 'SetRotationLimits',
  api: 'keyturn',
  method: 'PUT',
  path: PATH,
  access: needs('kms:cmk:updateRotation'),
  summary: 'Let a key rotate after so many uses or bytes; without either, no longer',
  repeatable: true,
  pathFields: { key_id: keyId },
  request: LIMITS,
  response: LIMITS,
  faults: [
    'key-not-found',
    'key-disabled',
    'key-pending-deletion',
    'key-pending-import',
    'default-key',
    'imported-not-rotatable',
    'asymmetric-not-rotatable',
    'replica-not-rotatable',
    'field-invalid',
  ],
  source: 'ours',
})
