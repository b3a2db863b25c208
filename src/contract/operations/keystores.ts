import { fault } from '../../core/fault.ts'
import { MAX_PAGE_KEYSTORES } from '../../core/limits.ts'
import { oneOf, optional, secret } from '../field.ts'
import {
  epochMsText,
  name,
  number,
  pageLimit,
  tenantId,
  text,
  textOf,
  wholeNumber,
} from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'
import { keystoreState } from '../trust-fields.ts'

const keystoreId = textOf({ minLength: 1, maxLength: 64 })
const PATH = { keystore_id: keystoreId }
const UNKNOWN = ['keystore-unusable'] as const
const STATUS = { keystore: objectOf({ keystore_id: text, keystore_state: keystoreState }) }
const pinType = oneOf(['CipherText', 'PlainText'])

const KEYSTORE = {
  keystore_id: text,
  domain_id: tenantId,
  keystore_alias: text,
  keystore_type: text,
  hsm_cluster_id: text,
  cluster_id: text,
  keystore_state: keystoreState,
  create_time: epochMsText,
}

export const CreateKeyStore = operation({
  id: 'CreateKeyStore',
  method: 'POST',
  path: '/v1.0/{project_id}/keystores',
  access: needs('kms:keystore:create'),
  summary: 'Open a key store: keys made in it live and work inside a token',
  request: {
    keystore_alias: name,
    keystore_type: optional(oneOf(['DEFAULT', 'DHSM', 'CDMS'])),
    hsm_cluster_id: optional(textOf({ maxLength: 255 })),
    hsm_ca_cert: optional(textOf({ maxLength: 32_768 })),
    cluster_id: optional(textOf({ maxLength: 255 })),
  },
  response: { keystore: objectOf({ keystore_id: text, domain_id: tenantId }) },
  faults: ['field-invalid', 'alias-taken', 'upstream-invalid', 'upstream-timeout'],
  source: 'KMS SDK 3.1.209, CreateKeyStore',
})

export const ListKeyStores = operation({
  id: 'ListKeyStores',
  method: 'GET',
  path: '/v1.0/{project_id}/keystores',
  access: needs('kms:keystore:list'),
  summary: 'List the key stores of a project, page by page',
  query: {
    limit: optional(pageLimit(MAX_PAGE_KEYSTORES)),
    offset: optional({ ...wholeNumber, malformed: () => fault('offset-out-of-range') }),
  },
  response: { total: number, keystores: listOf(objectOf(KEYSTORE)) },
  faults: ['limit-out-of-range', 'offset-out-of-range'],
  source: 'KMS SDK 3.1.209, ListKeyStores',
})

export const ShowKeyStore = operation({
  id: 'ShowKeyStore',
  method: 'GET',
  path: '/v1.0/{project_id}/keystores/{keystore_id}',
  access: needs('kms:keystore:get'),
  summary: 'Tell all there is to know of a key store',
  pathFields: PATH,
  response: { keystore: objectOf(KEYSTORE) },
  faults: UNKNOWN,
  source: 'KMS SDK 3.1.209, ShowKeyStore',
})

export const EnableKeyStore = operation({
  id: 'EnableKeyStore',
  method: 'POST',
  path: '/v1.0/{project_id}/keystores/{keystore_id}/enable',
  access: needs('kms:keystore:enable'),
  summary: 'Let the keys of a key store be used again',
  pathFields: PATH,
  response: STATUS,
  faults: UNKNOWN,
  source: 'KMS SDK 3.1.209, EnableKeyStore',
})

export const DisableKeyStore = operation({
  id: 'DisableKeyStore',
  method: 'POST',
  path: '/v1.0/{project_id}/keystores/{keystore_id}/disable',
  access: needs('kms:keystore:disable'),
  summary: 'Suspend every use of the keys of a key store',
  pathFields: PATH,
  response: STATUS,
  faults: UNKNOWN,
  source: 'KMS SDK 3.1.209, DisableKeyStore',
})

export const DeleteKeyStore = operation({
  id: 'DeleteKeyStore',
  method: 'DELETE',
  path: '/v1.0/{project_id}/keystores/{keystore_id}',
  access: needs('kms:keystore:delete'),
  summary: 'Close a key store that is disabled and has no keys',
  pathFields: PATH,
  status: 204,
  faults: UNKNOWN,
  source: 'KMS SDK 3.1.209, DeleteKeyStore',
})

export const CreatePin = operation({
  id: 'CreatePin',
  method: 'POST',
  path: '/v1.0/{project_id}/kms/create-pin',
  access: needs('kms:keystore:createPin'),
  summary: 'Make a PIN: a data key made with it opens with it alone',
  repeatable: true,
  request: { pin_type: optional(pinType), keystore_id: optional(keystoreId) },
  response: { pin: secret(text) },
  faults: UNKNOWN,
  source: 'KMS SDK 3.1.209, CreatePin',
})
