import { readAnswer } from '../auth/read-answer.ts'
import { signRequest } from '../auth/sign-request.ts'
import { type SigningSecret, signingSecret } from '../auth/signature.ts'
import type { TenantId } from '../core/ids.ts'
import { parseKeyId } from '../core/ids.ts'
import type { DataCipher } from '../crypto/data-cipher.ts'
import { openParcel, parcelCipher, sealParcel } from '../crypto/parcel.ts'
import { systemClock } from '../ports/clock.ts'
import { type PeerAnswer, PeerError, type Peers } from '../ports/peers.ts'
import { traced, traceHeaders } from '../ports/trace.ts'
import { readTable } from './read-table.ts'
import { SettingsError } from './settings.ts'

const TIMEOUT_MS = 5000
const NAMES = [
  'region',
  'endpoint',
  'access-key',
  'secret-key-file',
  'shared-secret-file',
  'timeout-ms',
]
/** What an error code looks like: it is told to whoever asked. */
const ERROR_CODE = /^[A-Z]{1,10}\.\d{1,8}$/
const REGION = /^[a-zA-Z0-9_-]{1,64}$/

interface Peer {
  readonly region: string
  readonly endpoint: URL
  readonly signing: SigningSecret
  readonly cipher: DataCipher
  readonly timeoutMs: number
}

/** No other regions. */
const NO_PEERS: Peers = {
  isConfigured: false,
  regions: [],
  send: async (region) => {
    throw new PeerError('invalid', `no region ${region} is configured`)
  },
  open: () => undefined,
}

/**
 * The other regions that `file` names: `[[peer]]` entries with region, endpoint, access-key,
 * secret-key-file and shared-secret-file.
 *
 * @throws {SettingsError}
 */
export function readPeers(file: string | undefined, ownRegion: string): Peers {
  if (file === undefined) return NO_PEERS
  const peers = new Map<string, Peer>()
  for (const entry of readTable(file, 'peer', NAMES)) {
    const region = entry.text('region')
    if (!REGION.test(region) || region === ownRegion || peers.has(region)) {
      throw new SettingsError({
        en: `${file}: region ${region} is not valid, or there twice, or our own`,
        zh: `${file}：区域 ${region} 无效、重复，或就是本区域`,
      })
    }
    peers.set(region, {
      region,
      endpoint: parseUrl(file, entry.text('endpoint')),
      signing: signingSecret(entry.text('access-key'), entry.secret('secret-key-file')),
      cipher: cipherOf(file, entry.secret('shared-secret-file')),
      timeoutMs: entry.optionalNumber('timeout-ms') ?? TIMEOUT_MS,
    })
  }
  return {
    isConfigured: peers.size > 0,
    regions: [...peers.keys()],
    async send(region, projectId, content) {
      const peer = peers.get(region)
      if (peer === undefined) return NO_PEERS.send(region, projectId, content)
      const parcel = sealParcel(peer.cipher, ownRegion, region, content).toBase64()
      return post(peer, projectId, JSON.stringify({ region: ownRegion, parcel }))
    },
    open(region, parcel) {
      const peer = peers.get(region)
      return peer && openParcel(peer.cipher, region, ownRegion, parcel)
    },
  }
}

async function post(peer: Peer, projectId: string, text: string): Promise<PeerAnswer> {
  const { endpoint, region, timeoutMs } = peer
  const url = new URL(
    `${endpoint.pathname.replace(/\/$/, '')}/keyturn/v1/${projectId}/replicas`,
    endpoint,
  )
  const body = Buffer.from(text)
  const request = { method: 'POST', rawUrl: url.pathname, host: url.host, body }
  const { host: _, ...headers } = signRequest(request, peer.signing, systemClock.now())
  const signal = AbortSignal.timeout(timeoutMs)
  let status: number
  let answer: Answer
  try {
    const ask = async () => {
      const all = { ...headers, ...traceHeaders() }
      return fetch(url, { method: 'POST', headers: all, body, redirect: 'manual', signal })
    }
    const response = await traced('upstream: region', 'client', ask)
    status = response.status
    answer = parseObject(await readAnswer(response))
  } catch (cause) {
    throw new PeerError(
      signal.aborted ? 'timeout' : 'invalid',
      `region ${region} gave no answer`,
      '',
      { cause },
    )
  }
  if (status === 200) return parseAnswer(region, answer)
  const said = answer['error_code']
  const code = typeof said === 'string' && ERROR_CODE.test(said) ? said : String(status)
  const isRefusal = status >= 400 && status < 500
  throw new PeerError(
    isRefusal ? 'refused' : 'invalid',
    `region ${region}: ${status} ${code}`,
    code,
  )
}

/** Members of an answer, by name. */
type Answer = Readonly<Record<string, unknown>>

/** @throws {Error} when it is no object of JSON */
function parseObject(text: string): Answer {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('an answer that is no object')
  }
  return value as Answer // an object of JSON has members by name
}

function parseAnswer(region: string, { key_id: keyId, domain_id: tenantId }: Answer): PeerAnswer {
  const parsed = typeof keyId === 'string' ? parseKeyId(keyId) : undefined
  if (parsed === undefined) throw new PeerError('invalid', `region ${region} answered no key id`)
  if (typeof tenantId !== 'string' || tenantId === '') {
    throw new PeerError('invalid', `region ${region} answered no domain id`)
  }
  return { keyId: parsed, tenantId: tenantId as TenantId }
}

function parseUrl(file: string, text: string): URL {
  try {
    return new URL(text)
  } catch (cause) {
    throw new SettingsError(
      { en: `${file}: endpoint ${text} is no URL`, zh: `${file}：endpoint ${text} 不是 URL` },
      { cause },
    )
  }
}

function cipherOf(file: string, secret: Parameters<typeof parcelCipher>[0]): DataCipher {
  try {
    return parcelCipher(secret)
  } catch (cause) {
    throw new SettingsError(
      {
        en: `${file}: a shared secret has at least 32 bytes`,
        zh: `${file}：共享密钥至少要有 32 字节`,
      },
      { cause },
    )
  }
}
