import { Type } from 'typebox'
import { fault } from '../../core/fault.ts'
import { MAX_PAGE_KEYS } from '../../core/limits.ts'
import { base64Of } from '../crypto-fields.ts'
import { optional, plain } from '../field.ts'
import {
  keyAlias,
  keyDescription,
  keyId,
  pageLimit,
  tenantId,
  text,
  wholeNumber,
} from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'

const regionName = plain(Type.String({ pattern: '^[a-zA-Z0-9_-]{1,64}$' }))
const projectId = plain(Type.String({ pattern: '^[a-zA-Z0-9_-]{1,64}$' }))
const UPSTREAM = ['upstream-invalid', 'upstream-timeout', 'peer-refused'] as const

export const ListSupportRegions = operation({
  id: 'ListSupportRegions',
  method: 'GET',
  path: '/v2/{project_id}/kms/regions',
  access: needs('kms:cmk:listRegions'),
  summary: 'List the regions that keys can be replicated to, this one included',
  query: {
    limit: optional(pageLimit(MAX_PAGE_KEYS)),
    offset: optional({ ...wholeNumber, malformed: () => fault('offset-out-of-range') }),
  },
  response: { regions: listOf(text) },
  faults: ['limit-out-of-range', 'offset-out-of-range'],
  source: 'KMS SDK 3.1.209, ListSupportRegions',
})

export const ReplicateKey = operation({
  id: 'ReplicateKey',
  method: 'POST',
  path: '/v2/{project_id}/kms/keys/{key_id}/replicate',
  access: needs('kms:cmk:replicate'),
  summary: 'Make a replica of a key in another region, which follows its rotations',
  pathFields: { key_id: keyId },
  request: {
    replica_region: regionName,
    key_alias: keyAlias,
    key_description: optional(keyDescription),
    enterprise_project_id: optional(text),
    replica_project_id: projectId,
    tags: optional(listOf(objectOf({ key: text, value: optional(text) }))),
  },
  response: { key_id: keyId, domain_id: tenantId, region: text },
  faults: [
    'key-not-found',
    'key-disabled',
    'key-pending-deletion',
    'key-pending-import',
    'default-key',
    'key-not-replicable',
    'field-invalid',
    'alias-taken',
    ...UPSTREAM,
  ],
  source: 'KMS SDK 3.1.209, ReplicateKey',
})

export const UpdatePrimaryRegion = operation({
  id: 'UpdatePrimaryRegion',
  method: 'PUT',
  path: '/v2/{project_id}/kms/keys/{key_id}/update-primary-region',
  access: needs('kms:cmk:updatePrimaryRegion'),
  summary: 'Let the replica of a key in another region become the one that rotates',
  pathFields: { key_id: keyId },
  request: { primary_region: regionName },
  response: { key_id: keyId, primary_region: text },
  faults: [
    'key-not-found',
    'key-disabled',
    'key-pending-deletion',
    'key-not-replicable',
    'field-invalid',
    ...UPSTREAM,
  ],
  source: 'KMS SDK 3.1.209, UpdatePrimaryRegion',
})

/** Longest parcel in bytes: a key with many versions, encrypted. */
const MAX_PARCEL_BYTES = 48 * 1024

export const ReceiveReplica = operation({
  id: 'ReceiveReplica',
  api: 'keyturn',
  method: 'POST',
  path: '/keyturn/v1/{project_id}/replicas',
  access: needs('keyturn:replica:receive'),
  summary: 'Take what another region sends of a key: a replica, new versions, or the primary role',
  request: { region: regionName, parcel: base64Of(1, MAX_PARCEL_BYTES) },
  response: { key_id: keyId, domain_id: tenantId },
  faults: ['field-invalid', 'alias-taken', 'key-quota-reached', 'key-not-found'],
  source: 'ours',
})
