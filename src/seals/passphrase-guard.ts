import { randomBytes } from 'node:crypto'
import { type Argon2Costs, argon2id } from '../crypto/argon2id.ts'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { SealError } from '../ports/seal.ts'
import type { GuardParameters } from './guarded-file.ts'
import { type Guard, SEALING_KEY_BYTES } from './guarded-seal.ts'

/** Shortest passphrase that a seal is made with, in bytes. */
export const MIN_PASSPHRASE_BYTES = 16
/** Longest passphrase, in bytes. */
export const MAX_PASSPHRASE_BYTES = 1024

const SALT_BYTES = 16
/**
 * Costs of a guess: 256 MiB, 3 passes, 4 lanes, about half a second here. Source: RFC 9106 §4, whose
 * second choice has 64 MiB for 3 passes; a seal opens once in the life of a server.
 */
const COSTS: Argon2Costs = { memoryKib: 262_144, passes: 3, lanes: 4 }
/** Costs that a file may ask for: not so little that a guess is cheap, nor so much that a start fails. */
const MIN_COSTS: Argon2Costs = { memoryKib: 65_536, passes: 1, lanes: 1 }
const MAX_COSTS: Argon2Costs = { memoryKib: 4_194_304, passes: 64, lanes: 64 }

/**
 * Has the sealing key from a passphrase by Argon2id, in the thread pool.
 *
 * Source: RFC 9106.
 */
export function passphraseGuard(passphrase: SecretBytes, costs: Argon2Costs = COSTS): Guard {
  return {
    kind: 'passphrase',
    async make() {
      if (passphrase.length < MIN_PASSPHRASE_BYTES || passphrase.length > MAX_PASSPHRASE_BYTES) {
        throw new SealError(
          'wrong',
          `a passphrase has ${MIN_PASSPHRASE_BYTES} to ${MAX_PASSPHRASE_BYTES} bytes`,
        )
      }
      const salt = randomBytes(SALT_BYTES)
      const sealing = await argon2id(passphrase, { ...costs, salt, hashBytes: SEALING_KEY_BYTES })
      const parameters = { derivation: 'argon2id', ...costs, salt: salt.toString('hex') }
      return { sealing, parameters }
    },
    recover(_sealId, parameters) {
      return argon2id(passphrase, { ...parse(parameters), hashBytes: SEALING_KEY_BYTES })
    },
  }
}

function parse(parameters: GuardParameters): Argon2Costs & { readonly salt: Buffer } {
  const { derivation, memoryKib, passes, lanes, salt } = parameters
  const isWhole =
    derivation === 'argon2id' &&
    isBetween('memoryKib', memoryKib) &&
    isBetween('passes', passes) &&
    isBetween('lanes', lanes) &&
    typeof salt === 'string' &&
    /^[0-9a-f]{32}$/.test(salt)
  if (!isWhole) throw new SealError('damaged', 'the seal asks for a derivation that will not do')
  return {
    memoryKib: Number(memoryKib),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'hex'),
  }
}

function isBetween(name: keyof Argon2Costs, value: string | number | undefined): boolean {
  return typeof value === 'number' && value >= MIN_COSTS[name] && value <= MAX_COSTS[name]
}
