import { parseArgs } from 'node:util'
import { createRootKeyFile } from '../server/data-folder.ts'
import { type Command, EXIT } from './command.ts'
import { mistake, mistakeOfArguments } from './mistakes.ts'

/** Makes a root key file. */
export const rootCreate: Command = {
  help: () =>
    [
      'Usage: keyturn root create --root-key FILE',
      '',
      'Makes a file with a new root key, for its owner alone, and prints the id of the key. Every node on',
      'one store needs the same file: give it to serve as --root-key. Without it every key is lost.',
      '',
      '  --root-key FILE',
      '        where it goes; a file that is there stays (required)',
    ].join('\n'),
  async run(args, io) {
    const path = pathOf(args)
    io.print(await createRootKeyFile(path))
    return EXIT.ok
  },
}

function pathOf(args: readonly string[]): string {
  let path: string | undefined
  try {
    const options = { 'root-key': { type: 'string' } } as const
    path = parseArgs({ args: [...args], options, strict: true }).values['root-key']
  } catch (error) {
    throw mistakeOfArguments(error)
  }
  if (path === undefined || path === '') throw mistake('flag-missing', { flag: 'root-key' })
  return path
}
