import type { SettingsWords } from './settings-error.ts'

/** How the link to the database is encrypted, in the words of PostgreSQL's own clients. */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const
type SslMode = (typeof SSL_MODES)[number]

/** What `--store` says. */
export interface StoreUrl {
  /** A host, or the folder of a unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string | undefined
  readonly password: string | undefined
  readonly sslMode: SslMode
}

const FORM = 'postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full'
const DEFAULT_PORT = 5432

/**
 * Reads `postgres://USER@HOST:PORT/DATABASE`, with `?sslmode=` and, for a unix socket, `?host=/FOLDER`.
 * The answer is what is wrong with it, without any part of it, where it will not do.
 */
export function parseStoreUrl(text: string): StoreUrl | { readonly problem: SettingsWords } {
  // USER@/DATABASE, as PostgreSQL's own clients write it for a socket, is no URL to the standard.
  const url = URL.parse(text.replace(/^(\w+:\/\/[^/?#]*@)(:\d+)?(?=\/)/, '$1localhost$2'))
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hash !== '') {
    return { problem: { en: `must be a URL such as ${FORM}`, zh: `必须是 URL，如 ${FORM}` } }
  }
  const socket = url.searchParams.get('host')
  const mode = url.searchParams.get('sslmode')
  for (const name of url.searchParams.keys()) {
    if (name !== 'host' && name !== 'sslmode')
      return { problem: { en: 'knows host and sslmode only', zh: '的参数只能是 host 和 sslmode' } }
  }
  if (socket !== null && !(socket.startsWith('/') && ['', 'localhost'].includes(url.hostname))) {
    return {
      problem: {
        en: 'takes ?host= for the folder of a unix socket, in place of a host',
        zh: '的 ?host= 只能是 Unix 套接字所在的目录，用来代替主机名',
      },
    }
  }
  const host = socket ?? decoded(url.hostname.replace(/^\[|\]$/g, ''))
  const database = decoded(url.pathname.slice(1))
  const user = decoded(url.username)
  const password = decoded(url.password)
  if (
    !host ||
    !database ||
    database.includes('/') ||
    user === undefined ||
    password === undefined
  ) {
    return {
      problem: {
        en: `must name a host and a database, as ${FORM}`,
        zh: `必须写明主机和数据库，如 ${FORM}`,
      },
    }
  }
  const sslMode = SSL_MODES.find((known) => known === mode)
  if (mode !== null && sslMode === undefined) {
    return {
      problem: {
        en: `has an sslmode other than ${SSL_MODES.join(', ')}`,
        zh: `的 sslmode 只能是 ${SSL_MODES.join('、')}`,
      },
    }
  }
  const isNear = socket !== null || host === 'localhost' || host === '::1' || /^127\./.test(host)
  return {
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    database,
    user: user === '' ? undefined : user,
    password: password === '' ? undefined : password,
    sslMode: sslMode ?? (isNear ? 'disable' : 'verify-full'),
  }
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
