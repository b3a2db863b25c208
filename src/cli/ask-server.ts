import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { parseAddress } from '../server/settings.ts'
import type { Settings } from '../server/settings-table.ts'

const TIMEOUT_MS = 5_000
/** Addresses that mean every one of this machine. */
const EVERYWHERE: readonly string[] = ['0.0.0.0', '::']

/** A page of a server, and how far to trust it. */
export interface Target {
  readonly url: URL
  /** Certificates to trust in place of the system's (PEM). */
  readonly ca: Buffer | undefined
  /** Whether the certificate must be good for the name that was asked. */
  readonly isVerified: boolean
}

/** What a server answered. */
export interface Answer {
  readonly status: number
  readonly text: string
  /** What its clock said, in milliseconds since 1970, to the second; NaN where it did not say. */
  readonly date: number
}

/**
 * A page of the server of these settings. It is asked on this machine, where its certificate need not be
 * good for the address: send it nothing secret.
 */
export function ownTarget(settings: Pick<Settings, 'listen' | 'tls-cert'>, path: string): Target {
  const { host, port } = parseAddress(settings.listen)
  const scheme = settings['tls-cert'] === undefined ? 'http' : 'https'
  const nearest = EVERYWHERE.includes(host) ? 'localhost' : host
  const name = nearest.includes(':') ? `[${nearest}]` : nearest
  return { url: new URL(`${scheme}://${name}:${port}${path}`), ca: undefined, isVerified: false }
}

/**
 * Asks for a page.
 *
 * @throws {Error} when there is no answer
 */
export function ask(target: Target): Promise<Answer> {
  const { url, ca, isVerified } = target
  const options = { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) } as const
  const tls = { ...options, rejectUnauthorized: isVerified, ...(ca && { ca }) }
  return new Promise((resolve, reject) => {
    const asking = url.protocol === 'https:' ? httpsRequest(url, tls) : httpRequest(url, options)
    asking.on('error', (cause) => reject(new Error(`${url.origin} does not answer`, { cause })))
    asking.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          date: Date.parse(response.headers.date ?? ''),
        }),
      )
    })
    asking.end()
  })
}
