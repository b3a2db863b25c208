import { type Client, type Credentials, createClient } from '../client/index.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { readSmall } from '../files/read-small.ts'
import { SealError } from '../ports/seal.ts'
import type { DataKeyPeer } from '../seals/kms-guard.ts'
import { nodeTransport } from './node-transport.ts'
import { requireSealUrl } from './seal-url.ts'
import { SettingsError } from './settings.ts'

/** Longest wait for the peer, with its repetitions, in milliseconds. */
const TIMEOUT_MS = 10_000
/** Longest answer of the peer that is read, in bytes: a data key is far shorter. */
const MAX_ANSWER_BYTES = 256 * 1024
/** The caller tries again, and meanwhile says so. */
const RETRIES = 1

/** Where the service is whose key seals, and who calls it. */
export interface KmsPeerSettings {
  readonly 'seal-kms-url'?: string | undefined
  readonly 'seal-kms-project'?: string | undefined
  readonly 'seal-kms-credentials'?: string | undefined
  readonly 'seal-kms-ca'?: string | undefined
}

/**
 * The service that the settings name; undefined when they name none.
 *
 * @param keyId Key under which new data keys are made.
 * @throws {SettingsError}
 */
export function kmsPeer(settings: KmsPeerSettings, keyId?: string): DataKeyPeer | undefined {
  const { 'seal-kms-url': endpoint, 'seal-kms-credentials': file } = settings
  if (endpoint === undefined) return undefined
  requireSealUrl(endpoint)
  if (file === undefined)
    throw new SettingsError({
      en: '--seal-kms-credentials is missing',
      zh: '缺少 --seal-kms-credentials',
    })
  // Read anew for each call: whoever changes them need not restart a server that waits.
  const client = () => clientOf(endpoint, file, settings)
  client()
  return {
    async create(bytes, boundTo) {
      if (keyId === undefined)
        throw new SettingsError({
          en: 'there is no seal yet: keyturn seal create --seal kms makes it',
          zh: '尚无封印：请用 keyturn seal create --seal kms 创建',
        })
      const reply = await asked(() =>
        client().createDatakey({
          key_id: keyId,
          datakey_length: String(bytes * 8),
          additional_authenticated_data: boundTo,
        }),
      )
      const { cipher_text: cipherText } = reply
      if (typeof cipherText !== 'string' || cipherText === '') throw garbage()
      return { secret: keyIn(reply.plain_text, bytes), keyId, cipherText }
    },
    async open(dataKey, bytes, boundTo) {
      const reply = await asked(() =>
        client().decryptDatakey({
          key_id: dataKey.keyId,
          cipher_text: dataKey.cipherText,
          datakey_cipher_length: String(bytes),
          additional_authenticated_data: boundTo,
        }),
      )
      return keyIn(reply.data_key, bytes)
    },
  }
}

function clientOf(endpoint: string, file: string, settings: KmsPeerSettings): Client {
  const ca = settings['seal-kms-ca']
  const { credentials, projectId } = credentialsIn(file)
  try {
    return createClient({
      endpoint,
      credentials,
      projectId: settings['seal-kms-project'] ?? projectId,
      timeoutMs: TIMEOUT_MS,
      retries: RETRIES,
      language: 'en',
      fetch: nodeTransport(
        ca === undefined ? undefined : readText(ca),
        'keyturn-seal',
        MAX_ANSWER_BYTES,
      ),
    })
  } catch (cause) {
    throw new SettingsError(
      {
        en: '--seal-kms-url must be a URL, as https://kms.example',
        zh: '--seal-kms-url 必须是 URL，如 https://kms.example',
      },
      { cause },
    )
  }
}

/** Why the peer did not do what it was asked: all of it may pass. */
async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    if (cause instanceof SettingsError) throw cause
    throw new SealError('unavailable', `the service of the seal does not help: ${whyOf(cause)}`, {
      cause,
    })
  }
}

/** What an error and its causes say: the innermost names the certificate, or the socket. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as Error & { readonly code?: unknown }
  const said = error.message || error.name
  const own = typeof code === 'string' && code !== '' ? `${said} (${code})` : said
  return error.cause === undefined ? own : `${own} ${whyOf(error.cause)}`
}

function keyIn(hex: unknown, bytes: number): SecretBytes {
  if (typeof hex !== 'string' || hex.length !== bytes * 2 || !/^[0-9a-f]*$/i.test(hex)) {
    throw garbage()
  }
  return new SecretBytes(Uint8Array.from(Buffer.from(hex, 'hex')))
}

function garbage(): SealError {
  return new SealError('unavailable', 'the service of the seal answers what is no data key')
}

/**
 * Credentials in a file of JSON, as the first start of a server writes it: `access_key` and `secret_key`, or
 * `user_name`, `password` and `domain_name`, or `token`; `project_id` is the project, unless set.
 */
function credentialsIn(file: string): {
  readonly credentials: Credentials
  readonly projectId: string | undefined
} {
  let content: Readonly<Record<string, unknown>>
  try {
    content = JSON.parse(readText(file))
  } catch (cause) {
    if (cause instanceof SettingsError) throw cause
    // The parser quotes what it read: that is secret.
    throw new SettingsError({
      en: `--seal-kms-credentials: ${file} is no JSON`,
      zh: `--seal-kms-credentials：${file} 不是 JSON`,
    })
  }
  const text = (name: string) => {
    const value = content?.[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const [accessKey, secretKey] = [text('access_key'), text('secret_key')]
  const [userName, password, token] = [text('user_name'), text('password'), text('token')]
  const domainName = text('domain_name')
  const projectId = text('project_id')
  if (accessKey !== undefined && secretKey !== undefined) {
    return { credentials: { kind: 'accessKey', accessKey, secretKey }, projectId }
  }
  if (userName !== undefined && password !== undefined) {
    return { credentials: { kind: 'password', userName, password, domainName }, projectId }
  }
  if (token !== undefined) return { credentials: { kind: 'token', token }, projectId }
  throw new SettingsError({
    en: `--seal-kms-credentials: ${file} has neither access_key and secret_key, nor user_name and password`,
    zh: `--seal-kms-credentials：${file} 中既没有 access_key 和 secret_key，也没有 user_name 和 password`,
  })
}

function readText(file: string): string {
  try {
    return readSmall(file).toString('utf8')
  } catch (cause) {
    throw new SettingsError({ en: `${file} cannot be read`, zh: `无法读取 ${file}` }, { cause })
  }
}
