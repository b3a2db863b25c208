import type { IncomingMessage } from 'node:http'
import { fault } from '../core/fault.ts'

/** Largest request body in bytes. */
export const MAX_BODY_BYTES = 64 * 1024

const EMPTY = Buffer.alloc(0)

/**
 * The whole body of a request.
 *
 * @throws {Fault} `body-too-large`, without reading on; `request-malformed` when the client left
 */
export function readBody(request: IncomingMessage): Promise<Buffer> | Buffer {
  const declared = request.headers['content-length']
  if (declared === undefined && request.headers['transfer-encoding'] === undefined) return EMPTY
  if (declared === '0') return EMPTY
  if (declared !== undefined && Number(declared) > MAX_BODY_BYTES) throw tooLarge()
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined
    let rest: Buffer[] | undefined
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > MAX_BODY_BYTES) {
        request.removeAllListeners('data')
        request.pause()
        reject(tooLarge())
      } else if (first === undefined) {
        first = chunk
      } else {
        rest ??= [first]
        rest.push(chunk)
      }
    })
    request.on('end', () => resolve(rest === undefined ? (first ?? EMPTY) : Buffer.concat(rest)))
    request.on('error', () => reject(fault('request-malformed')))
  })
}

function tooLarge() {
  return fault('body-too-large', { maxBytes: MAX_BODY_BYTES })
}
