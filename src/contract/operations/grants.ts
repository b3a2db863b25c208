import { Type } from 'typebox'
import { fault } from '../../core/fault.ts'
import { GRANT_OPERATIONS } from '../../core/grant.ts'
import { MAX_PAGE_GRANTS } from '../../core/limits.ts'
import { oneOf, optional, plain } from '../field.ts'
import {
  booleanText,
  epochMsText,
  keyId,
  marker,
  nextMarker,
  number,
  pageLimit,
  sequence,
  text,
} from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'

const principal = plain(Type.String({ pattern: '^[a-zA-Z0-9]{1,64}$' }), () =>
  fault('grant-principal-invalid'),
)
const grantId = plain(Type.String({ pattern: '^[A-Fa-f0-9]{64}$' }))
const granteeKind = oneOf(['user', 'domain'])
const grantOperation = oneOf(GRANT_OPERATIONS)
const grantName = plain(Type.String({ pattern: '^[a-zA-Z0-9:/_-]{1,255}$' }))

const GRANT = objectOf({
  key_id: keyId,
  grant_id: text,
  grantee_principal: text,
  grantee_principal_type: granteeKind,
  operations: listOf(grantOperation),
  issuing_principal: text,
  creation_date: epochMsText,
  name: text,
  retiring_principal: text,
})

const PAGE_REQUEST = { limit: optional(pageLimit(MAX_PAGE_GRANTS)), marker: optional(marker) }
const PAGE_RESPONSE = {
  grants: listOf(GRANT),
  next_marker: nextMarker,
  truncated: booleanText,
  total: number,
}

export const CreateGrant = operation({
  id: 'CreateGrant',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/create-grant',
  access: needs('kms:grant:create', 'create-grant'),
  summary: 'Let somebody use a key, also from another project or tenant',
  request: {
    key_id: keyId,
    grantee_principal: principal,
    grantee_principal_type: optional(granteeKind),
    operations: listOf(grantOperation),
    name: optional(grantName),
    retiring_principal: optional(principal),
    sequence: optional(sequence),
  },
  response: { grant_id: text },
  faults: [
    'key-not-found',
    'key-disabled',
    'key-pending-deletion',
    'key-pending-import',
    'default-key',
    'grant-operations-invalid',
    'grant-principal-invalid',
    'grant-key-quota-reached',
    'grant-grantee-quota-reached',
  ],
  source: 'KMS API reference, "Creating a grant"',
})

const GRANT_REQUEST = { key_id: keyId, grant_id: grantId, sequence: optional(sequence) }

export const CancelGrant = operation({
  id: 'CancelGrant',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/revoke-grant',
  access: needs('kms:grant:revoke'),
  summary: 'Take a grant back',
  request: GRANT_REQUEST,
  faults: ['key-not-found', 'grant-not-found', 'grant-key-mismatch'],
  source: 'KMS API reference, "Revoking a grant"',
})

export const CancelSelfGrant = operation({
  id: 'CancelSelfGrant',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/retire-grant',
  access: { kind: 'permissionInHandler', permission: 'kms:grant:retire', grant: 'retire-grant' },
  summary: 'Give a grant up, as its retiring principal or as a grantee with that right',
  request: GRANT_REQUEST,
  faults: ['key-not-found', 'grant-not-found', 'grant-key-mismatch'],
  source: 'KMS API reference, "Retiring a grant"',
})

export const ListGrants = operation({
  id: 'ListGrants',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/list-grants',
  access: needs('kms:grant:list'),
  summary: 'List the grants on a key, page by page',
  repeatable: true,
  request: { key_id: keyId, ...PAGE_REQUEST, sequence: optional(sequence) },
  response: PAGE_RESPONSE,
  faults: ['key-not-found', 'limit-out-of-range', 'marker-out-of-range'],
  source: 'KMS API reference, "Querying the grants of a key"',
})

export const ListRetirableGrants = operation({
  id: 'ListRetirableGrants',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/list-retirable-grants',
  access: { kind: 'signedIn' },
  summary: 'List the grants that the caller may give up as their retiring principal',
  repeatable: true,
  request: { ...PAGE_REQUEST, sequence: optional(sequence) },
  response: PAGE_RESPONSE,
  faults: ['limit-out-of-range', 'marker-out-of-range'],
  source: 'KMS API reference, "Querying grants that can be retired"',
})
