import { randomBytes } from 'node:crypto'
import { argon2id } from './argon2id.ts'
import { equalInConstantTime } from './digest.ts'
import type { SecretBytes } from './secret-bytes.ts'

/**
 * Costs of a password hash: 19 MiB, 2 passes, 1 lane. Source: OWASP, Password Storage Cheat Sheet,
 * its first choice for Argon2id where many may sign in at once.
 */
const COSTS = { memoryKib: 19_456, passes: 2, lanes: 1 } as const
/** Costs that a stored hash may ask for, so that nobody who can write one can stall the server. */
const MAX_COSTS = { memoryKib: 262_144, passes: 10, lanes: 4 } as const
const SALT_BYTES = 16
const HASH_BYTES = 32

interface Stored {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/**
 * Argon2id hash of a password as PHC text, computed in the thread pool.
 *
 * Source: RFC 9106.
 */
export async function hashPassword(password: SecretBytes): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await hashOf(password, { ...COSTS, salt, hash: Buffer.alloc(HASH_BYTES) })
  const { memoryKib, passes, lanes } = COSTS
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(hash)}`
}

/**
 * Whether `password` is the one that was hashed. Without a stored hash the answer is no, after the
 * same work, so that the time it takes does not tell who exists.
 */
export async function verifyPassword(
  stored: string | undefined,
  password: SecretBytes,
): Promise<boolean> {
  const known = stored === undefined ? undefined : parse(stored)
  const asked = known ?? { ...COSTS, salt: DUMMY_SALT, hash: DUMMY_HASH }
  const hash = await hashOf(password, asked)
  const isEqual = equalInConstantTime(hash, asked.hash)
  return known !== undefined && isEqual
}

const DUMMY_SALT = Buffer.alloc(SALT_BYTES)
const DUMMY_HASH = Buffer.alloc(HASH_BYTES)
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

function parse(stored: string): Stored | undefined {
  const match = PHC.exec(stored)
  if (match === null) return undefined
  const [, memory = '', passes = '', lanes = '', salt = '', hash = ''] = match
  const costs = { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  const isBearable =
    costs.memoryKib <= MAX_COSTS.memoryKib &&
    costs.passes <= MAX_COSTS.passes &&
    costs.lanes <= MAX_COSTS.lanes
  if (!isBearable) return undefined
  return { ...costs, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

async function hashOf(password: SecretBytes, asked: Stored): Promise<Buffer> {
  const derived = await argon2id(password, { ...asked, hashBytes: asked.hash.length })
  return derived.lend((bytes) => Buffer.from(bytes))
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
