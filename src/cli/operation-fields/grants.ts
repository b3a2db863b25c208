// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  CancelGrant: {
    summary: 'Take a grant back',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/revoke-grant',
    permission: 'kms:grant:revoke',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'grant_id', kind: 'text', required: true, help: 'id of the grant' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  CancelSelfGrant: {
    summary: 'Give a grant up, as its retiring principal or as a grantee with that right',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/retire-grant',
    permission: 'kms:grant:retire',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'grant_id', kind: 'text', required: true, help: 'id of the grant' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  CreateGrant: {
    summary: 'Let somebody use a key, also from another project or tenant',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/create-grant',
    permission: 'kms:grant:create',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'grantee_principal', kind: 'text', required: true, help: 'id of the user or domain that may use the key' },
      { name: 'grantee_principal_type', kind: 'choice', choices: ['user', 'domain'], help: 'what that id is of' },
      { name: 'operations', kind: 'texts', required: true, choices: ['create-datakey', 'create-datakey-without-plaintext', 'encrypt-datakey', 'decrypt-datakey', 'describe-key', 'create-grant', 'retire-grant', 'encrypt-data', 'decrypt-data', 'sign', 'verify', 'generate-mac', 'verify-mac', 'get-public-key'], help: 'what the grant allows' },
      { name: 'name', kind: 'text', help: 'its name' },
      { name: 'retiring_principal', kind: 'text', help: 'id of the user that may give the grant up' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ListGrants: {
    summary: 'List the grants on a key, page by page',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/list-grants',
    permission: 'kms:grant:list',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'limit', kind: 'text', limits: { min: 1, max: 1000 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'where the page begins: next_marker of the page before' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ListRetirableGrants: {
    summary: 'List the grants that the caller may give up as their retiring principal',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/list-retirable-grants',
    fields: [
      { name: 'limit', kind: 'text', limits: { min: 1, max: 1000 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'where the page begins: next_marker of the page before' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
}
