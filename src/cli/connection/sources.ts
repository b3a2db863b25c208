import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandIo } from '../command.ts'
import { mistake } from '../mistakes.ts'
import type { SecretName } from '../terminal-words.ts'
import type { ConnectionFlags } from './connection-flags.ts'
import type { Profile } from './profiles.ts'

/** A secret that is read only when it is needed. */
export type LazySecret =
  | { readonly kind: 'known'; readonly value: string }
  | {
      readonly kind: 'ask'
      readonly about: SecretName
      readonly flag: string
      readonly file?: string
    }

/** Who signs in, as one source says. */
export type LazyCredentials =
  | { readonly kind: 'token'; readonly secret: LazySecret }
  | { readonly kind: 'password'; readonly user: LazyUser; readonly secret: LazySecret }
  | { readonly kind: 'accessKey'; readonly accessKey: string; readonly secret: LazySecret }

/** A user by its name or its id. */
export type LazyUser = { readonly userName: string } | { readonly userId: string }

/** What one source says of the server and of who signs in. */
export interface Source {
  readonly endpoint?: string | undefined
  readonly authUrl?: string | undefined
  readonly projectId?: string | undefined
  readonly projectName?: string | undefined
  readonly domainName?: string | undefined
  readonly domainId?: string | undefined
  readonly caFile?: string | undefined
  readonly credentials?: LazyCredentials | undefined
}

/** The first credentials of a server, as the first start left them. */
export interface Bootstrap extends Source {
  readonly file: string
}

type Environment = CommandIo['environment']

/** What flags say. */
export function sourceOfFlags(flags: ConnectionFlags): Source {
  return {
    endpoint: flags.endpoint,
    authUrl: flags['auth-url'],
    projectId: flags['project-id'],
    projectName: flags.project,
    domainName: flags.domain,
    caFile: flags['ca-file'],
    credentials: credentialsOfFlags(flags),
  }
}

function credentialsOfFlags(flags: ConnectionFlags): LazyCredentials | undefined {
  const ways = [flags['token-file'], flags['access-key'], flags.user].filter(
    (way) => way !== undefined,
  )
  if (ways.length > 1) throw mistake('several-credentials', {})
  if (flags['token-file'] !== undefined) {
    return { kind: 'token', secret: fromFile({ kind: 'token' }, 'token-file', flags['token-file']) }
  }
  if (flags['access-key'] !== undefined) {
    const accessKey = flags['access-key']
    const about = { kind: 'secretKey', accessKey } as const
    return {
      kind: 'accessKey',
      accessKey,
      secret: fromFile(about, 'secret-key-file', flags['secret-key-file']),
    }
  }
  if (flags.user === undefined) return undefined
  const about = { kind: 'password', user: flags.user } as const
  return {
    kind: 'password',
    user: { userName: flags.user },
    secret: fromFile(about, 'password-file', flags['password-file']),
  }
}

function fromFile(about: SecretName, flag: string, file: string | undefined): LazySecret {
  return { kind: 'ask', about, flag, ...(file === undefined ? {} : { file }) }
}

/** Names of variables by what they say; the first that is set counts. */
export const VARIABLES = {
  endpoint: ['KEYTURN_ENDPOINT'],
  authUrl: ['OS_AUTH_URL'],
  projectId: ['OS_PROJECT_ID', 'HUAWEICLOUD_SDK_PROJECT_ID', 'HW_PROJECT_ID'],
  projectName: [
    'OS_PROJECT_NAME',
    'HW_PROJECT_NAME',
    'OS_TENANT_NAME',
    'OS_REGION_NAME',
    'HW_REGION_NAME',
  ],
  domainName: ['OS_USER_DOMAIN_NAME', 'OS_DOMAIN_NAME', 'HW_DOMAIN_NAME'],
  domainId: ['OS_USER_DOMAIN_ID', 'OS_DOMAIN_ID', 'HW_DOMAIN_ID'],
  caFile: ['OS_CACERT'],
  token: ['OS_TOKEN', 'OS_AUTH_TOKEN'],
  accessKey: ['OS_ACCESS_KEY', 'HUAWEICLOUD_SDK_AK', 'HW_ACCESS_KEY'],
  secretKey: ['OS_SECRET_KEY', 'HUAWEICLOUD_SDK_SK', 'HW_SECRET_KEY'],
  userName: ['OS_USERNAME', 'HW_USER_NAME'],
  userId: ['OS_USER_ID'],
  password: ['OS_PASSWORD', 'HW_PASSWORD', 'HW_USER_PASSWORD'],
} as const

