import type { FaultKind } from '../../core/fault.ts'
import { TAG_CHARACTERS } from '../../core/limits.ts'
import type { WireError } from './wire-error.ts'

/** Errors about aliases and tags. */
export const LABEL_ERRORS = {
  'alias-not-found': {
    status: 404,
    code: 'KMS.0207',
    en: 'The alias does not exist.',
    zh: '别名不存在。',
  },
  'alias-quota-reached': {
    status: 400,
    code: 'KMS.1105',
    en: 'The key has as many aliases as it may have ({quota}).',
    zh: '密钥的别名数量已达到上限({quota})。',
  },
  'tags-empty': {
    status: 400,
    code: 'KMS.0401',
    en: 'The list of tags is empty.',
    zh: '标签列表为空。',
  },
  'matches-value-invalid': {
    status: 400,
    code: 'KMS.0402',
    en: 'A value in matches is not valid.',
    zh: 'matches 中的 value 无效。',
  },
  'matches-key-invalid': {
    status: 400,
    code: 'KMS.0403',
    en: 'A key in matches is not valid: only resource_name is.',
    zh: 'matches 中的 key 无效,仅支持 resource_name。',
  },
  'tag-action-invalid': {
    status: 400,
    code: 'KMS.0404',
    en: 'The parameter action is not valid.',
    zh: '参数 action 无效。',
  },
  'tag-value-invalid': {
    status: 400,
    code: 'KMS.0405',
    en: 'The value of a tag is not valid.',
    zh: '标签的值无效。',
  },
  'tag-key-invalid': {
    status: 400,
    code: 'KMS.0406',
    en: 'The key of a tag is not valid.',
    zh: '标签的键无效。',
  },
  'resource-type-invalid': {
    status: 400,
    code: 'KMS.0408',
    en: 'The resource type is not valid.',
    zh: '资源类型无效。',
  },
  'too-many-tags': {
    status: 400,
    code: 'KMS.0409',
    en: 'A key has at most {max} tags.',
    zh: '每个密钥最多 {max} 个标签。',
  },
  'tag-value-too-long': {
    status: 400,
    code: 'KMS.0410',
    en: `The value of a tag has at most ${TAG_CHARACTERS.value} characters.`,
    zh: `标签的值最多 ${TAG_CHARACTERS.value} 个字符。`,
  },
  'tag-key-too-long': {
    status: 400,
    code: 'KMS.0411',
    en: `The key of a tag has 1 to ${TAG_CHARACTERS.name} characters.`,
    zh: `标签的键为 1 到 ${TAG_CHARACTERS.name} 个字符。`,
  },
  'tag-filter-invalid': {
    status: 400,
    code: 'KMS.0412',
    en: 'The list of tag keys is not valid: no key twice, and not too many.',
    zh: '标签键列表无效:键不能重复且数量不能过多。',
  },
  'too-many-tag-values': {
    status: 400,
    code: 'KMS.0413',
    en: 'A tag has at most {max} values to look for.',
    zh: '每个标签最多指定 {max} 个值。',
  },
  'tag-not-found': {
    status: 404,
    code: 'KMS.0416',
    en: 'The tag does not exist.',
    zh: '标签不存在。',
  },
  'offset-out-of-range': {
    status: 400,
    code: 'KMS.0417',
    en: 'The parameter offset is out of range.',
    zh: '参数 offset 超出范围。',
  },
  'offset-not-wanted': {
    status: 400,
    code: 'KMS.0418',
    en: 'With the action count, offset and limit are not wanted.',
    zh: 'action 为 count 时不需要 offset 和 limit。',
  },
} as const satisfies Partial<Record<FaultKind, WireError>>
