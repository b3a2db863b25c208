// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  CreateKeyStore: {
    summary: 'Open a key store: keys made in it live and work inside a token',
    method: 'POST',
    path: '/v1.0/{project_id}/keystores',
    permission: 'kms:keystore:create',
    fields: [
      { name: 'keystore_alias', kind: 'text', required: true, help: 'name of the key store' },
      { name: 'keystore_type', kind: 'choice', choices: ['DEFAULT', 'DHSM', 'CDMS'], help: 'kind of key store' },
      { name: 'hsm_cluster_id', kind: 'text', help: 'id of the cluster of tokens, as the server was configured' },
      { name: 'hsm_ca_cert', kind: 'text', help: 'certificate of the cluster (PEM)' },
      { name: 'cluster_id', kind: 'text', help: 'id of the cluster' },
    ],
  },
  CreatePin: {
    summary: 'Make a PIN: a data key made with it opens with it alone',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/create-pin',
    permission: 'kms:keystore:createPin',
    fields: [
      { name: 'pin_type', kind: 'choice', choices: ['CipherText', 'PlainText'], help: 'whether the PIN is in the clear, or as pin create printed it' },
      { name: 'keystore_id', kind: 'text', help: 'id of the key store' },
    ],
  },
  DeleteKeyStore: {
    summary: 'Close a key store that is disabled and has no keys',
    method: 'DELETE',
    path: '/v1.0/{project_id}/keystores/{keystore_id}',
    permission: 'kms:keystore:delete',
    fields: [
      { name: 'keystore_id', kind: 'text', required: true, help: 'id of the key store' },
    ],
  },
  DisableKeyStore: {
    summary: 'Suspend every use of the keys of a key store',
    method: 'POST',
    path: '/v1.0/{project_id}/keystores/{keystore_id}/disable',
    permission: 'kms:keystore:disable',
    fields: [
      { name: 'keystore_id', kind: 'text', required: true, help: 'id of the key store' },
    ],
  },
  EnableKeyStore: {
    summary: 'Let the keys of a key store be used again',
    method: 'POST',
    path: '/v1.0/{project_id}/keystores/{keystore_id}/enable',
    permission: 'kms:keystore:enable',
    fields: [
      { name: 'keystore_id', kind: 'text', required: true, help: 'id of the key store' },
    ],
  },
  ListKeyStores: {
    summary: 'List the key stores of a project, page by page',
    method: 'GET',
    path: '/v1.0/{project_id}/keystores',
    permission: 'kms:keystore:list',
    fields: [
      { name: 'limit', kind: 'text', limits: { min: 1, max: 1000 }, help: 'how many on a page' },
      { name: 'offset', kind: 'text', help: 'how many to leave out before the page' },
    ],
  },
  ShowKeyStore: {
    summary: 'Tell all there is to know of a key store',
    method: 'GET',
    path: '/v1.0/{project_id}/keystores/{keystore_id}',
    permission: 'kms:keystore:get',
    fields: [
      { name: 'keystore_id', kind: 'text', required: true, help: 'id of the key store' },
    ],
  },
}
