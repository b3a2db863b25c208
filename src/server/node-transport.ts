import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Transport, TransportReply } from '../client/index.ts'

/** Longest answer that is read, in bytes: no page of a list comes near it. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/**
 * Sends requests by the HTTP client of Node.js, which starts quicker than its `fetch` and takes
 * certificates of authorities. Connections are kept, and keep no process from ending. An answer that
 * is too long is a fault of the connection: it may have no end.
 *
 * @param ca Certificates to trust in place of the system's (PEM).
 * @param userAgent Who calls, for the log of the server.
 * @param maxAnswerBytes Longest answer that is read.
 */
export function nodeTransport(
  ca: string | undefined,
  userAgent: string,
  maxAnswerBytes = MAX_ANSWER_BYTES,
): Transport {
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
        const chunks: Buffer[] = []
        let length = 0
        response.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > maxAnswerBytes) {
            response.destroy(new Error(`an answer of more than ${maxAnswerBytes} bytes`))
          } else chunks.push(chunk)
        })
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve(replyOf(response.statusCode ?? 0, response.headers, text))
        })
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
