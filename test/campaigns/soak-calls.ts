import { type Credentials, passwordAuth } from '../server.ts'
import type { Answer, CallLine } from './call-line.ts'

/** Keys that calls are made with, and who makes them. */
export interface SoakWorld {
  readonly credentials: Credentials
  readonly token: string
  readonly keyId: string
  readonly signingKeyId: string
  /** One that rotates. */
  readonly rotatingKeyId: string
  readonly cipherText: string
  /** How often that one was rotated, as was answered. */
  readonly rotations: { count: number }
}

/** One or more calls of the mix, one after the other on one line; all answers. */
export type SoakCall = (line: CallLine, world: SoakWorld) => Promise<readonly Answer[]>

let aliases = 0

function kms(name: string, body: (world: SoakWorld) => object): SoakCall {
  return async (line, world) => [await ask(line, world, name, body(world))]
}

function ask(
  line: CallLine,
  world: Pick<SoakWorld, 'credentials' | 'token'>,
  name: string,
  body: object,
) {
  const path = `/v1.0/${world.credentials.project_id}/kms/${name}`
  return line.call({ path, token: world.token, body })
}

const DIGEST = Buffer.alloc(32, 7).toString('base64')

/** Makes a key and lets it go again: the store grows by a row, the server must not. */
const keyComesAndGoes: SoakCall = async (line, world) => {
  const made = await ask(line, world, 'create-key', { key_alias: `soak-${++aliases}` })
  const key_id = made.body?.key_info?.key_id
  return [made, await ask(line, world, 'schedule-key-deletion', { key_id, pending_days: '7' })]
}

const signIn: SoakCall = async (line, { credentials }) => [
  await line.call({
    path: '/v3/auth/tokens',
    token: '',
    body: { auth: passwordAuth(credentials) },
  }),
]

/** What a page of the console asks for that is open, one of these after the other. */
const LOOKS = ['rotation-overview?days=30', 'rotation-events?limit=50', 'keys?limit=50'] as const
let looks = 0
const consoleLooks: SoakCall = async (line, { credentials, token }) => {
  const look = LOOKS[looks++ % LOOKS.length]
  const path = `/keyturn/v1/${credentials.project_id}/${look}`
  return [await line.call({ method: 'GET', path, token })]
}

/** Changes the material of a key, which is told to the webhook. */
const rotate: SoakCall = async (line, world) => {
  const answer = await ask(line, world, 'rotate-on-demand', { key_id: world.rotatingKeyId })
  if (answer.status === 200) world.rotations.count++
  return [answer]
}

/** The mix: each call so many times in a hundred and some. */
const WEIGHTS: readonly (readonly [number, SoakCall])[] = [
  [40, kms('encrypt-data', ({ keyId }) => ({ key_id: keyId, plain_text: 'what is kept' }))],
  [30, kms('decrypt-data', ({ cipherText }) => ({ cipher_text: cipherText }))],
  [10, kms('create-datakey', ({ keyId }) => ({ key_id: keyId, datakey_length: '512' }))],
  [
    8,
    kms('sign', ({ signingKeyId }) => ({
      key_id: signingKeyId,
      message: DIGEST,
      message_type: 'DIGEST',
      signing_algorithm: 'ECDSA_SHA_256',
    })),
  ],
  [6, kms('describe-key', ({ keyId }) => ({ key_id: keyId }))],
  [2, kms('list-keys', () => ({ limit: '20' }))],
  [1, consoleLooks],
  [2, keyComesAndGoes],
  [1, rotate],
]

/** One sign-in for so many other calls: its password costs as much as hundreds of them. */
const CALLS_FOR_SIGN_IN = 5000
const ROUND = WEIGHTS.flatMap(([times, call]) => Array.from({ length: times }, () => call))

/** The call whose turn it is. The order is spread, and the same in every run. */
export function soakCall(turn: number): SoakCall {
  if (turn % CALLS_FOR_SIGN_IN === CALLS_FOR_SIGN_IN - 1) return signIn
  // 37 and 100 have no common divisor: every call of a round has its turn.
  return ROUND[(turn * 37) % ROUND.length] ?? signIn
}

/** Makes the keys. */
export async function makeSoakWorld(
  line: CallLine,
  credentials: Credentials,
  token: string,
): Promise<SoakWorld> {
  const make = async (fields: object) => {
    const body = { key_alias: `soak-base-${++aliases}`, ...fields }
    const made = await ask(line, { credentials, token }, 'create-key', body)
    return String(made.body.key_info.key_id)
  }
  const keyId = await make({})
  const body = { key_id: keyId, plain_text: 'what is kept' }
  const encrypted = await ask(line, { credentials, token }, 'encrypt-data', body)
  return {
    credentials,
    token,
    keyId,
    signingKeyId: await make({ key_spec: 'EC_P256' }),
    rotatingKeyId: await make({}),
    cipherText: encrypted.body.cipher_text,
    rotations: { count: 0 },
  }
}
