import { PAGE_OF_POLICIES } from '../../core/limits.ts'
import { optional, secret } from '../field.ts'
import {
  epochMsText,
  keyDescription,
  name,
  number,
  pageLimit,
  text,
  textOf,
  uuid,
  uuidOrEmpty,
} from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'
import { accessPointKind, accessPointState } from '../trust-fields.ts'

const PATH = { access_point_id: uuid }
const NOT_FOUND = ['resource-not-found'] as const

export const CreateAccessPoint = operation({
  id: 'CreateAccessPoint',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/access-points',
  access: needs('kms:accessPoint:create'),
  summary: 'Make an access point: whoever proves to be it may open data key capsules',
  request: {
    keyspace_id: uuid,
    access_point_name: name,
    type: accessPointKind,
    /** Public key in PEM: of the cluster, or of who attests for the machine. */
    identity: optional(textOf({ maxLength: 8192 })),
    cluster_id: optional(textOf({ minLength: 1, maxLength: 255 })),
    description: optional(keyDescription),
  },
  response: { access_point_id: text },
  faults: ['parameter-missing', 'field-invalid'],
  source: 'KMS SDK 3.1.209, CreateAccessPoint',
})

export const ListAccessPoint = operation({
  id: 'ListAccessPoint',
  method: 'GET',
  path: '/v1.0/{project_id}/kms/access-points',
  access: needs('kms:accessPoint:list'),
  summary: 'List the access points of a trusted key space, page by page',
  query: {
    keyspace_id: uuid,
    limit: optional(pageLimit(PAGE_OF_POLICIES.max)),
    marker: optional(uuidOrEmpty),
  },
  response: {
    access_points: listOf(
      objectOf({
        access_point_id: text,
        keyspace_id: text,
        access_point_name: text,
        state: accessPointState,
        type: accessPointKind,
        description: text,
        cluster_id: optional(text),
        created_by: text,
        create_time: epochMsText,
        /** Spelled so on the wire. */
        lsat_modify_time: epochMsText,
      }),
    ),
    page_info: objectOf({ next_marker: text, current_count: number }),
  },
  faults: ['limit-out-of-range', 'marker-out-of-range'],
  source: 'KMS SDK 3.1.209, ListAccessPoint',
})

export const EnableAccessPoint = operation({
  id: 'EnableAccessPoint',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/access-points/{access_point_id}/enable',
  access: needs('kms:accessPoint:enable'),
  summary: 'Let an access point open capsules again',
  pathFields: PATH,
  faults: NOT_FOUND,
  source: 'KMS SDK 3.1.209, EnableAccessPoint',
})

export const DisableAccessPoint = operation({
  id: 'DisableAccessPoint',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/access-points/{access_point_id}/disable',
  access: needs('kms:accessPoint:disable'),
  summary: 'Keep an access point from opening capsules',
  pathFields: PATH,
  faults: NOT_FOUND,
  source: 'KMS SDK 3.1.209, DisableAccessPoint',
})

export const DeleteAccessPoint = operation({
  id: 'DeleteAccessPoint',
  method: 'DELETE',
  path: '/v1.0/{project_id}/kms/access-points/{access_point_id}',
  access: needs('kms:accessPoint:delete'),
  summary: 'Delete an access point',
  pathFields: PATH,
  status: 204,
  faults: NOT_FOUND,
  source: 'KMS SDK 3.1.209, DeleteAccessPoint',
})

export const DownloadAccessPointPrivateKey = operation({
  id: 'DownloadAccessPointPrivateKey',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/access-points/{access_point_id}/get-privatekey',
  access: needs('kms:accessPoint:getPrivateKey'),
  summary: 'Fetch the private key of a custom access point, once: it is not kept here',
  pathFields: PATH,
  response: { access_point_id: text, private_key: secret(text) },
  faults: NOT_FOUND,
  source: 'KMS SDK 3.1.209, DownloadAccessPointPrivateKey',
})
