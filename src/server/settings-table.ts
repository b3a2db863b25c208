import { MAX_CACHE_MS } from '../auth/keystone-identity.ts'
import { KEY_EVENT_TYPES, NOTICE_DAYS } from '../core/key-event.ts'
import { AUDIT_SETTINGS } from './audit-settings-rows.ts'
import { SEAL_SETTINGS } from './seal-settings-rows.ts'

interface TextSetting {
  readonly type: 'text'
  readonly default: string | undefined
}
interface IntegerSetting {
  readonly type: 'integer'
  readonly default: number
  readonly min: number
  readonly max: number
}
interface BooleanSetting {
  readonly type: 'boolean'
  readonly default: boolean
}
interface ChoiceSetting {
  readonly type: 'choice'
  readonly default: string
  readonly choices: readonly string[]
}

/** A row of the table of settings. */
export type SettingRow = (TextSetting | IntegerSetting | BooleanSetting | ChoiceSetting) & {
  /** One line for `--help`. */
  readonly help: string
  /** What stands for the value in `--help`. */
  readonly placeholder: string
}

/**
 * Every setting of the server. From a row come its flag `--name`, its variable `KEYTURN_NAME` and
 * its member of the settings file, in that order of weight.
 */
export const SETTINGS = {
  listen: {
    type: 'text',
    default: '127.0.0.1:7480',
    placeholder: 'HOST:PORT',
    help: 'address to listen on; port 0 takes a free one',
  },
  data: {
    type: 'text',
    default: './keyturn-data',
    placeholder: 'DIR',
    help: 'folder of database, root key, audit log and first credentials',
  },
  store: {
    type: 'text',
    default: undefined,
    placeholder: 'URL',
    help: 'postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full (disable, require, verify-ca), or ?host=/FOLDER of a unix socket; without it SQLite in the data folder',
  },
  'store-password-file': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'file with the password for --store',
  },
  'store-ca': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'certificates (PEM) that vouch for the database, in place of those of the system',
  },
  'store-connections': {
    type: 'integer',
    default: 20,
    min: 1,
    max: 1000,
    placeholder: 'N',
    help: 'connections to PostgreSQL for work, of all threads together; each thread has three more',
  },
  'root-key': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'file of the root key, the same on every node; without it root.key in the data folder',
  },
  ...SEAL_SETTINGS,
  'tls-cert': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'certificate chain (PEM); with --tls-key the server speaks HTTPS',
  },
  'tls-key': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'private key of the certificate (PEM)',
  },
  'public-url': {
    type: 'text',
    default: undefined,
    placeholder: 'URL',
    help: 'URL by which clients reach the server; without it, as each request says',
  },
  'send-secrets-over-plain-http': {
    type: 'boolean',
    default: false,
    placeholder: '',
    help: 'listen beyond this machine without TLS: keys and passwords travel readable',
  },
  console: {
    type: 'choice',
    default: 'on',
    choices: ['on', 'off'],
    placeholder: 'ON|OFF',
    help: 'web pages for people at /console',
  },
  clock: {
    type: 'text',
    default: 'system',
    placeholder: 'CLOCK',
    help: 'system; virtual or virtual:TIME stands still until told to go on, for tests',
  },
  'clock-step-limit': {
    type: 'text',
    default: '1d',
    placeholder: 'DURATION',
    help: 'how far the clock may step, or the server stand, until nothing is destroyed before an operator confirms the time: 90s, 15m, 6h, 1d',
  },
  'log-level': {
    type: 'choice',
    default: 'info',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    placeholder: 'LEVEL',
    help: 'least severe messages that are logged',
  },
  region: {
    type: 'text',
    default: 'local-1',
    placeholder: 'NAME',
    help: 'name of the region, and of the first project, as clients know it',
  },
  identity: {
    type: 'choice',
    default: 'embedded',
    choices: ['embedded', 'keystone'],
    placeholder: 'KIND',
    help: 'who says who callers are: this server, or a Keystone v3',
  },
  'identity-url': {
    type: 'text',
    default: undefined,
    placeholder: 'URL',
    help: 'base URL of the Keystone',
  },
  'identity-timeout-ms': {
    type: 'integer',
    default: 5000,
    min: 10,
    max: 60_000,
    placeholder: 'MS',
    help: 'how long the Keystone may take to answer',
  },
  'identity-cache-ms': {
    type: 'integer',
    default: MAX_CACHE_MS,
    min: 0,
    max: MAX_CACHE_MS,
    placeholder: 'MS',
    help: 'how long its answers are believed, never past the end of a token',
  },
  'identity-roles': {
    type: 'text',
    default: undefined,
    placeholder: 'A=B,…',
    help: 'roles of the Keystone and the system roles they stand for',
  },
  'key-quota': {
    type: 'integer',
    default: 1_000_000,
    min: 0,
    max: 1_000_000_000,
    placeholder: 'N',
    help: 'how many keys a project may have',
  },
  'grant-quota': {
    type: 'integer',
    default: 100,
    min: 0,
    max: 100_000,
    placeholder: 'N',
    help: 'how many grants a key, and a grantee, may have',
  },
  tokens: {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'PKCS #11 tokens that key stores may use (TOML, [[token]] entries)',
  },
  peers: {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'other regions that keys can be replicated to (TOML, [[peer]] entries)',
  },
  'staleness-ms': {
    type: 'integer',
    default: 1000,
    min: 50,
    max: 60_000,
    placeholder: 'MS',
    help: 'how long a change made by another process may go unnoticed',
  },
  'cache-mib': {
    type: 'integer',
    default: 64,
    min: 1,
    max: 65_536,
    placeholder: 'MIB',
    help: 'memory for keys in use',
  },
  'rate-limit': {
    type: 'integer',
    default: 10_000,
    min: 0,
    max: 10_000_000,
    placeholder: 'N',
    help: 'requests a second that each user may send to this node; 0 for no limit',
  },
  'max-connections': {
    type: 'integer',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    placeholder: 'N',
    help: 'connections that may be open at a time, of all threads together',
  },
  'max-connections-per-address': {
    type: 'integer',
    default: 1000,
    min: 0,
    max: 1_000_000,
    placeholder: 'N',
    help: 'how many of them one address may have, in IPv6 one /64; 0 for no limit, behind a proxy',
  },
  'lenient-http-parser': {
    type: 'boolean',
    default: false,
    placeholder: '',
    help: 'take folded header lines, which some old clients send',
  },
  ...AUDIT_SETTINGS,
  'webhook-url': {
    type: 'text',
    default: undefined,
    placeholder: 'URL',
    help: 'where events are sent, signed as Standard Webhooks; without it they are only logged',
  },
  'webhook-secret-file': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'file with the secret that events are signed with, whsec_…; two lines while it changes',
  },
  'webhook-ca': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'certificates (PEM) that vouch for the receiver, in place of those of the system',
  },
  'webhook-timeout-ms': {
    type: 'integer',
    default: 15_000,
    min: 100,
    max: 60_000,
    placeholder: 'MS',
    help: 'how long the receiver may take to answer',
  },
  'webhook-events': {
    type: 'text',
    default: 'all',
    placeholder: 'A,B,…',
    help: `events that are sent: all, or of ${KEY_EVENT_TYPES.join(', ')}`,
  },
  'notice-days': {
    type: 'integer',
    default: NOTICE_DAYS.default,
    min: NOTICE_DAYS.min,
    max: NOTICE_DAYS.max,
    placeholder: 'N',
    help: 'how many days before a rotation, expiry or deletion its event comes',
  },
  'late-after-minutes': {
    type: 'integer',
    default: 15,
    min: 1,
    max: 10_080,
    placeholder: 'N',
    help: 'how many minutes after its due time a rotation that is not done is told as late',
  },
  'otlp-endpoint': {
    type: 'text',
    default: undefined,
    placeholder: 'URL',
    help: 'collector that gets OpenTelemetry traces, as OTLP over HTTP; without it none are made',
  },
  'trace-percent': {
    type: 'integer',
    default: 100,
    min: 0,
    max: 100,
    placeholder: 'N',
    help: 'how many of 100 traces are kept that begin here; those of callers go as these say',
  },
  'access-log': {
    type: 'choice',
    default: 'off',
    choices: ['on', 'off'],
    placeholder: 'ON|OFF',
    help: 'a line in the log for each request; the audit log has them all anyway',
  },
  workers: {
    type: 'text',
    default: 'auto',
    placeholder: 'N|auto',
    help: 'threads that serve requests; auto: one for each core, where the system can share a port',
  },
  'node-name': {
    type: 'text',
    default: undefined,
    placeholder: 'NAME',
    help: 'name of this node among those on one store; without it the name of the host',
  },
  'handover-ms': {
    type: 'integer',
    default: 0,
    min: 0,
    max: 600_000,
    placeholder: 'MS',
    help: 'how long a server that was told to stop still serves, not ready, until proxies know',
  },
  'drain-ms': {
    type: 'integer',
    default: 10_000,
    min: 0,
    max: 600_000,
    placeholder: 'MS',
    help: 'how long requests under way may take when the server stops',
  },
} as const satisfies Record<string, SettingRow>

/** Name of a setting. */
export type SettingName = keyof typeof SETTINGS

type ValueOf<Row extends SettingRow> = Row extends IntegerSetting
  ? number
  : Row extends BooleanSetting
    ? boolean
    : Row extends { readonly choices: readonly (infer Choice)[] }
      ? Choice
      : Row extends { readonly default: string }
        ? string
        : string | undefined

/** All settings with their values. */
export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> }
