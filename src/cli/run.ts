import { SettingsError } from '../server/settings.ts'
import { accessKeyCreate, accessKeyDelete } from './access-key-commands.ts'
import { auditVerify } from './audit-commands.ts'
import { type Command, type CommandIo, EXIT, UsageError } from './command.ts'
import { configCheck, configShow } from './config-commands.ts'
import { policyDelete, policyPut } from './policy-commands.ts'
import { projectCreate } from './project-commands.ts'
import { roleAssign, roleRemove } from './role-commands.ts'
import { serveCommand } from './serve-command.ts'
import { userCreate, userDelete, userList, userPassword } from './user-commands.ts'
import { versionCommand } from './version-command.ts'

/** Every command, in the order of `--help`. */
const COMMANDS: readonly Command[] = [
  serveCommand,
  auditVerify,
  configCheck,
  configShow,
  projectCreate,
  userCreate,
  userList,
  userPassword,
  userDelete,
  accessKeyCreate,
  accessKeyDelete,
  roleAssign,
  roleRemove,
  policyPut,
  policyDelete,
  versionCommand,
]

/** Runs the command that `args` name; the answer is the exit code. */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const found = findCommand(args)
  if (found === undefined) {
    const wantsHelp = args.length === 0 || ['help', '--help', '-h'].includes(args[0] ?? '')
    if (wantsHelp) {
      io.print(overview())
      return EXIT.ok
    }
    io.printError(`keyturn: there is no command ${args.join(' ')}\n\n${overview()}`)
    return EXIT.usage
  }
  const { command, rest } = found
  if (rest.includes('--help') || rest.includes('-h')) {
    io.print(command.help())
    return EXIT.ok
  }
  try {
    return await command.run(rest, io)
  } catch (error) {
    if (error instanceof SettingsError || error instanceof UsageError) {
      io.printError(`keyturn: ${error.message}\nTry: keyturn ${command.words} --help`)
      return EXIT.usage
    }
    io.printError(`keyturn: ${explain(error)}`)
    return EXIT.failed
  }
}

function findCommand(args: readonly string[]) {
  for (const command of COMMANDS) {
    const words = command.words.split(' ')
    if (words.every((word, index) => args[index] === word)) {
      return { command, rest: args.slice(words.length) }
    }
  }
  return undefined
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ words }) => words.length))
  const lines = COMMANDS.map(({ words, summary }) => `  ${words.padEnd(width)}  ${summary}`)
  return [
    'Keyturn, a key management service: keys that rotate by themselves and can prove it.',
    '',
    'Usage: keyturn COMMAND [FLAGS]',
    '',
    ...lines,
    '',
    'keyturn COMMAND --help tells more. Exit codes: 0 done, 1 failed, 2 called wrongly.',
  ].join('\n')
}

/** An error with its causes, each on what it says, without stacks. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`
}
