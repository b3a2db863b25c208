import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { parse as parseToml } from 'smol-toml'
import { KEY_EVENT_TYPES } from '../core/key-event.ts'
import { readSmall } from '../files/read-small.ts'
import { wantedSinks } from './audit-sink-settings.ts'
import { parseDurationMs } from './duration.ts'
import { isLoopback } from './loopback.ts'
import { requireGoodSeal } from './seal-together.ts'
import { SettingsError, type SettingsWords } from './settings-error.ts'
import { SETTINGS, type SettingName, type SettingRow, type Settings } from './settings-table.ts'
import { parseStoreUrl } from './store-url.ts'
import { hasCredentials } from './url-credentials.ts'

export { SettingsError } from './settings-error.ts'

/** Where the value of a setting comes from. */
export type SettingSource = 'flag' | 'variable' | 'file' | 'default'

/** Settings, and where each came from. */
export interface ReadSettings {
  readonly settings: Settings
  readonly sources: Readonly<Record<SettingName, SettingSource>>
}

const NAMES = Object.keys(SETTINGS) as readonly SettingName[]
/** What the store is told of the time is up to ten seconds old. */
const MIN_CLOCK_STEP_LIMIT_MS = 60_000
/** Most threads that serve requests. */
const MAX_WORKERS = 256
const VARIABLE_PREFIX = 'KEYTURN_'
/** Variables that are no settings of the server. */
const OTHER_VARIABLES: readonly string[] = [
  'KEYTURN_CONFIG',
  // Of the command line, for other commands.
  'KEYTURN_ENDPOINT',
  'KEYTURN_LANGUAGE',
  'KEYTURN_OUTPUT',
  'KEYTURN_PROFILE',
  // Of the tests.
  'KEYTURN_VECTORS',
  'KEYTURN_LONG',
]

/**
 * Reads settings from flags, variables and a file, in that order of weight.
 *
 * @throws {SettingsError} for one that is unknown or has a value that will not do
 */
export function readSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ReadSettings {
  const flags = readFlags(args)
  const variables = readVariables(environment)
  const path = flags['config'] ?? environment['KEYTURN_CONFIG']
  const file = typeof path === 'string' ? readFile(path) : {}
  const values: Partial<Record<SettingName, unknown>> = {}
  const sources: Partial<Record<SettingName, SettingSource>> = {}
  for (const name of NAMES) {
    const [source, raw] = firstGiven(name, flags, variables, file)
    sources[name] = source
    values[name] = source === 'default' ? SETTINGS[name].default : parseValue(name, raw, source)
  }
  const settings = values as Settings // one value for each name, each parsed by its row
  requireConsistent(settings)
  requireGoodStore(settings.store, sources.store === 'flag')
  return { settings, sources: sources as Record<SettingName, SettingSource> } // likewise
}

/** Name of the environment variable of a setting. */
export function variableOf(name: string): string {
  return VARIABLE_PREFIX + name.toUpperCase().replaceAll('-', '_')
}

/**
 * Variables of a server, and beside them what the file of `KEYTURN_CONFIG` says, for commands that work on what
 * that server has.
 *
 * @throws {SettingsError} when the file cannot be read
 */
export function variablesOfServer(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const path = environment['KEYTURN_CONFIG']
  if (path === undefined || path === '') return environment
  const given = Object.entries(readFile(path)).map(([name, value]) => [
    variableOf(name),
    String(value),
  ])
  return { ...Object.fromEntries(given), ...environment }
}

function readFlags(args: readonly string[]): Readonly<Record<string, unknown>> {
  const options: Record<string, { type: 'string' | 'boolean' }> = { config: { type: 'string' } }
  for (const name of NAMES) {
    options[name] = { type: SETTINGS[name].type === 'boolean' ? 'boolean' : 'string' }
  }
  try {
    return parseArgs({ args: [...args], options, strict: true, allowNegative: true }).values
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new SettingsError(wordsOfArguments(error, message))
  }
}

/** What `parseArgs` refuses. Source: Node.js, `ERR_PARSE_ARGS_*`. */
function wordsOfArguments(error: unknown, message: string): SettingsWords {
  const en = message.split('. To specify')[0] ?? message
  const [, option = ''] = /'(-[\w-]*)/.exec(message) ?? []
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return { en, zh: `没有选项 ${option}` }
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return { en, zh: '参数过多' }
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return { en, zh: `${option} 的值有误：需要值的选项必须给出值，开关不能带值` }
    default:
      return { en, zh: `参数有误：${en}` }
  }
}

