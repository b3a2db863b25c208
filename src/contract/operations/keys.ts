import { Type } from 'typebox'
import { optional, plain } from '../field.ts'
import {
  anyText,
  booleanText,
  keyAlias,
  keyDescription,
  keyId,
  keyOrigin,
  keySpec,
  keySpecFilter,
  keyStateFilter,
  keyUsage,
  marker,
  nextMarker,
  number,
  pageLimit,
  pendingDays,
  sequence,
  tenantId,
  text,
} from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'
import { KEY_DETAILS, KEY_REQUEST, KEY_STATUS } from './key-info.ts'

/** Largest `limit` that is taken; a page has no more than `MAX_PAGE_KEYS` all the same. */
const MAX_LIMIT = 9999

/** `enterprise_project_id`: a UUID, or "0" for the default one. */
const enterpriseProjectId = plain(
  Type.String({
    pattern: '^(0|[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12})$',
  }),
)

export const CreateKey = operation({
  id: 'CreateKey',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/create-key',
  access: needs('kms:cmk:create'),
  summary: 'Make a master key',
  request: {
    key_alias: keyAlias,
    key_spec: optional(keySpec),
    key_usage: optional(keyUsage),
    key_description: optional(keyDescription),
    origin: optional(keyOrigin),
    enterprise_project_id: optional(enterpriseProjectId),
    keystore_id: optional(text),
    tags: optional(listOf(objectOf({ key: anyText, value: optional(anyText) }))),
    sequence: optional(sequence),
  },
  response: { key_info: objectOf({ key_id: keyId, domain_id: tenantId, region_id: text }) },
  faults: [
    'alias-invalid',
    'alias-taken',
    'description-invalid',
    'key-quota-reached',
    'tag-key-invalid',
    'tag-key-too-long',
    'tag-value-invalid',
    'tag-value-too-long',
    'too-many-tags',
    'keystore-unusable',
    'upstream-invalid',
    'upstream-timeout',
  ],
  source: 'KMS API reference, "Creating a key"',
})

export const EnableKey = operation({
  id: 'EnableKey',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/enable-key',
  access: needs('kms:cmk:enable'),
  summary: 'Let a disabled key be used again',
  request: KEY_REQUEST,
  response: { key_info: objectOf(KEY_STATUS) },
  faults: [
    'key-not-found',
    'key-not-disabled',
    'key-pending-deletion',
    'key-pending-import',
    'default-key',
  ],
  source: 'KMS API reference, "Enabling a key"',
})

export const DisableKey = operation({
  id: 'DisableKey',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/disable-key',
  access: needs('kms:cmk:disable'),
  summary: 'Suspend every use of a key',
  request: KEY_REQUEST,
  response: { key_info: objectOf(KEY_STATUS) },
  faults: [
    'key-not-found',
    'key-not-enabled',
    'key-pending-deletion',
    'key-pending-import',
    'default-key',
  ],
  source: 'KMS API reference, "Disabling a key"',
})

export const DeleteKey = operation({
  id: 'DeleteKey',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/schedule-key-deletion',
  access: needs('kms:cmk:update'),
  summary: 'Delete a key after a waiting period',
  request: { key_id: keyId, pending_days: pendingDays, sequence: optional(sequence) },
  response: KEY_STATUS,
  faults: [
    'key-not-found',
    'deletion-already-scheduled',
    'deletion-delay-out-of-range',
    'default-key',
  ],
  source: 'KMS API reference, "Scheduling the deletion of a key"',
})

export const CancelKeyDeletion = operation({
  id: 'CancelKeyDeletion',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/cancel-key-deletion',
  access: needs('kms:cmk:update'),
  summary: 'End the waiting period before a deletion',
  request: KEY_REQUEST,
  response: KEY_STATUS,
  faults: ['key-not-found', 'deletion-not-scheduled', 'default-key'],
  source: 'KMS API reference, "Canceling the scheduled deletion of a key"',
})

export const UpdateKeyAlias = operation({
  id: 'UpdateKeyAlias',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/update-key-alias',
  access: needs('kms:cmk:update'),
  summary: 'Give a key another alias',
  request: { key_id: keyId, key_alias: keyAlias, sequence: optional(sequence) },
  response: { key_info: objectOf({ key_id: keyId, key_alias: text }) },
  faults: ['key-not-found', 'alias-invalid', 'alias-taken', 'default-key', 'key-pending-deletion'],
  source: 'KMS API reference, "Changing the alias of a key"',
})

export const UpdateKeyDescription = operation({
  id: 'UpdateKeyDescription',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/update-key-description',
  access: needs('kms:cmk:update'),
  summary: 'Give a key another description',
  repeatable: true,
  request: { key_id: keyId, key_description: keyDescription, sequence: optional(sequence) },
  response: { key_info: objectOf({ key_id: keyId, key_description: text }) },
  faults: ['key-not-found', 'description-invalid', 'default-key', 'key-pending-deletion'],
  source: 'KMS API reference, "Changing the description of a key"',
})

export const ListKeys = operation({
  id: 'ListKeys',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/list-keys',
  access: { kind: 'permissionInHandler', permission: 'kms:cmk:list' },
  summary: 'List the keys of a project, page by page',
  repeatable: true,
  request: {
    limit: optional(pageLimit(MAX_LIMIT)),
    marker: optional(marker),
    key_state: optional(keyStateFilter),
    key_spec: optional(keySpecFilter),
    enterprise_project_id: optional(enterpriseProjectId),
    sequence: optional(sequence),
  },
  response: {
    keys: listOf(keyId),
    key_details: listOf(objectOf(KEY_DETAILS)),
    next_marker: nextMarker,
    truncated: booleanText,
    total: number,
  },
  faults: ['limit-out-of-range', 'marker-out-of-range'],
  source: 'KMS API reference, "Querying the list of keys"',
})

export const ListKeyDetail = operation({
  id: 'ListKeyDetail',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/describe-key',
  access: needs('kms:cmk:get', 'describe-key'),
  summary: 'Tell all there is to know of a key',
  repeatable: true,
  request: KEY_REQUEST,
  response: { key_info: objectOf(KEY_DETAILS) },
  faults: ['key-not-found'],
  source: 'KMS API reference, "Querying the information about a key"',
})

export const ShowUserInstances = operation({
  id: 'ShowUserInstances',
  method: 'GET',
  path: '/v1.0/{project_id}/kms/user-instances',
  access: needs('kms:cmk:getInstance'),
  summary: 'Count the keys of a project, default keys left out',
  response: { instance_num: number },
  source: 'KMS API reference, "Querying the number of instances"',
})

export const ShowUserQuotas = operation({
  id: 'ShowUserQuotas',
  method: 'GET',
  path: '/v1.0/{project_id}/kms/user-quotas',
  access: needs('kms:cmk:getQuota'),
  summary: 'Tell how many keys and grants a project has and may have',
  response: {
    quotas: objectOf({
      resources: listOf(objectOf({ type: text, used: number, quota: number })),
    }),
  },
  source: 'KMS API reference, "Querying the quota of a user"',
})
