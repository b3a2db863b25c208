import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Transport, TransportReply } from '../client/index.ts'

/**
 * Sends requests by the HTTP client of Node.js, which starts quicker than its `fetch` and takes
 * certificates of authorities. Connections are kept, and keep no process from ending.
 *
 * @param ca Certificates to trust in place of the system's (PEM).
 * @param userAgent Who calls, for the log of the server.
 */
export function nodeTransport(ca: string | undefined, userAgent: string): Transport {
  const plain = new HttpAgent({ keepAlive: true })
  const secure = new HttpsAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) })
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const isSecure = url.startsWith('https:')
      const send = isSecure ? httpsRequest : httpRequest
      const sending = send(url, {
        method,
        headers: {
          ...headers,
          'User-Agent': userAgent,
          ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }),
        },
        signal,
        agent: isSecure ? secure : plain,
      })
      sending.on('error', reject)
      sending.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('error', reject)
        response.on('end', () => resolve(replyOf(response.statusCode ?? 0, response.headers, text)))
      })
      sending.end(body)
    })
}

function replyOf(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  text: string,
): TransportReply {
  const get = (name: string) => {
    const value = headers[name.toLowerCase()]
    return value === undefined ? null : String(value)
  }
  return { status, headers: { get }, text: async () => text }
}
