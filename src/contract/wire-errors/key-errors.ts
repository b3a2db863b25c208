import type { FaultKind } from '../../core/fault.ts'
import type { WireError } from './wire-error.ts'

/** Errors about keys and their rotation. */
export const KEY_ERRORS = {
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
  'version-retired': {
    status: 400,
    code: 'KMS.0209',
    en: 'Version {version} of the key is retired: it opens nothing until it is restored.',
    zh: '密钥的版本 {version} 已停用：恢复之前不能解密。',
  },
  'version-not-retirable': {
    status: 400,
    code: 'KMS.0308',
    en: 'Version {version} of the key cannot be retired: it is not an old version, or was used lately, or is not watched for long enough.',
    zh: '密钥的版本 {version} 不能停用：它不是旧版本，或近期使用过，或观察时间不足。',
  },
  'version-not-retired': {
    status: 400,
    code: 'KMS.1201',
    en: 'Version {version} of the key is not retired.',
    zh: '密钥的版本 {version} 未停用。',
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
} as const satisfies Partial<Record<FaultKind, WireError>>
