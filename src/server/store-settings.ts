import { SecretBytes } from '../crypto/secret-bytes.ts'
import { readSmall } from '../files/read-small.ts'
import type { PostgresPlace } from '../storage/postgres-links.ts'
import type { SealSettings } from './seal-settings.ts'
import { requireGoodStore, SettingsError, variableOf } from './settings.ts'
import type { Settings } from './settings-table.ts'
import { parseStoreUrl } from './store-url.ts'

/** Settings that say where everything is kept. */
export type StoreSettings = Pick<Settings, StoreSettingName> & SealSettings

type StoreSettingName =
  | 'store'
  | 'store-password-file'
  | 'store-ca'
  | 'store-connections'
  | 'root-key'

/** Those of them that every command takes that works on the store. */
export const STORE_FLAGS = [
  'store',
  'store-password-file',
  'store-ca',
  'root-key',
  'seal-passphrase-file',
  'seal-kms-url',
  'seal-kms-project',
  'seal-kms-credentials',
  'seal-kms-ca',
  'seal-token',
] as const

/**
 * The settings of a command, from its flags or from the variables of the server.
 *
 * @throws {SettingsError}
 */
export function storeSettingsOf(
  flags: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): StoreSettings {
  const given = (name: (typeof STORE_FLAGS)[number]) => flags[name] ?? environment[variableOf(name)]
  requireGoodStore(given('store'), flags['store'] !== undefined)
  return {
    store: given('store'),
    'store-password-file': given('store-password-file'),
    'store-ca': given('store-ca'),
    'root-key': given('root-key'),
    // The file of the root key says what keeps it.
    seal: 'auto',
    'seal-passphrase-file': given('seal-passphrase-file'),
    'seal-kms-url': given('seal-kms-url'),
    'seal-kms-project': given('seal-kms-project'),
    'seal-kms-credentials': given('seal-kms-credentials'),
    'seal-kms-ca': given('seal-kms-ca'),
    'seal-token': given('seal-token'),
    'store-connections': 2,
  }
}

/**
 * Where the PostgreSQL database is that the settings name; undefined for SQLite.
 *
 * @throws {SettingsError}
 */
export function placeOfStore(settings: StoreSettings): PostgresPlace | undefined {
  const { store, 'store-password-file': passwordFile, 'store-ca': caFile } = settings
  if (store === undefined) {
    if (passwordFile === undefined && caFile === undefined) return undefined
    throw new SettingsError({
      en: '--store-password-file and --store-ca go with --store',
      zh: '--store-password-file 和 --store-ca 只能与 --store 同用',
    })
  }
  const maxConnections = settings['store-connections']
  return postgresPlaceOf({ flag: 'store', url: store, passwordFile, caFile, maxConnections })
}

/** How a PostgreSQL database is named: by a flag, and two more that begin with its name. */
export interface PostgresAccess {
  readonly flag: 'store' | 'from' | 'to'
  readonly url: string
  readonly passwordFile: string | undefined
  readonly caFile: string | undefined
  readonly maxConnections: number
}

/**
 * Where a PostgreSQL database is.
 *
 * @throws {SettingsError}
 */
export function postgresPlaceOf(access: PostgresAccess): PostgresPlace {
  const { flag, url, passwordFile, caFile, maxConnections } = access
  const parsed = parseStoreUrl(url)
  if ('problem' in parsed)
    throw new SettingsError({
      en: `--${flag} ${parsed.problem.en}`,
      zh: `--${flag} ${parsed.problem.zh}`,
    })
  const { sslMode, password: textual, ...where } = parsed
  // A certificate that nobody looks at would only seem to protect.
  if (caFile !== undefined && (sslMode === 'disable' || sslMode === 'require')) {
    throw new SettingsError({
      en: `--store-ca goes with sslmode=verify-ca or verify-full, and here it is ${sslMode}`,
      zh: `--store-ca 只能与 sslmode=verify-ca 或 verify-full 同用，而这里是 ${sslMode}`,
    })
  }
  const password =
    passwordFile !== undefined
      ? readPassword(`${flag}-password-file`, passwordFile)
      : textual === undefined
        ? undefined
        : new SecretBytes(Buffer.from(textual))
  return {
    ...where,
    password: password && (() => password.lend((bytes) => Buffer.from(bytes).toString())),
    maxConnections,
    tls:
      sslMode === 'disable'
        ? undefined
        : {
            verify: sslMode === 'require' ? 'none' : sslMode === 'verify-ca' ? 'issuer' : 'host',
            ca: caFile === undefined ? undefined : readText(`${flag}-ca`, caFile).toString(),
          },
  }
}

function readPassword(flag: string, path: string): SecretBytes {
  const bytes = readText(flag, path)
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--
  return new SecretBytes(bytes.subarray(0, end))
}

function readText(flag: string, path: string): Buffer {
  try {
    return readSmall(path)
  } catch (cause) {
    throw new SettingsError(
      { en: `--${flag}: ${path} cannot be read`, zh: `--${flag}：无法读取 ${path}` },
      { cause },
    )
  }
}
