import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { mistake } from '../mistakes.ts'

/** What a profile may hold, in the file that everybody may see. */
export const PROFILE_FIELDS = [
  'endpoint',
  'auth-url',
  'region',
  'project-id',
  'project',
  'domain',
  'user',
  'access-key',
  'ca-file',
] as const

/** What a profile may hold, in the file that only its owner may read. */
export const SECRET_FIELDS = ['password', 'secret-key', 'token'] as const

/** Name of a value of a profile. */
export type ProfileField = (typeof PROFILE_FIELDS)[number] | (typeof SECRET_FIELDS)[number]

/** Where a server is and who signs in, by a name. */
export type Profile = Readonly<Partial<Record<ProfileField, string>>>

/** The profile that is used when none is named. */
export const DEFAULT_PROFILE = 'default'

const FILES = { shown: 'config.toml', secret: 'credentials.toml' } as const
/** Permissions that others may not have on the file of secrets. */
const OTHERS = 0o077

type Environment = Readonly<Record<string, string | undefined>>

/** The folder of the profiles: `keyturn` in $XDG_CONFIG_HOME. Source: XDG Base Directory 0.8. */
export function profileFolder(environment: Environment): string {
  const { XDG_CONFIG_HOME: configured = '', HOME: home = homedir() } = environment
  return join(configured === '' ? join(home, '.config') : configured, 'keyturn')
}

/**
 * All profiles, by their names.
 *
 * @throws {Mistake} for files that hold something else, or secrets that others may read
 */
export async function readProfiles(
  environment: Environment,
): Promise<Readonly<Record<string, Profile>>> {
  const folder = profileFolder(environment)
  const shown = await readFile(join(folder, FILES.shown), PROFILE_FIELDS)
  const secretFile = join(folder, FILES.secret)
  requirePrivate(secretFile)
  const secret = await readFile(secretFile, SECRET_FIELDS)
  const names = new Set([...Object.keys(shown), ...Object.keys(secret)])
  return Object.fromEntries([...names].map((name) => [name, { ...shown[name], ...secret[name] }]))
}

/** Stores all profiles; each file is replaced whole. */
export async function writeProfiles(
  environment: Environment,
  profiles: Readonly<Record<string, Profile>>,
): Promise<void> {
  const folder = profileFolder(environment)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Secrets first: a profile that is there has its secret.
  await writeFile(join(folder, FILES.secret), profiles, SECRET_FIELDS)
  await writeFile(join(folder, FILES.shown), profiles, PROFILE_FIELDS)
}

/**
 * Passes a name that a profile may have.
 *
 * @throws {Mistake}
 */
export function requireProfileName(name: string): string {
  if (/^[a-zA-Z0-9_.-]{1,64}$/.test(name)) return name
  throw mistake('profile-name', {})
}

async function readFile(
  path: string,
  fields: readonly ProfileField[],
): Promise<Readonly<Record<string, Profile>>> {
  if (!existsSync(path)) return {}
  // Loaded only where there is a file: it takes a while.
  const { parse } = await import('smol-toml')
  let parsed: unknown
  try {
    parsed = parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    // What the parser says quotes the line: it may hold a secret.
    if (cause instanceof Error && 'line' in cause) {
      throw mistake('profile-not-toml', { path, line: String(cause.line) })
    }
    throw cause
  }
  const profiles = memberOf(parsed, 'profiles')
  return Object.fromEntries(
    Object.entries(isTable(profiles) ? profiles : {}).map(([name, table]) => [
      name,
      profileOf(path, name, table, fields),
    ]),
  )
}

function profileOf(
  path: string,
  name: string,
  table: unknown,
  fields: readonly ProfileField[],
): Profile {
  if (!isTable(table)) throw mistake('profile-no-table', { path, name })
  for (const [field, value] of Object.entries(table)) {
    if (!fields.some((known) => known === field)) {
      throw mistake('profile-field-unknown', { path, name, field })
    }
    if (typeof value !== 'string') {
      throw mistake('profile-field-no-text', { path, name, field })
    }
  }
  return table
}

async function writeFile(
  path: string,
  profiles: Readonly<Record<string, Profile>>,
  fields: readonly ProfileField[],
): Promise<void> {
  const { stringify } = await import('smol-toml')
  const entries = Object.entries(profiles).map(([name, profile]) => [
    name,
    Object.fromEntries(
      fields
        .filter((field) => profile[field] !== undefined)
        .map((field) => [field, profile[field]]),
    ),
  ])
  const text = stringify({ profiles: Object.fromEntries(entries) })
  // A link stays one: the file that it leads to is replaced.
  const file = existsSync(path) ? realpathSync(path) : path
  const temporary = `${file}.${process.pid}.new`
  writeFileSync(temporary, `${text}\n`, { mode: 0o600 })
  chmodSync(temporary, 0o600)
  renameSync(temporary, file)
}

/** Windows has no such bits: there the folder's own rights have to do. */
function requirePrivate(path: string): void {
  if (process.platform === 'win32' || !existsSync(path)) return
  if ((statSync(path).mode & OTHERS) !== 0) {
    throw mistake('others-may-read', { path })
  }
}

function memberOf(value: unknown, name: string): unknown {
  return isTable(value) ? value[name] : undefined
}

function isTable(value: unknown): value is Readonly<Record<string, never>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
