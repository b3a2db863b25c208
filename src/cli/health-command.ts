import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readSettings } from '../server/settings.ts'
import { ask, ownTarget, type Target } from './ask-server.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { mistake, mistakeOfArguments } from './mistakes.ts'

const PATH = '/readyz'

const HELP = `Usage: keyturn health [FLAGS]

Asks a server whether it serves, for containers and scripts that have no curl. Exit code 0: it does.

  --url URL
        what to ask, with its path, such as https://kms.example/healthz; without it, ${PATH} of the
        server that the variables and --config describe, on this machine
  --ca FILE
        certificates of authorities to trust in place of the system's (PEM), with --url
  --config FILE
        the server's settings file [KEYTURN_CONFIG]`

/** Says whether a server serves. */
export const healthCommand: Command = {
  help: () => HELP,
  async run(args, io) {
    const { status, text } = await ask(targetOf(args, io))
    const words = text.trim().split('\n', 1)[0] ?? ''
    if (status === 200) io.print(words)
    else io.printError(`keyturn: ${status} ${words}`)
    return status === 200 ? EXIT.ok : EXIT.failed
  },
}

function targetOf(args: readonly string[], io: CommandIo): Target {
  const text = { type: 'string' } as const
  let flags: { readonly url?: string; readonly ca?: string; readonly config?: string }
  try {
    flags = parseArgs({ args: [...args], options: { url: text, ca: text, config: text } }).values
  } catch (error) {
    throw mistakeOfArguments(error)
  }
  if (flags.url === undefined) return ownServer(flags.config, io)
  if (!/^https?:\/\/[^/]/.test(flags.url) || !URL.canParse(flags.url)) {
    throw mistake('not-a-url', { flag: 'url' })
  }
  const ca = flags.ca === undefined ? undefined : readFileSync(flags.ca)
  return { url: new URL(flags.url), ca, isVerified: true }
}

function ownServer(config: string | undefined, io: CommandIo): Target {
  const flags = config === undefined ? [] : ['--config', config]
  const { settings } = readSettings(flags, io.environment)
  return ownTarget(settings, PATH)
}
