import {
  type Client,
  type ClientOptions,
  type Credentials,
  createClient,
} from '../../client/index.ts'
import { nodeTransport } from '../../server/node-transport.ts'
import type { CommandIo } from '../command.ts'
import { languageOf } from '../language.ts'
import { mistake } from '../mistakes.ts'
import { terminalWordsFor } from '../terminal-words.ts'
import type { ConnectionFlags } from './connection-flags.ts'
import { DEFAULT_PROFILE, type Profile, readProfiles } from './profiles.ts'
import { readSecret, readText } from './secret-input.ts'
import {
  type LazyCredentials,
  type LazySecret,
  type Source,
  sourceOfDataFolder,
  sourceOfEnvironment,
  sourceOfFlags,
  sourceOfProfile,
} from './sources.ts'

/**
 * A client for the server and the user that are meant: flags weigh most, then a profile that is named,
 * the environment, the default profile, and last the first credentials in ./keyturn-data.
 *
 * @throws {Mistake} when nothing says where the server is, or who signs in
 */
export async function openClient(flags: ConnectionFlags, io: CommandIo): Promise<Client> {
  return createClient(await connectionOf(flags, io))
}

/**
 * What {@link openClient} goes by.
 *
 * @param who Whether somebody must sign in, or anybody may call.
 * @throws {Mistake} as that does
 */
export async function connectionOf(
  flags: ConnectionFlags,
  io: CommandIo,
  who: 'somebody' | 'anybody' = 'somebody',
): Promise<ClientOptions> {
  const sources = await sourcesOf(flags, io)
  const first = <Name extends keyof Source>(name: Name): Source[Name] =>
    sources.find((source) => source[name] !== undefined)?.[name]
  const endpoint = first('endpoint')
  if (endpoint === undefined) throw mistake('nowhere', {})
  const lazy = first('credentials')
  if (lazy === undefined && who === 'somebody') throw mistake('nobody', {})
  await warnOfPlainHttp(endpoint, io)
  const caFile = first('caFile')
  const { projectId, projectName } = projectOf(sources)
  const scope = { projectName, domainName: first('domainName'), domainId: first('domainId') }
  return {
    endpoint,
    identityEndpoint: first('authUrl'),
    projectId,
    credentials:
      lazy === undefined || who === 'anybody'
        ? { kind: 'none' }
        : { ...(await credentialsOf(lazy, io)), ...scope },
    language: languageOf(io.environment),
    fetch: nodeTransport(caFile === undefined ? undefined : readText(caFile), 'keyturn-cli'),
  }
}

async function sourcesOf(flags: ConnectionFlags, io: CommandIo): Promise<readonly Source[]> {
  const { environment } = io
  const named = flags.profile ?? environment['KEYTURN_PROFILE']
  const profiles = await readProfiles(environment)
  const profile = profiles[named ?? DEFAULT_PROFILE]
  if (named !== undefined && profile === undefined) {
    throw mistake('profile-to-make', { name: named })
  }
  const fromProfile = sourceOfProfile(profile ?? ({} satisfies Profile))
  const fromEnvironment = sourceOfEnvironment(environment)
  const told =
    flags.profile === undefined
      ? [sourceOfFlags(flags), fromEnvironment, fromProfile]
      : [sourceOfFlags(flags), fromProfile, fromEnvironment]
  return [...told, ...(await lastResort(told, io))]
}

/** The first credentials are an administrator's: they go to no other machine. */
async function lastResort(told: readonly Source[], io: CommandIo): Promise<readonly Source[]> {
  const endpoint = told.find((source) => source.endpoint !== undefined)?.endpoint
  const isSomebodyTold = told.some((source) => source.credentials !== undefined)
  if (endpoint !== undefined && (isSomebodyTold || !isOnThisMachine(endpoint))) return []
  const bootstrap = sourceOfDataFolder(io.environment)
  if (bootstrap === undefined) return []
  if (isSomebodyTold) return [{ endpoint: bootstrap.endpoint }]
  const { goingBy } = await terminalWordsFor(io)
  io.printError(`keyturn: ${goingBy(bootstrap.file)}`)
  return [bootstrap]
}

/** Id and name of the project, from the source that weighs most among those that name one. */
function projectOf(sources: readonly Source[]): Pick<Source, 'projectId' | 'projectName'> {
  const found = sources.find(
    ({ projectId, projectName }) => projectId !== undefined || projectName !== undefined,
  )
  const { projectId, projectName } = found ?? {}
  return projectId === undefined ? { projectName } : { projectId }
}

async function credentialsOf(lazy: LazyCredentials, io: CommandIo): Promise<Credentials> {
  const secret = await secretOf(lazy.secret, io)
  switch (lazy.kind) {
    case 'token':
      return { kind: 'token', token: secret }
    case 'password':
      return { kind: 'password', ...lazy.user, password: secret }
    case 'accessKey':
      return { kind: 'accessKey', accessKey: lazy.accessKey, secretKey: secret }
    default:
      throw lazy satisfies never
  }
}

async function secretOf(secret: LazySecret, io: CommandIo): Promise<string> {
  if (secret.kind === 'known') return secret.value
  return readSecret({ about: secret.about, flag: secret.flag, file: secret.file }, io)
}

async function warnOfPlainHttp(endpoint: string, io: CommandIo): Promise<void> {
  if (/^http:/.test(endpoint) && URL.canParse(endpoint) && !isOnThisMachine(endpoint)) {
    const { isPlainHttp } = await terminalWordsFor(io)
    io.printError(`keyturn: ${isPlainHttp(endpoint)}`)
  }
}

function isOnThisMachine(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false
  const { hostname } = new URL(endpoint)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
