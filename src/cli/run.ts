import { type Command, type CommandIo, EXIT, UsageError } from './command.ts'

interface CommandEntry {
  /** The words that call it. */
  readonly words: string
  /** One line for the list of commands. */
  readonly summary: string
  /** A command is loaded when it is called: none waits for the code of the others. */
  readonly load: () => Promise<Command>
}

/** Every command, in the order of `--help`. */
const COMMANDS: readonly CommandEntry[] = [
  {
    words: 'serve',
    summary: 'run the server',
    load: async () => (await import('./serve-command.ts')).serveCommand,
  },
  {
    words: 'health',
    summary: 'say whether a server serves',
    load: async () => (await import('./health-command.ts')).healthCommand,
  },
  {
    words: 'audit verify',
    summary: 'say whether the audit log is whole',
    load: async () => (await import('./audit-commands.ts')).auditVerify,
  },
  {
    words: 'config check',
    summary: 'say whether the settings will do',
    load: async () => (await import('./config-commands.ts')).configCheck,
  },
  {
    words: 'config show',
    summary: 'print every setting and where its value comes from',
    load: async () => (await import('./config-commands.ts')).configShow,
  },
  {
    words: 'project create',
    summary: 'make a project',
    load: async () => (await import('./project-commands.ts')).projectCreate,
  },
  {
    words: 'user create',
    summary: 'make a user',
    load: async () => (await import('./user-commands.ts')).userCreate,
  },
  {
    words: 'user list',
    summary: 'list users and their roles',
    load: async () => (await import('./user-commands.ts')).userList,
  },
  {
    words: 'user password',
    summary: 'give a user another password; its tokens end',
    load: async () => (await import('./user-commands.ts')).userPassword,
  },
  {
    words: 'user delete',
    summary: 'remove a user with its access keys and roles',
    load: async () => (await import('./user-commands.ts')).userDelete,
  },
  {
    words: 'access-key create',
    summary: 'make an access key for a user',
    load: async () => (await import('./access-key-commands.ts')).accessKeyCreate,
  },
  {
    words: 'access-key delete',
    summary: 'remove an access key',
    load: async () => (await import('./access-key-commands.ts')).accessKeyDelete,
  },
  {
    words: 'role assign',
    summary: 'give a user a role, in a project or everywhere',
    load: async () => (await import('./role-commands.ts')).roleAssign,
  },
  {
    words: 'role remove',
    summary: 'take a role from a user',
    load: async () => (await import('./role-commands.ts')).roleRemove,
  },
  {
    words: 'policy put',
    summary: 'store a policy, in place of an older one of that name',
    load: async () => (await import('./policy-commands.ts')).policyPut,
  },
  {
    words: 'policy delete',
    summary: 'remove a policy, also from those who had it',
    load: async () => (await import('./policy-commands.ts')).policyDelete,
  },
  {
    words: 'root create',
    summary: 'make a root key file, for several nodes on one store',
    load: async () => (await import('./root-commands.ts')).rootCreate,
  },
  {
    words: 'store copy',
    summary: 'copy all data from SQLite to PostgreSQL or back, and compare',
    load: async () => (await import('./store-commands.ts')).storeCopy,
  },
  {
    words: 'doctor',
    summary: 'look at an installation and say what is wrong',
    load: async () => (await import('./doctor-command.ts')).doctor,
  },
  {
    words: 'rehearse',
    summary: 'show on a clock that runs ahead what will rotate when',
    load: async () => (await import('./rehearse-command.ts')).rehearse,
  },
  {
    words: 'encrypt-file',
    summary: 'encrypt a file of any size under a data key of its own',
    load: async () => (await import('./file-commands.ts')).encryptFile,
  },
  {
    words: 'decrypt-file',
    summary: 'decrypt what encrypt-file made',
    load: async () => (await import('./file-commands.ts')).decryptFile,
  },
  {
    words: 'version',
    summary: 'print the version',
    load: async () => (await import('./version-command.ts')).versionCommand,
  },
]

/** Runs the command that `args` name; the answer is the exit code. */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const entry = COMMANDS.find(({ words }) =>
    words.split(' ').every((word, index) => args[index] === word),
  )
  if (entry === undefined) return withoutCommand(args, io)
  const rest = args.slice(entry.words.split(' ').length)
  const command = await entry.load()
  if (rest.includes('--help') || rest.includes('-h')) {
    io.print(command.help())
    return EXIT.ok
  }
  try {
    return await command.run(rest, io)
  } catch (error) {
    if (error instanceof UsageError || isSettingsError(error)) {
      io.printError(`keyturn: ${error.message}\nTry: keyturn ${entry.words} --help`)
      return EXIT.usage
    }
    io.printError(`keyturn: ${explain(error)}`)
    return EXIT.failed
  }
}

function withoutCommand(args: readonly string[], io: CommandIo): number {
  if (args.length === 0 || ['help', '--help', '-h'].includes(args[0] ?? '')) {
    io.print(overview())
    return EXIT.ok
  }
  io.printError(`keyturn: there is no command ${args.join(' ')}\n\n${overview()}`)
  return EXIT.usage
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

/** By name, so that commands which read no settings need not load them. */
function isSettingsError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'SettingsError'
}

/** An error with its causes, each on what it says, without stacks. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`
}
