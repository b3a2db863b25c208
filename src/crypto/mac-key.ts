import { createHmac, createSecretKey } from 'node:crypto'
import { MAC_ALGORITHMS, type MacAlgorithm } from '../core/algorithms.ts'
import { equalInConstantTime } from './digest.ts'
import type { SecretBytes } from './secret-bytes.ts'

const MEMORY_BYTES = 512

/** A key for message authentication codes, ready for use. */
export interface MacKey {
  readonly kind: 'mac'
  /** What it costs in memory, in bytes, by estimate. */
  readonly memoryBytes: number
  /** The code, as long as the hash. */
  readonly generate: (algorithm: MacAlgorithm, message: Uint8Array) => Promise<Uint8Array>
  readonly verify: (
    algorithm: MacAlgorithm,
    message: Uint8Array,
    mac: Uint8Array,
  ) => Promise<boolean>
}

/** HMAC. Source: RFC 2104; FIPS 198-1. The material may be wiped afterwards. */
export function hmacKey(material: SecretBytes): MacKey {
  const key = material.lend((bytes) => createSecretKey(bytes))
  const generate = async (algorithm: MacAlgorithm, message: Uint8Array) =>
    createHmac(MAC_ALGORITHMS[algorithm].hash, key).update(message).digest()
  return {
    kind: 'mac',
    memoryBytes: MEMORY_BYTES,
    generate,
    verify: async (algorithm, message, mac) =>
      equalInConstantTime(await generate(algorithm, message), mac),
  }
}
