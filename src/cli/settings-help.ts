import { variableOf } from '../server/settings.ts'
import { SETTINGS, type SettingRow } from '../server/settings-table.ts'

/** The flags of the server, a line or two each. */
export function settingsHelp(): string {
  const lines = Object.entries(SETTINGS).map(([name, row]: readonly [string, SettingRow]) => {
    const choices = row.type === 'choice' ? ` (${row.choices.join(', ')})` : ''
    const preset = row.default === undefined || row.default === false ? '' : ` [${row.default}]`
    return `  --${name} ${row.placeholder}`
      .trimEnd()
      .concat(`\n        ${row.help}${choices}${preset}`)
  })
  return [
    ...lines,
    '  --config FILE\n        settings file, TOML or JSON, with the names above',
    '',
    `Each flag is also a variable, as ${variableOf('log-level')}. A flag weighs more than a variable,`,
    'a variable more than the file.',
  ].join('\n')
}
