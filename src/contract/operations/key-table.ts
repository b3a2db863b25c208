import { Type } from 'typebox'
import { MAX_PAGE_EVENTS } from '../../core/limits.ts'
import { oneOf, optional, plain } from '../field.ts'
import {
  epochMsText,
  epochMsTextOrEmpty,
  keyId,
  keyOrigin,
  keySpecFilter,
  keyStateFilter,
  marker,
  materialId,
  nextMarker,
  number,
  pageLimit,
  text,
  textOf,
} from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'
import { KEY_DETAILS } from './key-info.ts'

/** Most keys on a page of the table. */
const MAX_PAGE_ROWS = 200

/** A key as a row of a table: all that describe-key tells, and its rotation. */
const KEY_ROW = {
  ...KEY_DETAILS,
  /** Left out until there is material. */
  primary_version: optional(number),
  /** Days; left out while rotation is off. */
  rotation_interval: optional(number),
  /** When the key will rotate by itself; left out when it will not. */
  next_rotation_time: optional(epochMsText),
  /** Left out while the key has never rotated. */
  last_rotation_time: optional(epochMsText),
  number_of_rotations: number,
}

export const SearchKeys = operation({
  id: 'SearchKeys',
  api: 'keyturn',
  method: 'GET',
  path: '/keyturn/v1/{project_id}/keys',
  access: { kind: 'permissionInHandler', permission: 'kms:cmk:list' },
  summary: 'Search the keys of a project, sorted, with their rotation',
  query: {
    key_state: optional(keyStateFilter),
    key_spec: optional(keySpecFilter),
    /** Beginning of the alias. */
    alias: optional(textOf({ maxLength: 255 })),
    tag_key: optional(textOf({ minLength: 1, maxLength: 128 })),
    /** Only together with `tag_key`. */
    tag_value: optional(textOf({ maxLength: 255 })),
    /** `on`, `off`, `overdue`: on and past its due time; `never`: on or off, and never rotated. */
    rotation: optional(oneOf(['on', 'off', 'overdue', 'never'])),
    sort: optional(oneOf(['created', 'alias', 'next-rotation', 'last-rotation'])),
    order: optional(oneOf(['asc', 'desc'])),
    limit: optional(pageLimit(MAX_PAGE_ROWS)),
    /** `next_marker` of the page before, with the same filter and order. */
    marker: optional(plain(Type.String({ maxLength: 600 }))),
  },
  response: {
    keys: listOf(objectOf(KEY_ROW)),
    /** Empty at the end. A page may be short, or even empty, before the end. */
    next_marker: text,
    /** How many keys match; left out when counting them would take long. */
    total: optional(number),
  },
  faults: ['parameter-missing', 'limit-out-of-range', 'marker-out-of-range'],
  source: 'ours',
})

export const ShowKeyRow = operation({
  id: 'ShowKeyRow',
  api: 'keyturn',
  method: 'GET',
  path: '/keyturn/v1/{project_id}/keys/{key_id}',
  access: needs('kms:cmk:get'),
  summary: 'Tell all of a key and its rotation in one answer',
  pathFields: { key_id: keyId },
  response: { key: objectOf(KEY_ROW) },
  faults: ['key-not-found'],
  source: 'ours',
})

export const ListKeyVersions = operation({
  id: 'ListKeyVersions',
  api: 'keyturn',
  method: 'GET',
  path: '/keyturn/v1/{project_id}/keys/{key_id}/versions',
  access: needs('kms:cmk:get'),
  summary: 'List the versions of a key, the newest first, and how much each is used',
  pathFields: { key_id: keyId },
  query: { limit: optional(pageLimit(MAX_PAGE_EVENTS)), marker: optional(marker) },
  response: {
    versions: listOf(
      objectOf({
        version: number,
        material_id: materialId,
        origin: keyOrigin,
        create_time: epochMsText,
        /** Empty: its material does not expire. */
        expiration_time: epochMsTextOrEmpty,
        /** `primary` protects; `former` still opens what it protected; `gone`: without material. */
        state: oneOf(['primary', 'former', 'gone']),
        /** How often it protected: encryptions, data keys, signatures, MACs. */
        protect_count: number,
        /** How many bytes of plaintext it protected, where it is of a symmetric key. */
        protect_bytes: number,
        /** How often it opened or verified. */
        open_count: number,
        /** Left out while it was never used. */
        last_used_time: optional(epochMsText),
      }),
    ),
    next_marker: nextMarker,
    /** Since when uses are counted: what came before is not among them. */
    counted_since: epochMsText,
  },
  faults: ['key-not-found', 'limit-out-of-range', 'marker-out-of-range'],
  source: 'ours',
})
