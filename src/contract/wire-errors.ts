import type { FaultFacts, FaultKind } from '../core/fault.ts'

/** How a fault looks on the wire. */
export interface WireError {
  readonly status: number
  /** Code of the nested body, and of the flat one unless `flatCode` says otherwise. */
  readonly code: string
  readonly flatCode?: string
  /** Sentences; `{name}` stands for the fact of that name. */
  readonly en: string
  readonly zh: string
}

/**
 * What callers are told of each fault. Source: KMS API reference, "Error codes", and the API
 * gateway's "Error codes"; the sentences are ours.
 */
export const WIRE_ERRORS = {
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
  'key-id-malformed': {
    status: 400,
    code: 'KMS.0205',
    en: 'The parameter key_id is malformed.',
    zh: '参数 key_id 格式错误。',
  },
  'key-not-found': {
    status: 404,
    code: 'KMS.0207',
    en: 'The key does not exist.',
    zh: '密钥不存在。',
  },
  'encryption-context-malformed': {
    status: 400,
    code: 'KMS.0208',
    en: 'The encryption context is malformed.',
    zh: 'encryption_context 格式错误。',
  },
  'key-disabled': {
    status: 400,
    code: 'KMS.0209',
    en: 'The key is disabled.',
    zh: '密钥已禁用。',
  },
  'key-pending-deletion': {
    status: 400,
    code: 'KMS.0210',
    en: 'The key is waiting for its deletion.',
    zh: '密钥处于计划删除状态。',
  },
  'default-key': {
    status: 400,
    code: 'KMS.0211',
    en: 'A default master key does not allow this operation.',
    zh: '默认主密钥不支持此操作。',
  },
  'key-pending-import': {
    status: 400,
    code: 'KMS.0308',
    en: 'The key has no material yet: it was not imported.',
    zh: '密钥材料尚未导入。',
  },
  'key-usage-mismatch': {
    status: 400,
    code: 'KMS.0308',
    en: 'The key is not made for this operation or algorithm.',
    zh: '密钥用途或算法与此操作不符。',
  },
  'decryption-failed': {
    status: 400,
    code: 'KMS.0308',
    en: 'The cipher text cannot be decrypted.',
    zh: '密文无法解密。',
  },
  'imported-not-rotatable': {
    status: 400,
    code: 'KMS.0312',
    en: 'A key with imported material cannot be rotated so.',
    zh: '导入密钥材料的密钥不支持此轮换方式。',
  },
  'rotation-not-enabled': {
    status: 400,
    code: 'KMS.0313',
    en: 'Rotation is not enabled for the key.',
    zh: '密钥未开启轮换。',
  },
  'asymmetric-not-rotatable': {
    status: 400,
    code: 'KMS.0324',
    en: 'Only symmetric keys can be rotated.',
    zh: '仅对称密钥支持轮换。',
  },
  'alias-invalid': {
    status: 400,
    code: 'KMS.1101',
    en: 'The key alias is not valid: 1 to 255 of a-z A-Z 0-9 : / _ -, not ending in /default.',
    zh: '密钥别名无效:1 到 255 个字符(a-z A-Z 0-9 : / _ -),且不能以 /default 结尾。',
  },
  'description-invalid': {
    status: 400,
    code: 'KMS.1103',
    en: 'The key description is not valid: at most {maxCharacters} characters, no control characters.',
    zh: '密钥描述无效:最多 {maxCharacters} 个字符,且不能包含控制字符。',
  },
  'alias-taken': {
    status: 400,
    code: 'KMS.1104',
    en: 'A key with this alias exists already.',
    zh: '密钥别名已存在。',
  },
  'key-quota-reached': {
    status: 400,
    code: 'KMS.1105',
    en: 'The number of keys has reached its quota ({quota}).',
    zh: '密钥数量已达到配额上限({quota})。',
  },
  'key-not-disabled': {
    status: 400,
    code: 'KMS.1201',
    en: 'The key is not disabled.',
    zh: '密钥未处于禁用状态。',
  },
  'key-not-enabled': {
    status: 400,
    code: 'KMS.1301',
    en: 'The key is not enabled.',
    zh: '密钥未处于启用状态。',
  },
  'deletion-delay-out-of-range': {
    status: 400,
    code: 'KMS.1401',
    en: 'The deletion must wait {min} to {max} days.',
    zh: '计划删除时间必须为 {min} 到 {max} 天。',
  },
  'deletion-already-scheduled': {
    status: 400,
    code: 'KMS.1402',
    en: 'The key is waiting for its deletion already.',
    zh: '密钥已处于计划删除状态。',
  },
  'deletion-not-scheduled': {
    status: 400,
    code: 'KMS.1501',
    en: 'The key is not waiting for its deletion.',
    zh: '密钥未处于计划删除状态。',
  },
  'limit-out-of-range': {
    status: 400,
    code: 'KMS.1601',
    en: 'The parameter limit must be {min} to {max}.',
    zh: '参数 limit 必须为 {min} 到 {max}。',
  },
  'marker-out-of-range': {
    status: 400,
    code: 'KMS.1602',
    en: 'The parameter marker is out of range.',
    zh: '参数 marker 超出范围。',
  },
  'random-length-out-of-range': {
    status: 400,
    code: 'KMS.1801',
    en: 'random_data_length must be {min} to {max} bits.',
    zh: 'random_data_length 必须为 {min} 到 {max} 比特。',
  },
  'random-length-not-multiple': {
    status: 400,
    code: 'KMS.1802',
    en: 'random_data_length must be a multiple of 8.',
    zh: 'random_data_length 必须是 8 的倍数。',
  },
  'datakey-length-out-of-range': {
    status: 400,
    code: 'KMS.1901',
    en: 'datakey_length must be {min} to {max} bits.',
    zh: 'datakey_length 必须为 {min} 到 {max} 比特。',
  },
  'datakey-length-out-of-range-without-plaintext': {
    status: 400,
    code: 'KMS.2001',
    en: 'datakey_length must be {min} to {max} bits.',
    zh: 'datakey_length 必须为 {min} 到 {max} 比特。',
  },
  'datakey-spec-invalid': {
    status: 400,
    code: 'KMS.1902',
    en: 'The key_spec of the data key is not one of the allowed.',
    zh: '数据密钥的 key_spec 不受支持。',
  },
  'datakey-length-not-multiple': {
    status: 400,
    code: 'KMS.1903',
    en: 'datakey_length must be a multiple of 8.',
    zh: 'datakey_length 必须是 8 的倍数。',
  },
  'datakey-plaintext-invalid': {
    status: 400,
    code: 'KMS.2101',
    en: 'plain_text must be the data key and its digest in hexadecimal.',
    zh: 'plain_text 必须是数据密钥及其摘要的十六进制文本。',
  },
  'datakey-plain-length-out-of-range': {
    status: 400,
    code: 'KMS.2102',
    en: 'datakey_plain_length must be {min} to {max} bytes.',
    zh: 'datakey_plain_length 必须为 {min} 到 {max} 字节。',
  },
  'datakey-plaintext-digest-mismatch': {
    status: 400,
    code: 'KMS.2103',
    en: 'The digest in plain_text does not match the data key.',
    zh: 'plain_text 中的摘要与数据密钥不匹配。',
  },
  'datakey-plain-length-mismatch': {
    status: 400,
    code: 'KMS.2104',
    en: 'plain_text and datakey_plain_length do not fit together.',
    zh: 'plain_text 与 datakey_plain_length 不一致。',
  },
  'datakey-ciphertext-invalid': {
    status: 400,
    code: 'KMS.2201',
    en: 'cipher_text is not valid.',
    zh: 'cipher_text 无效。',
  },
  'datakey-cipher-length-out-of-range': {
    status: 400,
    code: 'KMS.2202',
    en: 'datakey_cipher_length must be {min} to {max} bytes.',
    zh: 'datakey_cipher_length 必须为 {min} 到 {max} 字节。',
  },
  'datakey-ciphertext-digest-mismatch': {
    status: 400,
    code: 'KMS.2203',
    en: 'The digest in cipher_text does not match.',
    zh: 'cipher_text 中的摘要不匹配。',
  },
  'datakey-cipher-length-mismatch': {
    status: 400,
    code: 'KMS.2204',
    en: 'cipher_text and datakey_cipher_length do not fit together.',
    zh: 'cipher_text 与 datakey_cipher_length 不一致。',
  },
  'rotation-already-enabled': {
    status: 400,
    code: 'KMS.2901',
    en: 'Rotation is enabled for the key already.',
    zh: '密钥已开启轮换。',
  },
  'rotation-interval-out-of-range': {
    status: 400,
    code: 'KMS.3001',
    en: 'rotation_interval must be a whole number of {min} to {max} days.',
    zh: 'rotation_interval 必须是 {min} 到 {max} 之间的整数(天)。',
  },
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
} as const satisfies Record<FaultKind, WireError>

/** A language that errors are worded in. */
export type Language = 'en' | 'zh'

/** The row of `kind`, as what every row has. */
export function wireErrorOf(kind: FaultKind): WireError {
  return WIRE_ERRORS[kind]
}

/** The sentence of a fault, with its facts filled in. */
export function wording<K extends FaultKind>(
  kind: K,
  facts: Readonly<FaultFacts[K]>,
  language: Language,
): string {
  const byName: Readonly<Record<string, unknown>> = { ...facts }
  return wireErrorOf(kind)[language].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(byName[name]),
  )
}
