import { request } from 'node:http'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { SEAL_PATH, sealSocketOf } from '../server/seal-door.ts'
import type { SealState } from '../server/unsealing.ts'

/** Longest wait for an answer, in milliseconds: a guess may wait for others. */
const TIMEOUT_MS = 60_000

/** What the server on a data folder says of its seal; undefined when none runs there. */
export async function askSealState(directory: string): Promise<SealState | undefined> {
  try {
    return (await call(directory, undefined)).state
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // so are the errors of sockets
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined
    throw error
  }
}

/**
 * Offers a secret to the server on a data folder, and wipes it.
 *
 * @returns What the server then says of its seal; undefined when the secret does not open it.
 */
export async function offerToSeal(
  directory: string,
  secret: SecretBytes,
): Promise<SealState | undefined> {
  const { status, state } = await call(directory, secret)
  secret.wipe()
  if (status === 403) return undefined
  if (state === undefined) throw new Error(`the server answered ${status}: its log says why`)
  return state
}

function call(
  directory: string,
  secret: SecretBytes | undefined,
): Promise<{ readonly status: number; readonly state: SealState | undefined }> {
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        socketPath: sealSocketOf(directory),
        path: SEAL_PATH,
        method: secret === undefined ? 'GET' : 'POST',
        agent: false,
        timeout: TIMEOUT_MS,
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('error', reject)
        response.on('end', () => {
          const status = response.statusCode ?? 0
          // A server of this program, on a socket that only it can have made.
          resolve({ status, state: status === 200 ? (JSON.parse(text) as SealState) : undefined })
        })
      },
    )
    asking.on('timeout', () => asking.destroy(new Error('the server does not answer')))
    asking.on('error', reject)
    if (secret === undefined) asking.end()
    else secret.lend((bytes) => asking.end(Buffer.from(bytes)))
  })
}
