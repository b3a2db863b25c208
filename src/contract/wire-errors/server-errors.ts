import type { FaultKind } from '../../core/fault.ts'
import type { WireError } from './wire-error.ts'

/** Errors that are not the caller's doing. */
export const SERVER_ERRORS = {
  internal: {
    status: 500,
    code: 'KMS.0101',
    en: 'An internal error happened.',
    zh: '内部错误。',
  },
  'storage-failed': {
    status: 500,
    code: 'KMS.0102',
    en: 'Reading or writing the store failed.',
    zh: '存储读写错误。',
  },
  'upstream-invalid': {
    status: 502,
    code: 'APIGW.0202',
    en: 'A service that this one depends on cannot be reached or gave an invalid answer.',
    zh: '后端服务不可达或返回了无效响应。',
  },
  'upstream-timeout': {
    status: 504,
    code: 'APIGW.0203',
    en: 'A service that this one depends on did not answer in time.',
    zh: '后端服务响应超时。',
  },
  // The API reference has the status, but no code of its own for it.
  sealed: {
    status: 503,
    code: 'KMS.0101',
    en: 'The server is sealed: an operator has to unseal it.',
    zh: '服务已封印，需要运维人员解封。',
  },
} as const satisfies Partial<Record<FaultKind, WireError>>