function readVariables(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, unknown>> {
  const values: Record<string, string> = {}
  const names = new Map(NAMES.map((name) => [variableOf(name), name]))
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || OTHER_VARIABLES.includes(variable)) continue
    const name = names.get(variable)
    if (name === undefined)
      throw new SettingsError({ en: `there is no setting ${variable}`, zh: `没有设置 ${variable}` })
    if (value !== undefined) values[name] = value
  }
  return values
}

function readFile(path: string): Readonly<Record<string, unknown>> {
  let content: Readonly<Record<string, unknown>>
  try {
    const text = readSmall(path).toString('utf8')
    content = path.endsWith('.json') ? JSON.parse(text) : parseToml(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SettingsError({
      en: `the settings file ${path} cannot be read: ${why}`,
      zh: `无法读取设置文件 ${path}：${why}`,
    })
  }
  for (const name of Object.keys(content)) {
    if (!Object.hasOwn(SETTINGS, name))
      throw new SettingsError({
        en: `${path}: no setting ${name}`,
        zh: `${path}：没有设置 ${name}`,
      })
  }
  return content
}

function firstGiven(
  name: SettingName,
  flags: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, unknown>>,
  file: Readonly<Record<string, unknown>>,
): readonly [SettingSource, unknown] {
  if (flags[name] !== undefined) return ['flag', flags[name]]
  if (variables[name] !== undefined) return ['variable', variables[name]]
  if (file[name] !== undefined) return ['file', file[name]]
  return ['default', undefined]
}

function parseValue(name: SettingName, raw: unknown, source: SettingSource): unknown {
  const row: SettingRow = SETTINGS[name]
  const label = source === 'variable' ? variableOf(name) : source === 'flag' ? `--${name}` : name
  switch (row.type) {
    case 'text':
      if (typeof raw === 'string' && raw !== '') return raw
      throw new SettingsError({ en: `${label} must be text`, zh: `${label} 必须是文本` })
    case 'boolean':
      if (raw === true || raw === 'true' || raw === '1') return true
      if (raw === false || raw === 'false' || raw === '0') return false
      throw new SettingsError({
        en: `${label} must be true or false`,
        zh: `${label} 只能是 true 或 false`,
      })
    case 'integer': {
      const isNumber = typeof raw === 'number' || (typeof raw === 'string' && /^\d+$/.test(raw))
      const value = isNumber ? Number(raw) : Number.NaN
      if (Number.isInteger(value) && value >= row.min && value <= row.max) return value
      throw new SettingsError({
        en: `${label} must be a whole number from ${row.min} to ${row.max}`,
        zh: `${label} 必须是 ${row.min} 至 ${row.max} 的整数`,
      })
    }
    case 'choice':
      if (typeof raw === 'string' && row.choices.includes(raw)) return raw
      throw new SettingsError({
        en: `${label} must be one of ${row.choices.join(', ')}`,
        zh: `${label} 只能是以下之一：${row.choices.join('、')}`,
      })
    default:
      throw row satisfies never
  }
}

function requireConsistent(settings: Settings): void {
  const { host } = parseAddress(settings.listen)
  workerCount(settings)
  clockStepLimitMs(settings)
  const hasTls = settings['tls-cert'] !== undefined
  if (hasTls !== (settings['tls-key'] !== undefined)) {
    throw new SettingsError({
      en: '--tls-cert and --tls-key go together',
      zh: '--tls-cert 与 --tls-key 须同时给出',
    })
  }
  if (!isLoopback(host) && !hasTls && !settings['send-secrets-over-plain-http']) {
    throw new SettingsError({
      en:
        `${host} can be reached from other machines: give --tls-cert and --tls-key, ` +
        'or accept --send-secrets-over-plain-http',
      zh: `其他机器可访问 ${host}：请给出 --tls-cert 和 --tls-key，或接受 --send-secrets-over-plain-http`,
    })
  }
  if (settings.identity === 'keystone' && settings['identity-url'] === undefined) {
    throw new SettingsError({
      en: '--identity keystone needs --identity-url',
      zh: '--identity keystone 需要 --identity-url',
    })
  }
  for (const name of ['identity-url', 'public-url', 'webhook-url'] as const) {
    const url = settings[name]
    if (url !== undefined && !/^https?:\/\/[^\s/]+/.test(url)) {
      throw new SettingsError({
        en: `--${name} must be a URL that begins with http:// or https://`,
        zh: `--${name} 必须是以 http:// 或 https:// 开头的 URL`,
      })
    }
  }
  requireGoodWebhook(settings)
  wantedSinks(settings)
  requireGoodSeal(settings)
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(settings.region)) {
    throw new SettingsError({
      en: '--region must be 1 to 64 letters, digits, - or _',
      zh: '--region 为 1 至 64 个字母、数字、- 或 _',
    })
  }
}

