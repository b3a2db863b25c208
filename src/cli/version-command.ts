import { readFileSync } from 'node:fs'
import { type Command, EXIT } from './command.ts'

/** Prints the version. */
export const versionCommand: Command = {
  help: () => 'Usage: keyturn version',
  async run(_args, io) {
    const file = new URL('../../package.json', import.meta.url)
    const { version } = JSON.parse(readFileSync(file, 'utf8'))
    io.print(`keyturn ${version}, Node.js ${process.version}`)
    return EXIT.ok
  },
}
