// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  CancelKeyDeletion: {
    summary: 'End the waiting period before a deletion',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/cancel-key-deletion',
    permission: 'kms:cmk:update',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  CreateKey: {
    summary: 'Make a master key',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/create-key',
    permission: 'kms:cmk:create',
    fields: [
      { name: 'key_alias', kind: 'text', required: true, help: 'name of the key' },
      { name: 'key_spec', kind: 'choice', choices: ['AES_256', 'SM4', 'RSA_2048', 'RSA_3072', 'RSA_4096', 'EC_P256', 'EC_P384', 'SECP256K1', 'SM2', 'ED25519', 'HMAC_256', 'HMAC_384', 'HMAC_512', 'HMAC_SM3', 'ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87'], help: 'what the key is made of' },
      { name: 'key_usage', kind: 'choice', choices: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT'], help: 'what the key is for' },
      { name: 'key_description', kind: 'text', help: 'a description for people' },
      { name: 'origin', kind: 'choice', choices: ['kms', 'external'], help: 'kms: material made by the service; external: to be imported' },
      { name: 'enterprise_project_id', kind: 'text', help: 'enterprise project; it is noted, and means nothing here' },
      { name: 'keystore_id', kind: 'text', help: 'id of the key store' },
      { name: 'tags', kind: 'pairs', help: 'tags' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  DeleteKey: {
    summary: 'Delete a key after a waiting period',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/schedule-key-deletion',
    permission: 'kms:cmk:update',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'pending_days', kind: 'text', required: true, limits: { min: 7, max: 1096, unit: 'days' }, help: 'days until the material is destroyed' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  DisableKey: {
    summary: 'Suspend every use of a key',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/disable-key',
    permission: 'kms:cmk:disable',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  EnableKey: {
    summary: 'Let a disabled key be used again',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/enable-key',
    permission: 'kms:cmk:enable',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ListKeyDetail: {
    summary: 'Tell all there is to know of a key',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/describe-key',
    permission: 'kms:cmk:get',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ListKeys: {
    summary: 'List the keys of a project, page by page',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/list-keys',
    permission: 'kms:cmk:list',
    fields: [
      { name: 'limit', kind: 'text', limits: { min: 1, max: 9999 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'where the page begins: next_marker of the page before' },
      { name: 'key_state', kind: 'text', help: '2 enabled, 3 disabled, 4 waiting for its deletion, 5 waiting for its material' },
      { name: 'key_spec', kind: 'choice', choices: ['AES_256', 'SM4', 'RSA_2048', 'RSA_3072', 'RSA_4096', 'EC_P256', 'EC_P384', 'SECP256K1', 'SM2', 'ED25519', 'HMAC_256', 'HMAC_384', 'HMAC_512', 'HMAC_SM3', 'ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87', 'ALL'], help: 'what the key is made of' },
      { name: 'enterprise_project_id', kind: 'text', help: 'enterprise project; it is noted, and means nothing here' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ShowUserInstances: {
    summary: 'Count the keys of a project, default keys left out',
    method: 'GET',
    path: '/v1.0/{project_id}/kms/user-instances',
    permission: 'kms:cmk:getInstance',
    fields: [],
  },
  ShowUserQuotas: {
    summary: 'Tell how many keys and grants a project has and may have',
    method: 'GET',
    path: '/v1.0/{project_id}/kms/user-quotas',
    permission: 'kms:cmk:getQuota',
    fields: [],
  },
  UpdateKeyAlias: {
    summary: 'Give a key another alias',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/update-key-alias',
    permission: 'kms:cmk:update',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'key_alias', kind: 'text', required: true, help: 'name of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  UpdateKeyDescription: {
    summary: 'Give a key another description',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/update-key-description',
    permission: 'kms:cmk:update',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'key_description', kind: 'text', required: true, help: 'a description for people' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
}
