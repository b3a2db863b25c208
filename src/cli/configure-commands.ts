import { parseArgs } from 'node:util'
import { createClient } from '../client/index.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { CONNECTION_OPTIONS, type ConnectionFlags } from './connection/connection-flags.ts'
import { connectionOf } from './connection/open-client.ts'
import {
  DEFAULT_PROFILE,
  type Profile,
  type ProfileField,
  profileFolder,
  readProfiles,
  requireProfileName,
  SECRET_FIELDS,
  writeProfiles,
} from './connection/profiles.ts'
import { readSecret } from './connection/secret-input.ts'
import { mistake, mistakeOfArguments } from './mistakes.ts'
import { type ProfileQuestion, type SecretName, terminalWordsFor } from './terminal-words.ts'

const HELP = `Usage: keyturn configure [--profile NAME] [FLAGS]

Stores where a server is and who signs in there, so that other commands need not be told. What no flag
says is asked for at a terminal, where Enter keeps what is stored and - clears it; secrets are not shown
while they are typed. Then it signs in, to see whether that works.

  --profile NAME
        name to store it under [${DEFAULT_PROFILE}]
  --endpoint URL
        the server, as https://kms.example
  --auth-url URL
        identity service, where that is not the server itself
  --region NAME
        region; a project without a name of its own bears that of its region
  --project-id ID, --project NAME
        the project, by its id or its name
  --domain NAME
        domain of the user
  --user NAME, --password-file FILE
        who signs in; the password from a file, or - for standard input
  --access-key ID, --secret-key-file FILE
        an access key instead
  --token-file FILE
        a token instead
  --ca-file FILE
        certificates to trust in place of those of the system (PEM)
  --no-check
        do not sign in

Everything but secrets is in config.toml in the folder keyturn of $XDG_CONFIG_HOME (~/.config), secrets
are in credentials.toml beside it, which only you may read.`

/** What is typed in the place of a stored value to have none. */
const CLEAR = '-'

/** Stores a profile. */
export const configure: Command = {
  help: () => HELP,
  async run(args, io) {
    const flags = flagsOf(args)
    const name = requireProfileName(flags.profile ?? DEFAULT_PROFILE)
    const profiles = await readProfiles(io.environment)
    const profile = await profileOf(flags, profiles[name] ?? {}, io)
    await writeProfiles(io.environment, { ...profiles, [name]: profile })
    io.print(`Stored as ${name} in ${profileFolder(io.environment)}.`)
    return flags.check === false ? EXIT.ok : check(name, io)
  },
}

/** Lists the names of profiles. */
export const configureList: Command = {
  help: () => 'Usage: keyturn configure list\n\nLists the profiles: name, server, who signs in.',
  async run(args, io) {
    requireNone(args)
    const profiles = Object.entries(await readProfiles(io.environment))
    for (const [name, profile] of profiles) {
      io.print(`${name}  ${profile.endpoint ?? ''}  ${whoIn(profile)}`.trimEnd())
    }
    return EXIT.ok
  },
}

/** Prints a profile, without its secrets. */
export const configureShow: Command = {
  help: () =>
    'Usage: keyturn configure show [--profile NAME]\n\nPrints a profile; of secrets only that they are there.',
  async run(args, io) {
    const { name, profile } = await namedProfile(args, io)
    io.print(`profile: ${name}`)
    for (const [field, value] of Object.entries(profile)) {
      const isSecret = SECRET_FIELDS.some((secret) => secret === field)
      io.print(`${field}: ${isSecret ? '(stored)' : value}`)
    }
    return EXIT.ok
  },
}

/** Forgets a profile. */
export const configureRemove: Command = {
  help: () =>
    'Usage: keyturn configure remove --profile NAME\n\nForgets a profile and its secrets.',
  async run(args, io) {
    const { name } = await namedProfile(args, io)
    const { [name]: _, ...others } = await readProfiles(io.environment)
    await writeProfiles(io.environment, others)
    io.print('done')
    return EXIT.ok
  },
}

type ConfigureFlags = ConnectionFlags & {
  readonly region?: string | undefined
  readonly check?: boolean | undefined
}

function flagsOf(args: readonly string[]): ConfigureFlags {
  const options = {
    ...CONNECTION_OPTIONS,
    region: { type: 'string' },
    check: { type: 'boolean' },
  } as const
  try {
    return parseArgs({ args: [...args], options, strict: true, allowNegative: true }).values
  } catch (error) {
    throw mistakeOfArguments(error)
  }
}

