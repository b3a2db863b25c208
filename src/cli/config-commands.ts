import { requireSealFiles, requireSinkFiles } from '../server/check-files.ts'
import { readSettings } from '../server/settings.ts'
import { type Command, EXIT } from './command.ts'
import { settingsHelp } from './settings-help.ts'

/** Says whether the settings will do. */
export const configCheck: Command = {
  help: () => `Usage: keyturn config check [FLAGS]\n\n${settingsHelp()}`,
  async run(args, io) {
    const { settings } = readSettings(args, io.environment)
    requireSinkFiles(settings)
    requireSealFiles(settings)
    io.print('The settings will do.')
    return EXIT.ok
  },
}

/** Prints every setting and where its value comes from. No setting is a secret itself. */
export const configShow: Command = {
  help: () => `Usage: keyturn config show [FLAGS]\n\n${settingsHelp()}`,
  async run(args, io) {
    const { settings, sources } = readSettings(args, io.environment)
    const rows = Object.entries(settings).map(
      ([name, value]) => [name, maskUrl(String(value ?? '')), sourceOf(sources, name)] as const,
    )
    const width = Math.max(...rows.map(([name]) => name.length))
    const valueWidth = Math.max(...rows.map(([, value]) => value.length))
    for (const [name, value, source] of rows) {
      io.print(`${name.padEnd(width)}  ${value.padEnd(valueWidth)}  ${source}`)
    }
    return EXIT.ok
  },
}

function sourceOf(sources: Readonly<Record<string, string>>, name: string): string {
  return sources[name] ?? ''
}

/** A URL may bear a password: that is not shown. */
function maskUrl(text: string): string {
  return text.replace(/^(\w+:\/\/[^/@:]*):.*@/, '$1:***@')
}
