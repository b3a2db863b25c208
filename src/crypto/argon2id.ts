import { argon2 } from 'node:crypto'
import { SecretBytes } from './secret-bytes.ts'

/** What a guess costs. */
export interface Argon2Costs {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** How a key is derived from a password. */
export interface Argon2Options extends Argon2Costs {
  /** 16 bytes, new for each password that is set. */
  readonly salt: Uint8Array
  readonly hashBytes: number
}

/**
 * Argon2id of a password, version 1.3, computed in the thread pool.
 *
 * Source: RFC 9106.
 */
export function argon2id(password: SecretBytes, options: Argon2Options): Promise<SecretBytes> {
  const { memoryKib, passes, lanes, salt, hashBytes } = options
  return new Promise((resolve, reject) => {
    password.lend((message) =>
      argon2(
        'argon2id',
        {
          message,
          nonce: salt,
          parallelism: lanes,
          tagLength: hashBytes,
          memory: memoryKib,
          passes,
        },
        (error, derived) => (error === null ? resolve(new SecretBytes(derived)) : reject(error)),
      ),
    )
  })
}
