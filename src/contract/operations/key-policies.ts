import { Type } from 'typebox'
import { PAGE_OF_POLICIES } from '../../core/limits.ts'
import { optional, plain } from '../field.ts'
import {
  epochMsText,
  keyDescription,
  name,
  number,
  pageLimit,
  text,
  uuid,
  uuidOrEmpty,
} from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'

const PERIOD = { start_time: optional(text), end_time: optional(text) }

/** A policy document in replies. */
const DOCUMENT = {
  version: text,
  validity_period: optional(objectOf(PERIOD)),
  allowed_access_point: optional(listOf(text)),
  allowed_data_security_zone: optional(listOf(text)),
}

/** As {@link DOCUMENT}, with the names besides under which one model of the SDK looks. */
const LISTED_DOCUMENT = {
  ...DOCUMENT,
  validityPeriod: optional(objectOf(PERIOD)),
  allowedAccessPoint: optional(listOf(text)),
}

const POLICY = {
  policy_id: text,
  policy_name: text,
  keyspace_id: text,
  description: text,
  created_by: text,
  create_time: epochMsText,
  last_modify_time: epochMsText,
  last_access_time: epochMsText,
}

/** JSON text; what it may hold is the core's to say. */
const document = plain(Type.String({ minLength: 2, maxLength: 16_384 }))
const PATH = { policy_id: uuid }
const NOT_FOUND = ['resource-not-found'] as const

export const CreateKeyPolicy = operation({
  id: 'CreateKeyPolicy',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/key-policies',
  access: needs('kms:keyPolicy:create'),
  summary: 'Make a policy that says where and when data key capsules open',
  request: {
    keyspace_id: uuid,
    policy_name: name,
    policy: document,
    description: optional(keyDescription),
  },
  response: { policy_id: text },
  faults: ['field-invalid'],
  source: 'KMS SDK 3.1.209, CreateKeyPolicy',
})

export const ShowKeyPolicy = operation({
  id: 'ShowKeyPolicy',
  method: 'GET',
  path: '/v1.0/{project_id}/kms/key-policies/{policy_id}',
  access: needs('kms:keyPolicy:get'),
  summary: 'Tell all there is to know of a key policy',
  pathFields: PATH,
  response: { ...POLICY, policy: objectOf(DOCUMENT) },
  faults: NOT_FOUND,
  source: 'KMS SDK 3.1.209, ShowKeyPolicy',
})

export const ListKeyPolicy = operation({
  id: 'ListKeyPolicy',
  method: 'GET',
  path: '/v1.0/{project_id}/kms/key-policies',
  access: needs('kms:keyPolicy:list'),
  summary: 'List the key policies of a trusted key space, page by page',
  query: {
    keyspace_id: uuid,
    limit: optional(pageLimit(PAGE_OF_POLICIES.max)),
    marker: optional(uuidOrEmpty),
  },
  response: {
    keyspace_policies: listOf(objectOf({ ...POLICY, policy: objectOf(LISTED_DOCUMENT) })),
    page_info: objectOf({ next_marker: text, current_count: number }),
  },
  faults: ['limit-out-of-range', 'marker-out-of-range'],
  source: 'KMS SDK 3.1.209, ListKeyPolicy',
})

export const UpdateKeyPolicy = operation({
  id: 'UpdateKeyPolicy',
  method: 'PUT',
  path: '/v1.0/{project_id}/kms/key-policies/{policy_id}',
  access: needs('kms:keyPolicy:update'),
  summary: 'Change what a key policy says',
  repeatable: true,
  pathFields: PATH,
  request: { policy: document, description: optional(keyDescription) },
  response: {
    policy_id: text,
    policy: objectOf(DOCUMENT),
    description: text,
    last_modify_time: epochMsText,
  },
  faults: [...NOT_FOUND, 'field-invalid'],
  source: 'KMS SDK 3.1.209, UpdateKeyPolicy',
})

export const DeleteKeyPolicy = operation({
  id: 'DeleteKeyPolicy',
  method: 'DELETE',
  path: '/v1.0/{project_id}/kms/key-policies/{policy_id}',
  access: needs('kms:keyPolicy:delete'),
  summary: 'Delete a key policy: capsules bound to it open no more',
  pathFields: PATH,
  status: 204,
  faults: NOT_FOUND,
  source: 'KMS SDK 3.1.209, DeleteKeyPolicy',
})
