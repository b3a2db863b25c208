// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  ListKeyVersions: {
    summary: 'List the versions of a key, the newest first, and how much each is used',
    method: 'GET',
    path: '/keyturn/v1/{project_id}/keys/{key_id}/versions',
    permission: 'kms:cmk:get',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'limit', kind: 'text', limits: { min: 1, max: 1000 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'where the page begins: next_marker of the page before' },
      { name: 'unused_days', kind: 'text', help: 'for how many days a version must not have been used to be retired; 90 without it' },
    ],
  },
  SearchKeys: {
    summary: 'Search the keys of a project, sorted, with their rotation',
    method: 'GET',
    path: '/keyturn/v1/{project_id}/keys',
    permission: 'kms:cmk:list',
    fields: [
      { name: 'key_state', kind: 'text', help: '2 enabled, 3 disabled, 4 waiting for its deletion, 5 waiting for its material' },
      { name: 'key_spec', kind: 'choice', choices: ['AES_256', 'SM4', 'RSA_2048', 'RSA_3072', 'RSA_4096', 'EC_P256', 'EC_P384', 'SECP256K1', 'SM2', 'ED25519', 'HMAC_256', 'HMAC_384', 'HMAC_512', 'HMAC_SM3', 'ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87', 'ALL'], help: 'what the key is made of' },
      { name: 'alias', kind: 'text', help: 'beginning of the alias' },
      { name: 'tag_key', kind: 'text', help: 'only keys with a tag of this name' },
      { name: 'tag_value', kind: 'text', help: 'only together with tag_key' },
      { name: 'rotation', kind: 'choice', choices: ['on', 'off', 'overdue', 'never'], help: 'on, off, overdue: on and past its due time; never: on or off, and never rotated' },
      { name: 'sort', kind: 'choice', choices: ['created', 'alias', 'next-rotation', 'last-rotation'], help: 'what to sort by' },
      { name: 'order', kind: 'choice', choices: ['asc', 'desc'], help: 'ascending or descending' },
      { name: 'limit', kind: 'text', limits: { min: 1, max: 200 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'next_marker of the page before, with the same filter and order' },
    ],
  },
  ShowKeyRow: {
    summary: 'Tell all of a key and its rotation in one answer',
    method: 'GET',
    path: '/keyturn/v1/{project_id}/keys/{key_id}',
    permission: 'kms:cmk:get',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
    ],
  },
}
