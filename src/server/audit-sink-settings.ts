import type { StreamPlace } from '../audit/sinks/stream-sink.ts'
import { readSmall } from '../files/read-small.ts'
import { SettingsError } from './settings-error.ts'
import type { Settings } from './settings-table.ts'
import { hasCredentials } from './url-credentials.ts'

/** Sinks of the audit log besides its files, in the order of their bits in shared memory. */
export const OTHER_SINKS = ['syslog', 'stdout'] as const

/** Name of a sink besides the files. */
export type OtherSink = (typeof OTHER_SINKS)[number]

/** A sink that the settings ask for. */
export interface WantedSink {
  readonly name: OtherSink
  /** Whether calls are refused while it takes nothing. */
  readonly isRequired: boolean
}

/** Where syslog goes. */
export type SyslogPlace =
  | StreamPlace
  | { readonly kind: 'udp'; readonly host: string; readonly port: number }

/** Settings about sinks. */
export type SinkSettings = Pick<
  Settings,
  'audit-sinks' | 'audit-syslog' | 'audit-syslog-ca' | 'audit-syslog-cert' | 'audit-syslog-key'
>

const BEST_EFFORT = ':best-effort'
/** Sources: RFC 5425 §4.1; RFC 5426 §3.3; RFC 6587 gives TCP none, and all take that of UDP. */
const DEFAULT_PORTS = { tls: 6514, tcp: 514, udp: 514 } as const

/**
 * The sinks in `--audit-sinks`, but for the files.
 *
 * @throws {SettingsError}
 */
export function wantedSinks(settings: SinkSettings): readonly WantedSink[] {
  const names = settings['audit-sinks'].split(',').map((name) => name.trim())
  if (!names.includes('file')) {
    throw new SettingsError('--audit-sinks must name file: all others are served from the files')
  }
  const wanted = names.filter((name) => name !== 'file').map(wantedSink)
  const doubled = wanted.find(({ name }, at) => wanted.findIndex((one) => one.name === name) !== at)
  if (doubled !== undefined) {
    throw new SettingsError(`--audit-sinks names ${doubled.name} more than once`)
  }
  const syslog = wanted.find(({ name }) => name === 'syslog')
  if ((syslog === undefined) !== (settings['audit-syslog'] === undefined)) {
    throw new SettingsError('--audit-syslog and syslog in --audit-sinks go together')
  }
  if (syslog?.isRequired === true && syslogPlace(settings).kind === 'udp') {
    throw new SettingsError(
      'syslog over UDP may lose any record unseen, so that it cannot be required: ' +
        `use syslog${BEST_EFFORT}, TCP or TLS`,
    )
  }
  return wanted
}

function wantedSink(text: string): WantedSink {
  const isRequired = !text.endsWith(BEST_EFFORT)
  const bare = isRequired ? text : text.slice(0, -BEST_EFFORT.length)
  const name = OTHER_SINKS.find((known) => known === bare)
  if (name !== undefined) return { name, isRequired }
  throw new SettingsError(
    `--audit-sinks: there is no sink ${text}; there are file, ${OTHER_SINKS.join(' and ')}, ` +
      `the latter also with ${BEST_EFFORT}`,
  )
}

/**
 * Where `--audit-syslog` sends to.
 *
 * @throws {SettingsError}
 */
export function syslogPlace(settings: SinkSettings): SyslogPlace {
  const text = settings['audit-syslog'] ?? ''
  const path = /^syslog\+unix:(\/.+)$/.exec(text)?.[1]
  if (path !== undefined) return { kind: 'unix', path }
  const kind = (['tls', 'tcp', 'udp'] as const).find((one) => text.startsWith(`syslog+${one}://`))
  const url = kind !== undefined && URL.canParse(text) ? new URL(text) : undefined
  if (kind === undefined || url === undefined || !isPlain(url)) {
    throw new SettingsError(
      '--audit-syslog must be syslog+tls://HOST:PORT, syslog+tcp://HOST:PORT, ' +
        'syslog+udp://HOST:PORT or syslog+unix:/PATH',
    )
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? DEFAULT_PORTS[kind] : Number(url.port)
  return kind === 'tls' ? { kind, host, port, tls: readTls(settings) } : { kind, host, port }
}

function isPlain(url: URL): boolean {
  const isBare = (url.pathname === '' || url.pathname === '/') && url.search === '' && !url.hash
  return url.hostname !== '' && isBare && !hasCredentials(url)
}

function readTls(settings: SinkSettings): Extract<StreamPlace, { kind: 'tls' }>['tls'] {
  const read = (name: 'audit-syslog-ca' | 'audit-syslog-cert' | 'audit-syslog-key') => {
    const file = settings[name]
    if (file === undefined) return undefined
    try {
      return readSmall(file)
    } catch (cause) {
      throw new SettingsError(`--${name}: ${file} cannot be read`, { cause })
    }
  }
  const ca = read('audit-syslog-ca')
  const cert = read('audit-syslog-cert')
  const key = read('audit-syslog-key')
  if ((cert === undefined) !== (key === undefined)) {
    throw new SettingsError('--audit-syslog-cert and --audit-syslog-key go together')
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
}
