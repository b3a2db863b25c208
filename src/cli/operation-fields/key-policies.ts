// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  CreateKeyPolicy: {
    summary: 'Make a policy that says where and when data key capsules open',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/key-policies',
    permission: 'kms:keyPolicy:create',
    fields: [
      { name: 'keyspace_id', kind: 'text', required: true, help: 'id of the trusted key space' },
      { name: 'policy_name', kind: 'text', required: true, help: 'name of the key policy' },
      { name: 'policy', kind: 'text', required: true, help: 'the policy (JSON text)' },
      { name: 'description', kind: 'text', help: 'a description for people' },
    ],
  },
  DeleteKeyPolicy: {
    summary: 'Delete a key policy: capsules bound to it open no more',
    method: 'DELETE',
    path: '/v1.0/{project_id}/kms/key-policies/{policy_id}',
    permission: 'kms:keyPolicy:delete',
    fields: [
      { name: 'policy_id', kind: 'text', required: true, help: 'id of the key policy' },
    ],
  },
  ListKeyPolicy: {
    summary: 'List the key policies of a trusted key space, page by page',
    method: 'GET',
    path: '/v1.0/{project_id}/kms/key-policies',
    permission: 'kms:keyPolicy:list',
    fields: [
      { name: 'keyspace_id', kind: 'text', required: true, help: 'id of the trusted key space' },
      { name: 'limit', kind: 'text', limits: { min: 1, max: 100 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'where the page begins: next_marker of the page before' },
    ],
  },
  ShowKeyPolicy: {
    summary: 'Tell all there is to know of a key policy',
    method: 'GET',
    path: '/v1.0/{project_id}/kms/key-policies/{policy_id}',
    permission: 'kms:keyPolicy:get',
    fields: [
      { name: 'policy_id', kind: 'text', required: true, help: 'id of the key policy' },
    ],
  },
  UpdateKeyPolicy: {
    summary: 'Change what a key policy says',
    method: 'PUT',
    path: '/v1.0/{project_id}/kms/key-policies/{policy_id}',
    permission: 'kms:keyPolicy:update',
    fields: [
      { name: 'policy_id', kind: 'text', required: true, help: 'id of the key policy' },
      { name: 'policy', kind: 'text', required: true, help: 'the policy (JSON text)' },
      { name: 'description', kind: 'text', help: 'a description for people' },
    ],
  },
}
