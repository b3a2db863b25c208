import type { FaultKind } from '../../core/fault.ts'
import type { WireError } from './wire-error.ts'

/** Errors about data, data keys and random numbers. */
export const CRYPTO_ERRORS = {
  'encryption-context-malformed': {
    status: 400,
    code: 'KMS.0208',
    en: 'The encryption context is malformed.',
    zh: 'encryption_context 格式错误。',
  },
  'decryption-failed': {
    status: 400,
    code: 'KMS.0308',
    en: 'The cipher text cannot be decrypted.',
    zh: '密文无法解密。',
  },
  'digest-length-mismatch': {
    status: 400,
    code: 'KMS.0329',
    en: 'The length of the digest does not fit the hash of the algorithm.',
    zh: '摘要长度与哈希算法不匹配。',
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
} as const satisfies Partial<Record<FaultKind, WireError>>
