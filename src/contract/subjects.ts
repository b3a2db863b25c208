import type { OperationRow } from './operation.ts'
import * as accessPoints from './operations/access-points.ts'
import * as aliases from './operations/aliases.ts'
import * as audit from './operations/audit.ts'
import * as capsules from './operations/capsules.ts'
import * as data from './operations/data.ts'
import * as dataKeyPairs from './operations/data-key-pairs.ts'
import * as defaultKeys from './operations/default-keys.ts'
import * as grants from './operations/grants.ts'
import * as identity from './operations/identity.ts'
import * as imports from './operations/import.ts'
import * as keyPolicies from './operations/key-policies.ts'
import * as keyTable from './operations/key-table.ts'
import * as keys from './operations/keys.ts'
import * as keystores from './operations/keystores.ts'
import * as reEncrypt from './operations/re-encrypt.ts'
import * as regions from './operations/regions.ts'
import * as rotation from './operations/rotation.ts'
import * as rotationLimits from './operations/rotation-limits.ts'
import * as server from './operations/server.ts'
import * as signing from './operations/signing.ts'
import * as tags from './operations/tags.ts'
import * as versions from './operations/versions.ts'

/** What a group of operations is about: a heading for people. */
export interface Subject {
  /** Differs from every API's name: both are tags. */
  readonly id: string
  readonly en: string
  readonly zh: string
  /** Operations by their ids: a module of the table. */
  readonly rows: Readonly<Record<string, OperationRow>>
}

/**
 * The subjects in the order in which documents show them; each is a module of the table. A new
 * module of operations gets a line here.
 */
export const SUBJECTS: readonly Subject[] = [
  { id: 'keys', en: 'Keys', zh: '密钥', rows: keys },
  { id: 'key-table', en: 'Keys at a glance', zh: '密钥一览', rows: keyTable },
  { id: 'rotation', en: 'Rotation', zh: '轮换', rows: { ...rotation, ...rotationLimits } },
  { id: 'data', en: 'Data and data keys', zh: '数据与数据密钥', rows: data },
  {
    id: 'signing',
    en: 'Signatures, MACs and key agreement',
    zh: '签名、消息认证码与密钥协商',
    rows: signing,
  },
  { id: 'data-key-pairs', en: 'Data key pairs', zh: '数据密钥对', rows: dataKeyPairs },
  { id: 're-encryption', en: 'Re-encryption', zh: '重加密', rows: reEncrypt },
  { id: 'import', en: 'Import of key material', zh: '导入密钥材料', rows: imports },
  { id: 'aliases', en: 'Aliases', zh: '别名', rows: aliases },
  { id: 'tags', en: 'Tags', zh: '标签', rows: tags },
  { id: 'grants', en: 'Grants', zh: '授权', rows: grants },
  { id: 'key-policies', en: 'Key policies', zh: '密钥策略', rows: keyPolicies },
  { id: 'access-points', en: 'Access points', zh: '接入点', rows: accessPoints },
  { id: 'capsules', en: 'Data key capsules', zh: '数据密钥胶囊', rows: capsules },
  { id: 'keystores', en: 'Key stores', zh: '密钥库', rows: keystores },
  { id: 'regions', en: 'Regions', zh: '多区域密钥', rows: regions },
  { id: 'default-keys', en: 'Default keys', zh: '默认密钥', rows: defaultKeys },
  { id: 'sign-in', en: 'Signing in', zh: '登录与身份', rows: identity },
  { id: 'audit', en: 'Audit log', zh: '审计日志', rows: audit },
  { id: 'server', en: 'Clock', zh: '时钟', rows: server },
  { id: 'versions', en: 'API versions', zh: 'API 版本', rows: versions },
]

/** Where an operation is shown that no subject has; a test sees to it that there is none. */
export const OTHER_SUBJECT: Subject = { id: 'other', en: 'Other', zh: '其他', rows: {} }

/** The subject of operation `id`. */
export function subjectOf(id: string): Subject {
  return SUBJECTS.find(({ rows }) => Object.hasOwn(rows, id)) ?? OTHER_SUBJECT
}
