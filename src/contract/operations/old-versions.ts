import { Type } from 'typebox'
import type { VersionNumber } from '../../core/ids.ts'
import type { Days } from '../../core/time.ts'
import { RETIREMENT_NOTE, UNUSED_DAYS } from '../../core/version-retirement.ts'
import { field, optional } from '../field.ts'
import { epochMsText, keyId, number, textOf } from '../fields.ts'
import { needs, operation } from '../operation.ts'

/** The number of a version, in a path. */
const versionInPath = field({
  schema: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }),
  decode: (wire) => Number(wire) as VersionNumber,
  encode: (value: VersionNumber) => String(value),
})

/** For how many days a version must not have been used, in a body. */
const unusedDays = field({
  schema: Type.Integer({ minimum: UNUSED_DAYS.min, maximum: UNUSED_DAYS.max }),
  decode: (wire) => wire as Days,
  encode: (value: Days) => value,
})

const VERSION = { key_id: keyId, version: versionInPath }

export const RetireKeyVersion = operation({
  id: 'RetireKeyVersion',
  api: 'keyturn',
  method: 'POST',
  path: '/keyturn/v1/{project_id}/keys/{key_id}/versions/{version}/retire',
  access: needs('kms:cmk:disable'),
  summary: 'Let an old version open nothing any more; it can be restored',
  pathFields: VERSION,
  request: {
    /** What was re-encrypted before, in your words: it is kept with the version. */
    re_encrypted: textOf({ minLength: RETIREMENT_NOTE.min, maxLength: RETIREMENT_NOTE.max }),
    /** For how many days a version must not have been used to be retired; 90 without it. */
    unused_days: optional(unusedDays),
  },
  response: { key_id: keyId, version: number, retired_time: epochMsText },
  faults: [
    'key-not-found',
    'default-key',
    'key-disabled',
    'key-pending-deletion',
    'key-pending-import',
    'version-not-retirable',
    'field-invalid',
  ],
  source: 'ours',
})

export const RestoreKeyVersion = operation({
  id: 'RestoreKeyVersion',
  api: 'keyturn',
  method: 'POST',
  path: '/keyturn/v1/{project_id}/keys/{key_id}/versions/{version}/restore',
  access: needs('kms:cmk:enable'),
  summary: 'Let a retired version open again what it protected',
  pathFields: VERSION,
  response: { key_id: keyId, version: number },
  faults: ['key-not-found', 'default-key', 'version-not-retired', 'field-invalid'],
  source: 'ours',
})
