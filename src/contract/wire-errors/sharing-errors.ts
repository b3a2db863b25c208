import type { FaultKind } from '../../core/fault.ts'
import type { WireError } from './wire-error.ts'

/** Errors about grants, imported material, capsules, key stores and regions. */
export const SHARING_ERRORS = {
  'grant-operations-invalid': {
    status: 400,
    code: 'KMS.2401',
    en: 'The operations of a grant may be neither none nor create-grant alone.',
    zh: '授权操作不能为空,也不能仅为 create-grant。',
  },
  'grant-principal-invalid': {
    status: 400,
    code: 'KMS.2402',
    en: 'A principal of the grant is not valid: 1 to 64 letters and digits.',
    zh: '授权主体无效:1 到 64 个字母或数字。',
  },
  'grant-key-quota-reached': {
    status: 400,
    code: 'KMS.2404',
    en: 'The key has as many grants as it may have ({quota}).',
    zh: '该密钥的授权数量已达到上限({quota})。',
  },
  'grant-grantee-quota-reached': {
    status: 400,
    code: 'KMS.2405',
    en: 'The grantee has as many grants as it may have ({quota}).',
    zh: '该被授权者的授权数量已达到上限({quota})。',
  },
  'grant-not-found': {
    status: 400,
    code: 'KMS.2501',
    en: 'The grant does not exist.',
    zh: '授权不存在。',
  },
  'grant-key-mismatch': {
    status: 400,
    code: 'KMS.2502',
    en: 'grant_id and key_id do not belong together.',
    zh: 'grant_id 与 key_id 不匹配。',
  },
  'origin-not-external': {
    status: 400,
    code: 'KMS.0309',
    en: 'The origin of the key must be external.',
    zh: '密钥来源必须为外部导入。',
  },
  'key-not-pending-import': {
    status: 400,
    code: 'KMS.0310',
    en: 'The key is not waiting for the import of its material.',
    zh: '密钥未处于等待导入状态。',
  },
  'wrapping-algorithm-invalid': {
    status: 400,
    code: 'KMS.0308',
    en: 'wrapping_algorithm must be RSAES_OAEP_SHA_256 or SM2_ENCRYPT; older ones are not safe.',
    zh: 'wrapping_algorithm 必须为 RSAES_OAEP_SHA_256 或 SM2_ENCRYPT,旧算法不安全。',
  },
  'import-token-expired': {
    status: 400,
    code: 'KMS.2601',
    en: 'The import token has expired.',
    zh: '导入令牌已过期。',
  },
  'material-expiry-past': {
    status: 400,
    code: 'KMS.2602',
    en: 'The expiration of the material must lie in the future.',
    zh: '密钥材料的失效时间必须晚于当前时间。',
  },
  'import-token-of-another-key': {
    status: 400,
    code: 'KMS.2603',
    en: 'The import token is for another key.',
    zh: '导入令牌与密钥不匹配。',
  },
  'material-invalid': {
    status: 400,
    code: 'KMS.2604',
    en: 'The material does not open with the token, or is not what the key spec asks for.',
    zh: '密钥材料无法解开,或与密钥规格不符。',
  },
  'import-token-invalid': {
    status: 400,
    code: 'KMS.2605',
    en: 'The import token failed its check.',
    zh: '导入令牌校验失败。',
  },
  'material-differs': {
    status: 400,
    code: 'KMS.2606',
    en: 'Material that is imported again must be the same as before.',
    zh: '重新导入的密钥材料必须与之前一致。',
  },
  'material-not-deletable': {
    status: 400,
    code: 'KMS.2701',
    en: 'Only an enabled or disabled key has material to delete.',
    zh: '仅启用或禁用状态的密钥可以删除密钥材料。',
  },
  'asymmetric-material-not-deletable': {
    status: 400,
    code: 'KMS.2702',
    en: 'The imported material of an asymmetric key cannot be deleted.',
    zh: '非对称密钥的导入材料不能删除。',
  },
  'attestation-refused': {
    status: 403,
    code: 'KMS.0306',
    en: 'No access point that the policy allows has proved to be itself.',
    zh: '没有策略允许的接入点通过认证。',
  },
  'keystore-unusable': {
    status: 400,
    code: 'KMS.8003',
    en: 'The key store does not exist, or is in the wrong state, or still has keys.',
    zh: '密钥库不存在、状态不正确或仍有密钥。',
  },
  'keystore-disabled': {
    status: 400,
    code: 'KMS.0209',
    en: 'The key store of the key is disabled.',
    zh: '密钥所在的密钥库已禁用。',
  },
  'pin-invalid': {
    status: 400,
    code: 'KMS.0308',
    en: 'The PIN is not valid, or was used before.',
    zh: 'PIN 无效或已被使用。',
  },
  'key-not-replicable': {
    status: 400,
    code: 'KMS.0308',
    en: 'The key cannot be replicated so: it is a replica, imported, or kept in a token.',
    zh: '该密钥不支持此复制操作:副本、导入或专属密钥库中的密钥不能复制。',
  },
  'replica-not-rotatable': {
    status: 400,
    code: 'KMS.0308',
    en: 'The key is a replica: it rotates with its primary and not by itself.',
    zh: '该密钥是副本密钥,只能随主密钥轮换。',
  },
  'peer-refused': {
    status: 400,
    code: 'KMS.0308',
    en: 'The other region refused ({code}).',
    zh: '对端区域拒绝了请求({code})。',
  },
} as const satisfies Partial<Record<FaultKind, WireError>>
