// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  BatchCreateKmsTags: {
    summary: 'Put several tags on a key, or take them from it',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/{key_id}/tags/action',
    permission: 'kms:cmkTag:batch',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'tags', kind: 'pairs', required: true, help: 'tags' },
      { name: 'action', kind: 'choice', required: true, choices: ['create', 'delete'], help: 'what to do' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  CreateKmsTag: {
    summary: 'Put a tag on a key, in place of an older one of that name',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/{key_id}/tags',
    permission: 'kms:cmkTag:create',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'tag', kind: 'pair', required: true, help: 'the tag' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  DeleteTag: {
    summary: 'Take a tag from a key',
    method: 'DELETE',
    path: '/v1.0/{project_id}/kms/{key_id}/tags/{key}',
    permission: 'kms:cmkTag:delete',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'key', kind: 'text', required: true, help: 'name of the tag' },
    ],
  },
  ListKmsByTags: {
    summary: 'List or count the keys of a project that have certain tags',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/{resource_instances}/action',
    permission: 'kms:cmkTag:listInstance',
    fixed: { resource_instances: 'resource_instances' },
    fields: [
      { name: 'action', kind: 'choice', required: true, choices: ['filter', 'count'], help: 'what to do' },
      { name: 'limit', kind: 'text', limits: { min: 1, max: 1000 }, help: 'how many on a page' },
      { name: 'offset', kind: 'text', help: 'how many to leave out before the page' },
      { name: 'tags', kind: 'json', help: 'tags' },
      { name: 'matches', kind: 'pairs', help: 'what names are to hold, as resource_name=text' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ListKmsTags: {
    summary: 'List the tags of all keys of a project, each name with its values',
    method: 'GET',
    path: '/v1.0/{project_id}/kms/tags',
    permission: 'kms:cmkTag:list',
    fields: [],
  },
  ShowKmsTags: {
    summary: 'List the tags of a key',
    method: 'GET',
    path: '/v1.0/{project_id}/kms/{key_id}/tags',
    permission: 'kms:cmkTag:listKey',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
    ],
  },
}
