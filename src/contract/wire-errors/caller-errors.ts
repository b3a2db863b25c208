import type { FaultKind } from '../../core/fault.ts'
import type { WireError } from './wire-error.ts'

/** Errors about who calls, and what it may. */
export const CALLER_ERRORS = {
  'credentials-missing': {
    status: 401,
    code: 'APIGW.0301',
    en: 'The request bears no credentials.',
    zh: '请求未携带认证信息。',
  },
  'authorization-malformed': {
    status: 400,
    code: 'APIGW.0106',
    en: 'The Authorization header is malformed.',
    zh: 'Authorization 请求头格式错误。',
  },
  'signature-invalid': {
    status: 401,
    code: 'APIGW.0301',
    en: 'The request signature is not valid: check access key, secret key, time and signed headers.',
    zh: '请求签名无效:请检查 AK、SK、时间和已签名的请求头。',
  },
  'token-malformed': {
    status: 403,
    code: 'KMS.0301',
    en: 'The X-Auth-Token header is empty or has characters that no token has.',
    zh: 'X-Auth-Token 为空或包含非法字符。',
  },
  'token-invalid': {
    status: 403,
    code: 'KMS.0302',
    en: 'The token is not valid.',
    zh: 'Token 无效。',
  },
  'token-expired': {
    status: 401,
    code: 'KMS.0303',
    flatCode: 'APIGW.0301',
    en: 'The token has expired.',
    zh: 'Token 已过期。',
  },
  'token-without-project': {
    status: 403,
    code: 'KMS.0305',
    en: 'The token is not for a project.',
    zh: 'Token 不属于任何项目。',
  },
  'project-mismatch': {
    status: 403,
    code: 'KMS.0321',
    en: 'The project in the URL is not the one of the credentials.',
    zh: 'URL 中的项目与认证信息中的项目不一致。',
  },
  'operation-forbidden': {
    status: 403,
    code: 'KMS.0307',
    en: 'The user has no permission for this operation ({permission}).',
    zh: '用户没有执行此操作的权限({permission})。',
  },
  'key-use-forbidden': {
    status: 403,
    code: 'KMS.0306',
    en: 'The user has no permission for this key ({permission}).',
    zh: '用户没有使用该密钥的权限({permission})。',
  },
  'sign-in-failed': {
    status: 401,
    code: 'APIGW.0301',
    en: 'The credentials or the scope are not valid.',
    zh: '认证信息或作用域无效。',
  },
  'resource-not-found': {
    status: 404,
    code: 'APIGW.0101',
    en: 'There is no such resource.',
    zh: '请求的资源不存在。',
  },
} as const satisfies Partial<Record<FaultKind, WireError>>
