import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
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

const TLS_FILES = ['audit-syslog-ca', 'audit-syslog-cert', 'audit-syslog-key'] as const

/**
 * The sinks in `--audit-sinks`, but for the files. No file is read.
 *
 * @throws {SettingsError}
 */
export function wantedSinks(settings: SinkSettings): readonly WantedSink[] {
  const names = settings['audit-sinks'].split(',').map((name) => name.trim())
  if (!names.includes('file')) {
    throw new SettingsError({
      en: '--audit-sinks must name file: all others are served from the files',
      zh: '--audit-sinks 必须包含 file：其他去向都由文件供给',
    })
  }
  const wanted = names.filter((name) => name !== 'file').map(wantedSink)
  const doubled = wanted.find(({ name }, at) => wanted.findIndex((one) => one.name === name) !== at)
  if (doubled !== undefined) {
    throw new SettingsError({
      en: `--audit-sinks names ${doubled.name} more than once`,
      zh: `--audit-sinks 中 ${doubled.name} 出现了不止一次`,
    })
  }
  const syslog = wanted.find(({ name }) => name === 'syslog')
  if ((syslog === undefined) !== (settings['audit-syslog'] === undefined)) {
    throw new SettingsError({
      en: '--audit-syslog and syslog in --audit-sinks go together',
      zh: '--audit-syslog 与 --audit-sinks 中的 syslog 须同时给出',
    })
  }
  const place = syslog === undefined ? undefined : syslogUrl(settings)
  if (syslog?.isRequired === true && place?.kind === 'udp') {
    throw new SettingsError({
      en:
        'syslog over UDP may lose any record unseen, so that it cannot be required: ' +
        `use syslog${BEST_EFFORT}, TCP or TLS`,
      zh: `UDP 上的 syslog 可能丢失记录而无从得知，不能作为必需的去向：请用 syslog${BEST_EFFORT}、TCP 或 TLS`,
    })
  }
  requireTlsTogether(settings, place?.kind === 'tls')
  return wanted
}

function wantedSink(text: string): WantedSink {
  const isRequired = !text.endsWith(BEST_EFFORT)
  const bare = isRequired ? text : text.slice(0, -BEST_EFFORT.length)
  const name = OTHER_SINKS.find((known) => known === bare)
  if (name !== undefined) return { name, isRequired }
  throw new SettingsError({
    en:
      `--audit-sinks: there is no sink ${text}; there are file, ${OTHER_SINKS.join(' and ')}, ` +
      `the latter also with ${BEST_EFFORT}`,
    zh: `--audit-sinks：没有去向 ${text}；可用 file、${OTHER_SINKS.join('、')}，后两者可加 ${BEST_EFFORT}`,
  })
}

function requireTlsTogether(settings: SinkSettings, isTls: boolean): void {
  const stray = isTls ? undefined : TLS_FILES.find((name) => settings[name] !== undefined)
  if (stray !== undefined) {
    throw new SettingsError({
      en: `--${stray} goes with syslog+tls:// in --audit-syslog`,
      zh: `--${stray} 只用于 syslog+tls:// 的 --audit-syslog`,
    })
  }
  const { 'audit-syslog-cert': cert, 'audit-syslog-key': key } = settings
  if ((cert === undefined) !== (key === undefined)) {
    throw new SettingsError({
      en: '--audit-syslog-cert and --audit-syslog-key go together',
      zh: '--audit-syslog-cert 与 --audit-syslog-key 须同时给出',
    })
  }
}

/** The kind of `--audit-syslog`, and where it is. */
type SyslogUrl =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tls' | 'tcp' | 'udp'; readonly host: string; readonly port: number }

function syslogUrl(settings: SinkSettings): SyslogUrl {
  const text = settings['audit-syslog'] ?? ''
  const path = /^syslog\+unix:(\/.+)$/.exec(text)?.[1]
  if (path !== undefined) return { kind: 'unix', path }
  const kind = (['tls', 'tcp', 'udp'] as const).find((one) => text.startsWith(`syslog+${one}://`))
  const url = kind !== undefined && URL.canParse(text) ? new URL(text) : undefined
  if (kind === undefined || url === undefined || !isPlain(url)) {
    const forms =
      'syslog+tls://HOST:PORT, syslog+tcp://HOST:PORT, syslog+udp://HOST:PORT or syslog+unix:/PATH'
    throw new SettingsError({
      en: `--audit-syslog must be ${forms}`,
      zh: `--audit-syslog 的写法为 ${forms.replaceAll(', ', '、').replace(' or ', ' 或 ')}`,
    })
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? DEFAULT_PORTS[kind] : Number(url.port)
  return { kind, host, port }
}

function isPlain(url: URL): boolean {
  const isBare = (url.pathname === '' || url.pathname === '/') && url.search === '' && !url.hash
  return url.hostname !== '' && url.port !== '0' && isBare && !hasCredentials(url)
}

/**
 * Where `--audit-syslog` sends to, with what the files of its certificates hold.
 *
 * @throws {SettingsError} also when a file cannot be read, is no PEM, or a key is not that of its certificate
 */
export function syslogPlace(settings: SinkSettings): SyslogPlace {
  const place = syslogUrl(settings)
  if (place.kind !== 'tls') return place as SyslogPlace // all other kinds have all of it
  return { ...place, kind: 'tls', tls: readTls(settings) }
}

function readTls(settings: SinkSettings): Extract<StreamPlace, { kind: 'tls' }>['tls'] {
  const read = (name: (typeof TLS_FILES)[number]) => {
    const file = settings[name]
    if (file === undefined) return undefined
    try {
      return readSmall(file)
    } catch (cause) {
      throw new SettingsError(
        { en: `--${name}: ${file} cannot be read`, zh: `--${name}：无法读取 ${file}` },
        { cause },
      )
    }
  }
  const [ca, cert, key] = [
    read('audit-syslog-ca'),
    read('audit-syslog-cert'),
    read('audit-syslog-key'),
  ]
  if (ca !== undefined) requireCertificate('audit-syslog-ca', settings, ca)
  if (cert === undefined || key === undefined) return ca === undefined ? {} : { ca }
  requireCertificate('audit-syslog-cert', settings, cert)
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw new SettingsError(
      {
        en: '--audit-syslog-key is not the private key (PEM) of --audit-syslog-cert',
        zh: '--audit-syslog-key 不是 --audit-syslog-cert 的私钥（PEM）',
      },
      { cause },
    )
  }
  return ca === undefined ? { cert, key } : { ca, cert, key }
}

function requireCertificate(
  name: 'audit-syslog-ca' | 'audit-syslog-cert',
  settings: SinkSettings,
  pem: Buffer,
): void {
  try {
    new X509Certificate(pem)
  } catch (cause) {
    throw new SettingsError(
      {
        en: `--${name}: ${settings[name]} holds no certificate (PEM)`,
        zh: `--${name}：${settings[name]} 中没有证书（PEM）`,
      },
      { cause },
    )
  }
}
