// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  CreateAccessPoint: {
    summary: 'Make an access point: whoever proves to be it may open data key capsules',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/access-points',
    permission: 'kms:accessPoint:create',
    fields: [
      { name: 'keyspace_id', kind: 'text', required: true, help: 'id of the trusted key space' },
      { name: 'access_point_name', kind: 'text', required: true, help: 'name of the access point' },
      { name: 'type', kind: 'text', required: true, help: 'kind of access point' },
      { name: 'identity', kind: 'text', help: 'public key in PEM: of the cluster, or of who attests for the machine' },
      { name: 'cluster_id', kind: 'text', help: 'id of the cluster' },
      { name: 'description', kind: 'text', help: 'a description for people' },
    ],
  },
  DeleteAccessPoint: {
    summary: 'Delete an access point',
    method: 'DELETE',
    path: '/v1.0/{project_id}/kms/access-points/{access_point_id}',
    permission: 'kms:accessPoint:delete',
    fields: [
      { name: 'access_point_id', kind: 'text', required: true, help: 'id of the access point' },
    ],
  },
  DisableAccessPoint: {
    summary: 'Keep an access point from opening capsules',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/access-points/{access_point_id}/disable',
    permission: 'kms:accessPoint:disable',
    fields: [
      { name: 'access_point_id', kind: 'text', required: true, help: 'id of the access point' },
    ],
  },
  DownloadAccessPointPrivateKey: {
    summary: 'Fetch the private key of a custom access point, once: it is not kept here',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/access-points/{access_point_id}/get-privatekey',
    permission: 'kms:accessPoint:getPrivateKey',
    fields: [
      { name: 'access_point_id', kind: 'text', required: true, help: 'id of the access point' },
    ],
  },
  EnableAccessPoint: {
    summary: 'Let an access point open capsules again',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/access-points/{access_point_id}/enable',
    permission: 'kms:accessPoint:enable',
    fields: [
      { name: 'access_point_id', kind: 'text', required: true, help: 'id of the access point' },
    ],
  },
  ListAccessPoint: {
    summary: 'List the access points of a trusted key space, page by page',
    method: 'GET',
    path: '/v1.0/{project_id}/kms/access-points',
    permission: 'kms:accessPoint:list',
    fields: [
      { name: 'keyspace_id', kind: 'text', required: true, help: 'id of the trusted key space' },
      { name: 'limit', kind: 'text', limits: { min: 1, max: 100 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'where the page begins: next_marker of the page before' },
    ],
  },
}
