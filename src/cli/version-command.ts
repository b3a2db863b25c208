import { version } from '../server/version.ts'
import { type Command, EXIT } from './command.ts'

/** Prints the version. */
export const versionCommand: Command = {
  help: () => 'Usage: keyturn version',
  async run(_args, io) {
    io.print(`keyturn ${version}, Node.js ${process.version}`)
    return EXIT.ok
  },
}
