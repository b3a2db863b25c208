import { Type } from 'typebox'
import { fault } from '../../core/fault.ts'
import { MAX_PAGE_KEYS } from '../../core/limits.ts'
import { oneOf, optional, plain } from '../field.ts'
import { anyText, keyId, number, pageLimit, sequence, text, wholeNumber } from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'
import { KEY_DETAILS } from './key-info.ts'

const TAG_FAULTS = [
  'key-not-found',
  'key-pending-deletion',
  'default-key',
  'tag-key-invalid',
  'tag-key-too-long',
  'tag-value-invalid',
  'tag-value-too-long',
] as const

/** A tag of a request: what it may hold is the core's to say. */
const TAG = objectOf({ key: anyText, value: optional(anyText) })
/** A tag that is looked for. */
const WANTED_TAG = objectOf({ key: text, value: optional(text) })
/** A tag of a reply. */
const STORED_TAG = objectOf({ key: text, value: text })
const TAG_VALUES = objectOf({ key: text, values: optional(listOf(text)) })

export const CreateKmsTag = operation({
  id: 'CreateKmsTag',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/{key_id}/tags',
  access: needs('kms:cmkTag:create'),
  summary: 'Put a tag on a key, in place of an older one of that name',
  repeatable: true,
  pathFields: { key_id: keyId },
  request: { tag: TAG, sequence: optional(sequence) },
  status: 204,
  faults: [...TAG_FAULTS, 'too-many-tags'],
  source: 'KMS API reference, "Adding a key tag"',
})

export const BatchCreateKmsTags = operation({
  id: 'BatchCreateKmsTags',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/{key_id}/tags/action',
  access: needs('kms:cmkTag:batch'),
  summary: 'Put several tags on a key, or take them from it',
  pathFields: { key_id: keyId },
  request: {
    tags: listOf(TAG),
    action: oneOf(['create', 'delete'], () => fault('tag-action-invalid')),
    sequence: optional(sequence),
  },
  status: 204,
  faults: [...TAG_FAULTS, 'tags-empty', 'too-many-tags', 'tag-not-found'],
  source: 'KMS API reference, "Adding or deleting key tags in batches"',
})

export const DeleteTag = operation({
  id: 'DeleteTag',
  method: 'DELETE',
  path: '/v1.0/{project_id}/kms/{key_id}/tags/{key}',
  access: needs('kms:cmkTag:delete'),
  summary: 'Take a tag from a key',
  pathFields: { key_id: keyId, key: text },
  status: 204,
  faults: ['key-not-found', 'key-pending-deletion', 'default-key', 'tag-not-found'],
  source: 'KMS API reference, "Deleting a key tag"',
})

export const ShowKmsTags = operation({
  id: 'ShowKmsTags',
  method: 'GET',
  path: '/v1.0/{project_id}/kms/{key_id}/tags',
  access: needs('kms:cmkTag:listKey'),
  summary: 'List the tags of a key',
  pathFields: { key_id: keyId },
  response: { tags: listOf(STORED_TAG), existTagsNum: number },
  faults: ['key-not-found'],
  source: 'KMS API reference, "Querying the tags of a key"',
})

export const ListKmsTags = operation({
  id: 'ListKmsTags',
  method: 'GET',
  path: '/v1.0/{project_id}/kms/tags',
  access: needs('kms:cmkTag:list'),
  summary: 'List the tags of all keys of a project, each name with its values',
  response: { tags: listOf(objectOf({ key: text, values: listOf(text) })) },
  source: 'KMS API reference, "Querying project tags"',
})

export const ListKmsByTags = operation({
  id: 'ListKmsByTags',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/{resource_instances}/action',
  access: needs('kms:cmkTag:listInstance'),
  summary: 'List or count the keys of a project that have certain tags',
  repeatable: true,
  pathFields: {
    resource_instances: plain(Type.Literal('resource_instances'), () =>
      fault('resource-type-invalid'),
    ),
  },
  request: {
    action: oneOf(['filter', 'count'], () => fault('tag-action-invalid')),
    limit: optional(pageLimit(MAX_PAGE_KEYS)),
    offset: optional({ ...wholeNumber, malformed: () => fault('offset-out-of-range') }),
    tags: optional(listOf(TAG_VALUES)),
    matches: optional(listOf(WANTED_TAG)),
    sequence: optional(sequence),
  },
  response: {
    /** Left out by `count`. */
    resources: optional(
      listOf(
        objectOf({
          resource_id: keyId,
          resource_detail: objectOf(KEY_DETAILS),
          resource_name: text,
          tags: listOf(STORED_TAG),
        }),
      ),
    ),
    total_count: number,
  },
  faults: [
    'limit-out-of-range',
    'offset-out-of-range',
    'offset-not-wanted',
    'tag-key-invalid',
    'tag-value-invalid',
    'too-many-tag-values',
    'tag-filter-invalid',
    'matches-key-invalid',
    'matches-value-invalid',
    'resource-type-invalid',
  ],
  source: 'KMS API reference, "Querying key instances by tag"',
})
