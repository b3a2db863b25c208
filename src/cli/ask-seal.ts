import { request } from 'node:http'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import type { ShareProblem } from '../seals/share-collection.ts'
import { SEAL_PATH, sealSocketOf } from '../server/seal-door.ts'
import type { SealState } from '../server/unsealing.ts'

/** Longest wait for an answer, in milliseconds: a guess may wait for others. */
const TIMEOUT_MS = 60_000

/** The server did not take what it was offered; of a share it says why. */
export interface Refused {
  readonly state: 'refused'
  readonly problem: ShareProblem | undefined
}

/** What the server on a data folder says of its seal; undefined when none runs there. */
export async function askSealState(directory: string): Promise<SealState | undefined> {
  try {
    return (await call(directory, 'GET')).state
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // so are the errors of sockets
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined
    throw error
  }
}

/**
 * Offers a secret to the server on a data folder, and wipes it.
 *
 * @returns What the server then says of its seal.
 */
export async function offerToSeal(
  directory: string,
  secret: SecretBytes,
): Promise<SealState | Refused> {
  const { status, state, problem } = await call(directory, 'POST', secret)
  secret.wipe()
  if (status === 403) return { state: 'refused', problem }
  return answered(status, state)
}

/** Has the server on a data folder forget the shares that it was given; then it says so. */
export async function resetSeal(directory: string): Promise<SealState> {
  const { status, state } = await call(directory, 'DELETE')
  return answered(status, state)
}

function answered(status: number, state: SealState | undefined): SealState {
  if (state === undefined) throw new Error(`the server answered ${status}: its log says why`)
  return state
}

interface Answer {
  readonly status: number
  readonly state: SealState | undefined
  readonly problem: ShareProblem | undefined
}

function call(
  directory: string,
  method: 'GET' | 'POST' | 'DELETE',
  secret?: SecretBytes,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        socketPath: sealSocketOf(directory),
        path: SEAL_PATH,
        method,
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
          const body = JSON.parse(text) as SealState & { readonly problem?: ShareProblem }
          resolve({ status, state: status === 200 ? body : undefined, problem: body.problem })
        })
      },
    )
    asking.on('timeout', () => asking.destroy(new Error('the server does not answer')))
    asking.on('error', reject)
    if (secret === undefined) asking.end()
    else secret.lend((bytes) => asking.end(Buffer.from(bytes)))
  })
}
