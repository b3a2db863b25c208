import type { Words } from '../words.ts'

/** 项目概览。 */
export const HOME: Words['home'] = {
  title: '概览',
  lead: (project) => `项目 ${project} 的整体情况。`,
  keys: (count) => `${count} 个密钥`,
  oneKey: '1 个密钥',
  byState: '按状态统计',
  next: '即将轮换',
  nextNone: '没有将到期的密钥：尚无密钥开启自动轮换。',
  latest: '最近的轮换',
  latestNone: '还没有密钥轮换过。',
  all: '查看全部',
  createKey: '创建密钥',
  welcome: '本项目还没有密钥',
  welcomeText:
    '主密钥从不离开服务器：程序把少量数据或数据密钥交给它保护。开启轮换后，密钥会按周期生成新版本，旧版本加密的数据仍可解密。',
  steps: [
    '创建一个密钥并开启轮换。',
    '用它保护数据：encrypt-data、create-datakey、SDK 或命令行。',
    '查看它的时间线：每次轮换都会留下事件，证明何时到期、何时完成。',
  ],
  rotated: (from, to) => `版本 ${from} → ${to}`,
}