async function profileOf(flags: ConfigureFlags, before: Profile, io: CommandIo): Promise<Profile> {
  const words = await terminalWordsFor(io)
  const ask = async (field: ProfileQuestion): Promise<string | undefined> => {
    const given: unknown = Object.entries(flags).find(([name]) => name === field)?.[1]
    const flag = typeof given === 'string' ? given : undefined
    if (flag !== undefined || io.ask === undefined) return flag ?? before[field]
    const kept = before[field]
    const typed = await io.ask(words.question(words.profile[field], kept), 'shown')
    if (typed === CLEAR) return undefined
    return typed === '' ? kept : typed
  }
  const endpoint = await ask('endpoint')
  if (endpoint === undefined) throw mistake('flag-missing', { flag: 'endpoint' })
  if (!/^https?:\/\/[^/]/.test(endpoint)) throw mistake('not-https', { flag: 'endpoint' })
  const place: Profile = {
    endpoint,
    ...some('auth-url', flags['auth-url'] ?? before['auth-url']),
    ...some('ca-file', flags['ca-file'] ?? before['ca-file']),
    ...some('region', await ask('region')),
    ...some('project-id', flags['project-id'] ?? before['project-id']),
    ...some('project', await ask('project')),
  }
  return { ...place, ...(await signInOf(flags, before, ask, io)) }
}

async function signInOf(
  flags: ConfigureFlags,
  before: Profile,
  ask: (field: ProfileQuestion) => Promise<string | undefined>,
  io: CommandIo,
): Promise<Profile> {
  const { questionThatKeeps, secret: nameOf } = await terminalWordsFor(io)
  const secret = async (about: SecretName, flag: keyof ConnectionFlags, kept?: string) => {
    const file = flags[flag]
    if (file !== undefined || kept === undefined) return readSecret({ about, flag, file }, io)
    const typed = await io.ask?.(questionThatKeeps(nameOf(about)), 'secret')
    return typed === undefined || typed === '' ? kept : typed
  }
  if (flags['token-file'] !== undefined)
    return { token: await secret({ kind: 'token' }, 'token-file') }
  const user = flags['access-key'] === undefined ? await ask('user') : undefined
  if (user !== undefined) {
    const domain = await ask('domain')
    const kept = user === before.user ? before.password : undefined
    const password = await secret({ kind: 'password', user }, 'password-file', kept)
    return { user, ...some('domain', domain), password }
  }
  const accessKey = await ask('access-key')
  if (accessKey === undefined) {
    throw mistake('credentials-missing', {})
  }
  const about = { kind: 'secretKey', accessKey } as const
  const kept = accessKey === before['access-key'] ? before['secret-key'] : undefined
  return { 'access-key': accessKey, 'secret-key': await secret(about, 'secret-key-file', kept) }
}

async function check(name: string, io: CommandIo): Promise<number> {
  const options = await connectionOf({ profile: name }, io)
  const client = createClient({ ...options, retries: 0 })
  if (options.credentials.kind === 'accessKey') {
    // Signing in with an access key would send its secret: a signed request shows the same.
    const { projects } = await client.listAuthProjects()
    io.print(`Signed a request; projects: ${projects.map((project) => project.name).join(', ')}.`)
    return EXIT.ok
  }
  const { userName, projectName } = await client.signIn()
  // A token that is stored is to stay good.
  if (options.credentials.kind === 'password') await client.signOut()
  io.print(
    `Signed in as ${userName}${projectName === undefined ? '' : `, project ${projectName}`}.`,
  )
  return EXIT.ok
}

async function namedProfile(
  args: readonly string[],
  io: CommandIo,
): Promise<{ readonly name: string; readonly profile: Profile }> {
  const { values, positionals } = parseProfile(args)
  const name = values.profile ?? positionals[0] ?? DEFAULT_PROFILE
  const profile = (await readProfiles(io.environment))[name]
  if (profile === undefined) throw mistake('profile-absent', { name })
  return { name, profile }
}

function parseProfile(args: readonly string[]) {
  try {
    const options = { profile: { type: 'string' } } as const
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw mistakeOfArguments(error)
  }
}

function requireNone(args: readonly string[]): void {
  if (args.length > 0) throw mistake('no-arguments', {})
}

function whoIn(profile: Profile): string {
  if (profile.token !== undefined) return 'by a token'
  return profile.user ?? profile['access-key'] ?? ''
}

function some(field: ProfileField, value: string | undefined): Profile {
  return value === undefined || value === '' ? {} : { [field]: value }
}
