import { HELP_WORDS_ZH } from '../src/cli/chinese/help-words.ts'
import { HELP_WORDS_EN, type HelpWords } from '../src/cli/help-words.ts'

/** What the reference pages say around the tables, in one language. */
export interface Words {
  readonly language: 'en' | 'zh'
  /** The end of a sentence. */
  readonly stop: string
  /** The lines before the operations. */
  readonly operations: readonly string[]
  readonly apis: Readonly<Record<'kms' | 'keyturn' | 'identity', string>>
  readonly who: string
  /** Of the table of the members of a request. */
  readonly fieldHead: readonly string[]
  readonly places: Readonly<Record<'path' | 'query' | 'header' | 'body', string>>
  /** Of bytes in text. */
  readonly base64: string
  /** Of a member that has one value only. */
  readonly always: (value: string) => string
  readonly help: HelpWords
  readonly answer: string
  readonly replyHeaders: string
  readonly faults: string
  readonly source: string
  readonly anybody: string
  readonly signedIn: string
  readonly orGrant: (operation: string) => string
  readonly faultsPage: readonly string[]
  readonly settings: readonly string[]
  /** What kinds of settings are called. */
  readonly kinds: Readonly<Record<string, string>>
  readonly range: (min: number, max: number) => string
}

/** The words in English. */
export const EN: Words = {
  language: 'en',
  stop: '.',
  operations: [
    '# Operations',
    '',
    'Made from the table in `src/contract/operations/`; not edited by hand. A field marked `?` may be',
    'left out. Every operation may also be answered with the faults that any request may meet; see',
    '[faults](faults.md).',
  ],
  apis: {
    kms: 'Key management',
    keyturn: "Keyturn's own",
    identity: 'Identity: what clients need to sign in',
  },
  who: 'who: ',
  fieldHead: ['| request | where | type | meaning |', '| --- | --- | --- | --- |'],
  base64: ' (base64)',
  places: { path: 'path', query: 'query', header: 'header', body: 'body' },
  always: (value) => `always \`${value}\``,
  help: HELP_WORDS_EN,
  answer: 'answer: ',
  replyHeaders: 'reply headers: ',
  faults: 'faults: ',
  source: 'source: ',
  anybody: 'anybody',
  signedIn: 'whoever is signed in',
  orGrant: (operation) => `, or a grant for \`${operation}\``,
  faultsPage: [
    '# Faults',
    '',
    'Made from the table in `src/contract/wire-errors/`; not edited by hand. The body has a nested and',
    'a flat form of the same: `{"error":{"error_code","error_msg"},"error_code","error_msg","request_id"}`.',
    'The identity API answers `{"error":{"code","message","title"}}` with the status as code.',
    '',
    '| status | code | fault | English | 中文 |',
    '| ---: | --- | --- | --- | --- |',
  ],
  settings: [
    '# Settings',
    '',
    'Made from the table in `src/server/settings-table.ts`; not edited by hand. A flag weighs more than',
    'a variable, a variable more than the file that `--config` or `KEYTURN_CONFIG` names (TOML, or JSON',
    'by its ending), which has the names without dashes in front. Unknown settings are errors.',
    '',
    '| flag, variable | kind | default | meaning |',
    '| --- | --- | --- | --- |',
  ],
  kinds: {},
  range: (min, max) => `${min} to ${max}`,
}

/** The words in Chinese. */
export const ZH: Words = {
  language: 'zh',
  stop: '。',
  operations: [
    '# 接口',
    '',
    '由 `src/contract/operations/` 中的表生成，请勿手工修改。标有 `?` 的字段可以省略。除列出的错误外，任何请求都可能遇到的错误见',
    '[错误码](faults.zh.md)。',
  ],
  apis: {
    kms: '密钥管理',
    keyturn: 'Keyturn 自有接口',
    identity: '身份：客户端登录所需的接口',
  },
  who: '权限：',
  fieldHead: ['| 请求字段 | 位置 | 类型 | 说明 |', '| --- | --- | --- | --- |'],
  base64: '（Base64）',
  places: { path: '路径', query: '查询参数', header: '请求头', body: '请求体' },
  always: (value) => `固定为 \`${value}\``,
  help: HELP_WORDS_ZH,
  answer: '响应：',
  replyHeaders: '响应头：',
  faults: '错误：',
  source: '出处：',
  anybody: '任何人',
  signedIn: '任何已登录的用户',
  orGrant: (operation) => `，或 \`${operation}\` 的授权`,
  faultsPage: [
    '# 错误码',
    '',
    '由 `src/contract/wire-errors/` 中的表生成，请勿手工修改。响应体同时包含嵌套和平铺两种形式：',
    '`{"error":{"error_code","error_msg"},"error_code","error_msg","request_id"}`。身份接口返回',
    '`{"error":{"code","message","title"}}`，其中 code 为状态码。说明文字的语言由 `X-Language` 或 `Accept-Language` 决定。',
    '',
    '| 状态码 | 错误码 | 名称 | 中文 | English |',
    '| ---: | --- | --- | --- | --- |',
  ],
  settings: [
    '# 设置',
    '',
    '由 `src/server/settings-table.ts` 中的表生成，请勿手工修改。启动参数优先于环境变量，环境变量优先于 `--config` 或',
    '`KEYTURN_CONFIG` 指定的文件（TOML，或以 `.json` 结尾的 JSON），文件中的名称不带开头的短横线。未知的设置会报错。',
    '',
    '| 参数，环境变量 | 类型 | 默认值 | 含义 |',
    '| --- | --- | --- | --- |',
  ],
  kinds: { text: '文本', integer: '整数', boolean: '布尔', choice: '选项' },
  range: (min, max) => `${min} 至 ${max}`,
}