function requireGoodWebhook(settings: Settings): void {
  const { 'webhook-url': url, 'webhook-secret-file': secretFile, 'webhook-events': list } = settings
  if ((url === undefined) !== (secretFile === undefined)) {
    throw new SettingsError({
      en: '--webhook-url and --webhook-secret-file go together',
      zh: '--webhook-url 与 --webhook-secret-file 须同时给出',
    })
  }
  if (url === undefined && settings['webhook-ca'] !== undefined) {
    throw new SettingsError({
      en: '--webhook-ca goes with --webhook-url',
      zh: '--webhook-ca 须与 --webhook-url 一同给出',
    })
  }
  if (url !== undefined && (!URL.canParse(url) || hasCredentials(new URL(url)))) {
    throw new SettingsError({
      en: '--webhook-url must be a URL without user and password',
      zh: '--webhook-url 必须是不含用户名和密码的 URL',
    })
  }
  const unknown = eventNames(list).find((name) => !isEventName(name))
  if (unknown !== undefined) {
    throw new SettingsError({
      en: `--webhook-events: there is no event ${unknown}; there are ${KEY_EVENT_TYPES.join(', ')}`,
      zh: `--webhook-events：没有事件 ${unknown}；可用的有 ${KEY_EVENT_TYPES.join('、')}`,
    })
  }
}

/** The names in `--webhook-events`. */
export function eventNames(list: string): readonly string[] {
  return list === 'all' ? KEY_EVENT_TYPES : list.split(',').map((name) => name.trim())
}

function isEventName(name: string): boolean {
  return (KEY_EVENT_TYPES as readonly string[]).includes(name)
}

/**
 * Refuses a store that will not do. A password in a flag would be read by everybody on the machine,
 * in the list of processes.
 *
 * @throws {SettingsError}
 */
export function requireGoodStore(store: string | undefined, isFlag: boolean): void {
  if (store === undefined) return
  const parsed = parseStoreUrl(store)
  if ('problem' in parsed)
    throw new SettingsError({
      en: `--store ${parsed.problem.en}`,
      zh: `--store ${parsed.problem.zh}`,
    })
  if (isFlag && parsed.password !== undefined) {
    throw new SettingsError({
      en:
        '--store must not bear a password, which would show in the list of processes: ' +
        `use --store-password-file, or ${variableOf('store')}`,
      zh: `--store 不能带密码，否则会出现在进程列表中：请用 --store-password-file 或 ${variableOf('store')}`,
    })
  }
}

/**
 * Host and port of `HOST:PORT`, where an IPv6 host stands in brackets.
 *
 * @throws {SettingsError}
 */
export function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port > 65_535) {
    throw new SettingsError({
      en: `--listen must be HOST:PORT, not ${text}`,
      zh: `--listen 的写法为 HOST:PORT，而不是 ${text}`,
    })
  }
  return { host, port }
}

/**
 * How many threads serve requests. Of several only Linux shares connections out fairly; and a virtual
 * clock stands in one thread.
 *
 * @throws {SettingsError}
 */
export function workerCount(settings: Settings): number {
  const { workers, clock } = settings
  const canShare = process.platform === 'linux' && clock === 'system'
  if (workers === 'auto') return canShare ? Math.min(availableParallelism(), MAX_WORKERS) : 1
  const count = /^[1-9]\d{0,2}$/.test(workers) ? Number(workers) : Number.NaN
  if (!(count <= MAX_WORKERS)) {
    throw new SettingsError({
      en: `--workers must be auto or a whole number from 1 to ${MAX_WORKERS}`,
      zh: `--workers 只能是 auto 或 1 至 ${MAX_WORKERS} 的整数`,
    })
  }
  if (count > 1 && clock !== 'system') {
    throw new SettingsError({
      en: 'a virtual clock goes with --workers 1 only',
      zh: '虚拟时钟只能与 --workers 1 一同使用',
    })
  }
  if (count > 1 && !canShare) {
    throw new SettingsError({
      en: 'several workers can share a port on Linux only: use --workers 1',
      zh: '只有在 Linux 上多个工作线程才能共用端口：请用 --workers 1',
    })
  }
  return count
}

/**
 * By how much the clock may step and is believed, in milliseconds.
 *
 * @throws {SettingsError}
 */
export function clockStepLimitMs(settings: Settings): number {
  const limitMs = parseDurationMs(settings['clock-step-limit'])
  if (limitMs !== undefined && limitMs >= MIN_CLOCK_STEP_LIMIT_MS) return limitMs
  throw new SettingsError({
    en: '--clock-step-limit must be a duration of a minute or more: 15m, 6h, 1d',
    zh: '--clock-step-limit 必须是一分钟以上的时长：15m、6h、1d',
  })
}
