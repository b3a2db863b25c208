import type { Words } from '../words.ts'

/** 密钥的版本及其使用情况。 */
export const USAGE: Words['usage'] = {
  title: '版本与使用情况',
  lead: '主版本用于加密；旧版本仍可解密其加密过的数据。',
  old: (share) => `解密的数据中有 ${share} 由旧版本加密`,
  oldText: (old, all) => `自开始统计以来，共 ${all} 次，其中 ${old} 次。`,
  oldNone: '解密的数据全部由主版本加密',
  unused: '自开始统计以来，此密钥尚未使用',
  since: (time) => `自 ${time} 起统计，此前的使用不计入。`,
  delay: '使用次数约十秒后更新。',
  version: '版本',
  state: '状态',
  states: { primary: '主版本', former: '旧版本', retired: '已停用', gone: '无材料' },
  origin: '来源',
  origins: { kms: '服务器生成', external: '导入' },
  created: '创建时间',
  expires: '过期时间',
  protects: '加密次数',
  opens: '解密次数',
  lastUse: '最近使用',
  use: '使用情况',
  barLabel: (protects, opens) => `加密 ${protects} 次，解密 ${opens} 次`,
  rewrap: '旧版本加密的数据可以用主版本重新加密，明文不会离开服务器（ReEncrypt）。',
}