/** What the environment says, in the names that the cloud's own tools give their variables. */
export function sourceOfEnvironment(environment: Environment): Source {
  const value = (what: keyof typeof VARIABLES): string | undefined =>
    VARIABLES[what].map((name) => environment[name]).find((text) => (text ?? '') !== '')
  const authUrl = value('authUrl')
  const endpoint = value('endpoint')
  return {
    // Where no other endpoint is told, one server is both.
    endpoint: endpoint ?? authUrl?.replace(/\/v3\/?$/, ''),
    authUrl: endpoint === undefined ? undefined : authUrl,
    projectId: value('projectId'),
    projectName: value('projectName'),
    domainName: value('domainName'),
    domainId: value('domainId'),
    caFile: value('caFile'),
    credentials: credentialsOf({
      token: value('token'),
      accessKey: value('accessKey'),
      secretKey: value('secretKey'),
      userName: value('userName'),
      userId: value('userId'),
      password: value('password'),
    }),
  }
}

/** What a profile says. In the cloud's world the first project of a region bears its name. */
export function sourceOfProfile(profile: Profile): Source {
  return {
    endpoint: profile.endpoint,
    authUrl: profile['auth-url'],
    projectId: profile['project-id'],
    projectName: profile.project ?? profile.region,
    domainName: profile.domain,
    caFile: profile['ca-file'],
    credentials: credentialsOf({
      token: profile.token,
      accessKey: profile['access-key'],
      secretKey: profile['secret-key'],
      userName: profile.user,
      password: profile.password,
    }),
  }
}

/** The first credentials in the data folder, if they are there. */
export function sourceOfDataFolder(environment: Environment): Bootstrap | undefined {
  const file = join(environment['KEYTURN_DATA'] ?? './keyturn-data', 'bootstrap-credentials.json')
  if (!existsSync(file)) return undefined
  const written = parseBootstrap(file, readFileSync(file, 'utf8'))
  return {
    file,
    // Empty until the server listens for the first time.
    endpoint: written['endpoint'] === '' ? undefined : written['endpoint'],
    projectId: written['project_id'],
    credentials: credentialsOf({
      userId: written['user_id'],
      password: written['password'],
    }),
  }
}

/** What the parser says quotes the text: it holds secrets. */
function parseBootstrap(file: string, text: string): Readonly<Record<string, string>> {
  try {
    // The server wrote it, whole and with these members.
    return JSON.parse(text) as Readonly<Record<string, string>>
  } catch {
    throw mistake('damaged', { file })
  }
}

interface Written {
  readonly token?: string | undefined
  readonly accessKey?: string | undefined
  readonly secretKey?: string | undefined
  readonly userName?: string | undefined
  readonly userId?: string | undefined
  readonly password?: string | undefined
}

/** A token weighs more than an access key, that more than a user. */
function credentialsOf(written: Written): LazyCredentials | undefined {
  const { token, accessKey, secretKey, userName, userId, password } = written
  if (token !== undefined) return { kind: 'token', secret: { kind: 'known', value: token } }
  if (accessKey !== undefined) {
    const about = { kind: 'secretKey', accessKey } as const
    return { kind: 'accessKey', accessKey, secret: knownOr(secretKey, about, 'secret-key-file') }
  }
  const user = userName === undefined ? userId && { userId } : { userName }
  if (user === undefined || user === '') return undefined
  const about = { kind: 'password', user: userName ?? userId ?? '' } as const
  return { kind: 'password', user, secret: knownOr(password, about, 'password-file') }
}

function knownOr(value: string | undefined, about: SecretName, flag: string): LazySecret {
  return value === undefined ? { kind: 'ask', about, flag } : { kind: 'known', value }
}
