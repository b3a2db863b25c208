// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  AssociateAlias: {
    summary: 'Let an alias stand for another key',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/alias/associate',
    permission: 'kms:alias:associate',
    fields: [
      { name: 'alias', kind: 'text', required: true, help: 'the alias' },
      { name: 'target_key_id', kind: 'text', required: true, help: 'id of the key that it is to stand for' },
    ],
  },
  CreateAlias: {
    summary: 'Give a key one more name',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/aliases',
    permission: 'kms:alias:create',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'alias', kind: 'text', required: true, help: 'the alias' },
    ],
  },
  DeleteAlias: {
    summary: 'Take aliases from a key',
    method: 'DELETE',
    path: '/v1.0/{project_id}/kms/aliases',
    permission: 'kms:alias:delete',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'aliases', kind: 'texts', required: true, help: 'the aliases' },
    ],
  },
  ListAliases: {
    summary: 'List the aliases of a key, or of the project, page by page',
    method: 'GET',
    path: '/v1.0/{project_id}/kms/aliases',
    permission: 'kms:alias:list',
    fields: [
      { name: 'key_id', kind: 'text', help: 'id of the key' },
      { name: 'limit', kind: 'text', limits: { min: 1, max: 1000 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'where the page begins: next_marker of the page before' },
    ],
  },
}
