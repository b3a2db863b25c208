import type { IncomingMessage, ServerResponse } from 'node:http'
import { pathOf } from './request-target.ts'

/** What a probe answers. */
export interface ProbeReply {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** Pages for machines that watch the server, by their paths. They leave no audit record. */
export type Probes = Readonly<
  Record<string, (request: IncomingMessage) => ProbeReply | Promise<ProbeReply>>
>

/** Answers a probe; false when the path is none. */
export function answerProbe(
  probes: Probes,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const path = pathOf(request.url)
  const probe = Object.hasOwn(probes, path) ? probes[path] : undefined
  if (probe === undefined) return false
  Promise.resolve(probe(request))
    .catch(() => ({ status: 500, contentType: 'text/plain', body: 'failed\n' }))
    .then(({ status, contentType, body }) => {
      response.writeHead(status, {
        'Content-Type': contentType,
        'Content-Length': Buffer.byteLength(body),
        'Cache-Control': 'no-store',
      })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
    .catch(() => response.destroy())
  return true
}

/** A probe's answer in a line. */
export function textPage(status: number, body: string): ProbeReply {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}

/** Whether a request comes from this machine itself and not through a proxy on it. */
export function isLocal(request: IncomingMessage): boolean {
  const { remoteAddress } = request.socket
  const isLoopback = remoteAddress !== undefined && /^(::ffff:)?127\.|^::1$/.test(remoteAddress)
  return isLoopback && request.headers['x-forwarded-for'] === undefined
}
