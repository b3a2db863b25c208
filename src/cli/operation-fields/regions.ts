// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  ListSupportRegions: {
    summary: 'List the regions that keys can be replicated to, this one included',
    method: 'GET',
    path: '/v2/{project_id}/kms/regions',
    permission: 'kms:cmk:listRegions',
    fields: [
      { name: 'limit', kind: 'text', limits: { min: 1, max: 1000 }, help: 'how many on a page' },
      { name: 'offset', kind: 'text', help: 'how many to leave out before the page' },
    ],
  },
  ReceiveReplica: {
    summary: 'Take what another region sends of a key: a replica, new versions, or the primary role',
    method: 'POST',
    path: '/keyturn/v1/{project_id}/replicas',
    permission: 'keyturn:replica:receive',
    fields: [
      { name: 'region', kind: 'text', required: true, help: 'region that sends' },
      { name: 'parcel', kind: 'text', required: true, help: 'what the other region sends (base64)' },
    ],
  },
  ReplicateKey: {
    summary: 'Make a replica of a key in another region, which follows its rotations',
    method: 'POST',
    path: '/v2/{project_id}/kms/keys/{key_id}/replicate',
    permission: 'kms:cmk:replicate',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'replica_region', kind: 'text', required: true, help: 'region to replicate to' },
      { name: 'key_alias', kind: 'text', required: true, help: 'name of the key' },
      { name: 'key_description', kind: 'text', help: 'a description for people' },
      { name: 'enterprise_project_id', kind: 'text', help: 'enterprise project; it is noted, and means nothing here' },
      { name: 'replica_project_id', kind: 'text', required: true, help: 'id of the project there' },
      { name: 'tags', kind: 'pairs', help: 'tags' },
    ],
  },
  UpdatePrimaryRegion: {
    summary: 'Let the replica of a key in another region become the one that rotates',
    method: 'PUT',
    path: '/v2/{project_id}/kms/keys/{key_id}/update-primary-region',
    permission: 'kms:cmk:updatePrimaryRegion',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'primary_region', kind: 'text', required: true, help: 'region whose replica becomes the one that rotates' },
    ],
  },
}
