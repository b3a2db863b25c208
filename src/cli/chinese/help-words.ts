import type { KeyturnErrorKind } from '../../client/index.ts'
import { SUMMARIES_ZH } from '../../reference/summaries-zh.ts'
import type { Holder } from '../../server/hold-root.ts'
import type { HelpWords } from '../help-words.ts'
import type { FieldLimits } from '../operation-field.ts'
import { NOUNS_ZH, OWN_SUMMARIES_ZH } from './command-summaries.ts'
import { CONNECTION_FLAGS_ZH } from './connection-flags.ts'
import { fieldHelp } from './field-help.ts'
import { MISTAKES_ZH } from './mistakes.ts'
import { SYSTEM_WORDS_ZH } from './system-problems.ts'

const UNITS: Readonly<Record<NonNullable<FieldLimits['unit']>, string>> = {
  bits: ' 比特',
  bytes: ' 字节',
  days: ' 天',
}

const NO_ANSWER: Readonly<Partial<Record<KeyturnErrorKind, string>>> = {
  network: '无法连接服务器。',
  timeout: '服务器未在规定时间内应答。',
  unintelligible: '收到的不是 Keyturn 的应答：服务器地址是否正确？',
}

/** What is not yet said in Chinese keeps its own punctuation. */
const HAN = /\p{Script=Han}/u

/** Where a command runs, and since when. */
function holderFacts({ pid, host, since }: Holder): string {
  const begun = since === undefined ? '' : `，始于 ${new Date(since).toISOString()}`
  return `${host} 上的进程 ${pid}${begun}`
}

/** What help says in Chinese; what has no Chinese yet is said in English. */
export const HELP_WORDS_ZH: HelpWords = {
  usage: '用法：',
  about: 'Keyturn，密钥管理服务：密钥自动轮换，并且每次轮换都有据可查。',
  ofServers: '服务器提供的功能，每项各有一组命令（如 keyturn key --help 列出密钥的命令）：',
  tellsMore: (command) => `详细说明见 ${command} --help。`,
  exitCodes:
    '退出码：0 完成，1 失败，2 用法错误，3 未登录或无权限，4 对象不存在，5 服务器或网络异常。',
  noSuchCommand: (words) => `没有命令 ${words}`,
  didYouMean: (words) => `是否想用：${words}`,
  tryHelp: (words) => `请查看：${words} --help`,
  mistake: (found) => found.inWords(MISTAKES_ZH),
  noAnswer: (kind) => NO_ANSWER[kind],
  refusal: (message, code, requestId) => {
    const facts = [code, requestId && `请求 ${requestId}`].filter((fact) => fact !== '')
    if (facts.length === 0) return message
    return HAN.test(message)
      ? `${message}（${facts.join('，')}）`
      : `${message} (${facts.join(', ')})`
  },
  system: SYSTEM_WORDS_ZH,
  because: (what, cause) => `${what.replace(/[.。]$/, '')}${HAN.test(what) ? '：' : ': '}${cause}`,
  held: (holder) =>
    holder === undefined
      ? '另一个命令正在处理同一根密钥或存储：请等它结束后再次执行此命令'
      : `keyturn ${holder.command} 正在处理同一根密钥或存储（${holderFacts(holder)}）：请等它结束后再次执行此命令`,
  notAudited: (moment) =>
    moment === 'before'
      ? '没有执行任何操作，因为无法写入审计日志'
      : '操作已完成，但结果无法写入审计日志',
  helpFlag: '显示全部参数',
  noun: (noun) => NOUNS_ZH[noun],
  summary: ({ words, summary, operation }) =>
    (operation === undefined ? OWN_SUMMARIES_ZH[words] : SUMMARIES_ZH[operation]) ?? summary,
  operation: (id, { summary, method, path, permission }) => {
    const needs = permission === undefined ? '' : `需要权限 ${permission}。`
    return `${SUMMARIES_ZH[id] ?? summary}。调用 ${id}（${method} ${path}）。${needs}`
  },
  field: (id, { name, help }) => fieldHelp(id, name) ?? help,
  limits: ({ min, max, unit }) => `（${min} 至 ${max}${unit === undefined ? '' : UNITS[unit]}）`,
  choices: (choices) => `：${choices.join('、')}`,
  orAlias: (help) => help.replace(' ID', ' ID 或别名'),
  standardInput: '；- 表示标准输入',
  allBytes: '，按全部字节读取',
  orTyped: '，未给出时在终端提示输入',
  required: '（必填）',
  allPages: '依次取完所有页',
  output: '输出格式；未指定时，终端上为表格，其他情况为 JSON',
  connection: '服务器地址与登录方式：',
  connectionFlag: (name) => CONNECTION_FLAGS_ZH[name],
}
