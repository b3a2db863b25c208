import type { CommandEntry } from './command.ts'
import type { Language } from './language.ts'

/** The help of a command, in a language. Chinese is loaded only where it is read. */
export async function helpOf(entry: CommandEntry, language: Language): Promise<string> {
  if (language === 'zh') {
    const { chineseHelpOf } = await import('./chinese/command-help.ts')
    const help = await chineseHelpOf(entry)
    if (help !== undefined) return help
  }
  return (await entry.load()).help()
}
