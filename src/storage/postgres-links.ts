import { checkServerIdentity } from 'node:tls'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import {
  type Client,
  type ClientConfig,
  DatabaseError,
  Pool,
  type PoolClient,
  type PoolConfig,
  type QueryResult,
  types,
} from 'pg'
import { PostgresClient } from './postgres-client.ts'

/** How the link to the database is encrypted. */
export interface PostgresTls {
  /** What of the database's certificate is checked: nothing, who issued it, or also for which host. */
  readonly verify: 'none' | 'issuer' | 'host'
  /** Certificates of issuers (PEM) in place of those that the system trusts. */
  readonly ca?: string | undefined
}

/** Where a PostgreSQL database is, and how long it may take. */
export interface PostgresPlace {
  /** A host, or the folder of a unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user?: string | undefined
  /** Asked for each new connection. Without it PGPASSWORD and the password file count. */
  readonly password?: (() => string) | undefined
  /** Undefined: the link is readable on its way. */
  readonly tls?: PostgresTls | undefined
  /** Most connections that do work; two more listen and lock. */
  readonly maxConnections?: number | undefined
  readonly connectTimeoutMs?: number | undefined
  /** How long a statement may take. Who has no answer a second later takes the link for dropped. */
  readonly statementTimeoutMs?: number | undefined
  readonly lockTimeoutMs?: number | undefined
}

const MAX_CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 5000
const STATEMENT_TIMEOUT_MS = 10_000
const LOCK_TIMEOUT_MS = 5000
/** A node that is lost between two statements must not keep the others longer than they wait for a lock. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 2000
const ANSWER_TIMEOUT_MARGIN_MS = 1000
/** When the system begins to ask whether a quiet link is still there. */
const KEEP_ALIVE_AFTER_MS = 5000

/** The database is to notice within seconds, not hours, that a node is lost: it may hold locks. */
const SESSION_OPTIONS = [
  '-c default_transaction_isolation=read\\ committed',
  '-c tcp_keepalives_idle=5',
  '-c tcp_keepalives_interval=2',
  '-c tcp_keepalives_count=3',
  '-c tcp_user_timeout=10000',
].join(' ')

const INT8 = 20
const NUMERIC = 1700
const BYTEA = 17

/** What a connection waits for: work has its limits, locks that nodes start behind have none. */
export type Patience = 'limited' | 'endless'

/** What `pg` needs to know to connect. */
export function clientConfig(place: PostgresPlace, patience: Patience): ClientConfig {
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS, lockTimeoutMs = LOCK_TIMEOUT_MS } = place
  const limits = {
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_TIMEOUT_MARGIN_MS,
  }
  return {
    host: place.host,
    port: place.port,
    database: place.database,
    ...(place.user === undefined ? {} : { user: place.user }),
    ...(place.password === undefined ? {} : { password: place.password }),
    ssl: place.tls === undefined ? false : tlsConfig(place.tls, place.host),
    application_name: 'keyturn',
    options: SESSION_OPTIONS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    connectionTimeoutMillis: place.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ...(patience === 'limited' ? limits : {}),
    types: { getTypeParser: parserOf },
  }
}

/** Connections for work. One that fails is thrown away; the next is made when it is needed. */
export function openPool(place: PostgresPlace): Pool {
  const config: PoolConfig = {
    ...clientConfig(place, 'limited'),
    max: place.maxConnections ?? MAX_CONNECTIONS,
    Client: PostgresClient,
    onConnect: requireWritable,
  }
  const pool = new Pool(config)
  pool.on('error', () => undefined) // an idle connection ended: whoever asks next gets another
  return pool
}

/** A pool whose connections may all have been lost at once. */
export interface RenewablePool extends PostgresPool {
  /** Connections that are open now are not used again: each would have to be found dead by itself. */
  readonly renew: () => void
}

/** A pool as Kysely takes it, which never gives a connection out again that may be out of step. */
export function asKyselyPool(pool: Pool): RenewablePool {
  const madeIn = new WeakMap<PoolClient, number>()
  let generation = 0
  const connect = async (): Promise<PoolClient> => {
    for (;;) {
      const client = await pool.connect()
      const made = madeIn.get(client) ?? generation
      madeIn.set(client, made)
      if (made === generation) return client
      client.release(true)
    }
  }
  return {
    options: {},
    connect: async () => asKyselyClient(await connect()),
    end: () => pool.end(),
    renew() {
      generation++
    },
  }
}

function asKyselyClient(client: PoolClient): PostgresPoolClient {
  let broken: unknown
  const noteLoss = (error: Error) => {
    broken ??= error
  }
  // A connection that ends while its user thinks emits this; unheard, it would end the process.
  client.on('error', noteLoss)
  const query = async (text: string, parameters: readonly unknown[]) => {
    if (broken !== undefined) throw broken
    try {
      return await client.query(text, [...parameters])
    } catch (error) {
      if (endsConnection(error)) broken ??= error
      throw error
    }
  }
  return {
    query: asKyselyQuery(query),
    release(mustEnd) {
      client.off('error', noteLoss)
      client.release(mustEnd === true || broken !== undefined)
    },
  }
}

/** One connection in the shape of a pool; it stays open afterwards. */
export function asKyselyPoolOf(client: Client): PostgresPool {
  const query = asKyselyQuery((text, parameters) => client.query(text, [...parameters]))
  return {
    options: {},
    connect: async () => ({ query, release: () => undefined }),
    end: async () => undefined,
  }
}

/** Kysely also declares a form with cursors, which nobody here asks for. */
function asKyselyQuery(
  query: (text: string, parameters: readonly unknown[]) => Promise<QueryResult>,
): PostgresPoolClient['query'] {
  return query as unknown as PostgresPoolClient['query']
}

/**
 * Whether a connection is of no more use after an error: it was lost, it gave no answer (which may
 * still come, and would then be taken for another one), or the database takes no writes any more.
 */
function endsConnection(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true
  return /^(08|57P|25006|XX)/.test(error.code ?? '')
}

/**
 * A standby lags behind: who read from it would take old states for new ones.
 *
 * @throws {Error} when the database is one
 */
export async function requireWritable(client: Pick<Client, 'query'>): Promise<void> {
  const { rows } = await client.query('select pg_is_in_recovery() as standby')
  if (rows[0]?.standby !== false)
    throw new Error('the database is a standby, which takes no writes')
}

function tlsConfig({ verify, ca }: PostgresTls, host: string): ClientConfig['ssl'] {
  return {
    rejectUnauthorized: verify !== 'none',
    ...(ca === undefined ? {} : { ca }),
    // Told the host, which an address would otherwise not be checked against.
    checkServerIdentity: (_, certificate) =>
      verify === 'host' ? checkServerIdentity(host, certificate) : undefined,
  }
}

const parserOf = ((oid: number, format?: 'text' | 'binary') => {
  if (oid === INT8 || oid === NUMERIC) return Number
  if (oid === BYTEA) return parseBytes
  return types.getTypeParser(oid, format)
}) as typeof types.getTypeParser // of its forms, this is the one that `pg` calls

/** `\x` and hexadecimal digits, as PostgreSQL writes bytes. */
function parseBytes(text: string): Uint8Array {
  return Uint8Array.fromHex(text.slice(2))
}
