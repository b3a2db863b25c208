import type { FaultKind } from '../../core/fault.ts'
import type { WireError } from './wire-error.ts'

/** Errors about the request as such. */
export const REQUEST_ERRORS = {
  'route-unknown': {
    status: 404,
    code: 'APIGW.0101',
    en: 'There is no such API.',
    zh: '请求的 API 不存在。',
  },
  'method-not-allowed': {
    status: 405,
    code: 'APIGW.0101',
    en: 'This path does not take that method. Allowed: {allowed}.',
    zh: '该路径不支持此请求方法。允许的方法:{allowed}。',
  },
  'request-malformed': {
    status: 400,
    code: 'APIGW.0201',
    en: 'The request is not valid HTTP.',
    zh: '请求不是有效的 HTTP 请求。',
  },
  'request-timeout': {
    status: 408,
    code: 'APIGW.0201',
    en: 'The request did not arrive in time.',
    zh: '请求未在规定时间内送达。',
  },
  'url-invalid': {
    status: 400,
    code: 'KMS.0201',
    en: 'The request URL is not valid.',
    zh: '请求 URL 无效。',
  },
  'uri-too-long': {
    status: 414,
    code: 'APIGW.0201',
    en: 'The request URL is too long.',
    zh: '请求 URL 过长。',
  },
  'headers-too-large': {
    status: 431,
    code: 'APIGW.0201',
    en: 'The request headers are too large.',
    zh: '请求头过大。',
  },
  'body-too-large': {
    status: 413,
    code: 'APIGW.0201',
    en: 'The request body is larger than {maxBytes} bytes.',
    zh: '请求体超过 {maxBytes} 字节。',
  },
  'body-not-json': {
    status: 400,
    code: 'KMS.0202',
    en: 'The request body is not a valid JSON object.',
    zh: '请求体不是有效的 JSON 对象。',
  },
  'parameter-missing': {
    status: 400,
    code: 'KMS.0204',
    en: 'The required parameter {name} is missing.',
    zh: '缺少必选参数 {name}。',
  },
  'field-invalid': {
    status: 400,
    code: 'KMS.0308',
    en: 'The parameter {name} is not valid.',
    zh: '参数 {name} 无效。',
  },
  'sequence-malformed': {
    status: 400,
    code: 'KMS.0206',
    en: 'The parameter sequence is malformed.',
    zh: '参数 sequence 格式错误。',
  },
  'too-many-requests': {
    status: 429,
    code: 'APIGW.0308',
    en: 'Too many requests. Try again in {retryAfterSeconds} s.',
    zh: '请求过于频繁,请在 {retryAfterSeconds} 秒后重试。',
  },
} as const satisfies Partial<Record<FaultKind, WireError>>
