import { SETTINGS, type SettingName, type SettingRow } from '../../server/settings-table.ts'
import { STORE_FLAGS } from '../../server/store-settings.ts'
import { CONNECTION_FLAGS, type ConnectionFlagName } from '../connection/connection-flags.ts'
import { OUTPUT_FORMS } from '../output/print-reply.ts'
import { CONNECTION_FLAGS_ZH } from './connection-flags.ts'
import type { FlagTexts } from './help-text.ts'
import { HELP_WORDS_ZH } from './help-words.ts'
import { SETTINGS_ZH } from './settings.ts'

/** What stands above {@link connectionTexts}. */
export const CONNECTION_HEADING = '服务器地址与登录方式（也可用 keyturn configure 保存）：'

/** The flags of every command that calls a server. */
export function connectionTexts(): FlagTexts {
  const names = Object.keys(CONNECTION_FLAGS) as ConnectionFlagName[] // its own keys
  return Object.fromEntries(
    names.map((name) => [
      `--${name} ${CONNECTION_FLAGS[name].placeholder}`,
      CONNECTION_FLAGS_ZH[name],
    ]),
  )
}

/** The flags of the server, with their choices and defaults. */
export function settingTexts(): FlagTexts {
  const names = Object.keys(SETTINGS) as SettingName[] // its own keys
  return {
    ...Object.fromEntries(names.map((name) => [flagOf(name), meaningOf(name)])),
    '--config FILE': '设置文件，TOML 或 JSON，使用以上名称',
  }
}

/** The flags that say which store, as the server has them. */
export function storeTexts(without?: (typeof STORE_FLAGS)[number]): FlagTexts {
  const names = STORE_FLAGS.filter((name) => name !== without)
  return Object.fromEntries(names.map((name) => [flagOf(name), SETTINGS_ZH[name]]))
}

/** The flag that says how an answer is printed. */
export function outputTexts(): FlagTexts {
  return {
    [`--output ${OUTPUT_FORMS.join('|')}`]: HELP_WORDS_ZH.output,
  }
}

function flagOf(name: SettingName): string {
  return `--${name} ${SETTINGS[name].placeholder}`.trimEnd()
}

function meaningOf(name: SettingName): string {
  const row: SettingRow = SETTINGS[name]
  const meaning = SETTINGS_ZH[name]
  const choices = row.type === 'choice' ? row.choices : []
  const isTold = choices.every((choice) => meaning.includes(choice))
  const text = isTold ? meaning : `${meaning}（可选 ${choices.join('、')}）`
  if (row.default === undefined || row.default === false) return text
  return `${text}${text.endsWith('）') ? '' : ' '}[${row.default}]`
}
