import { SecretBytes } from '../crypto/secret-bytes.ts'
import { readSmall } from '../files/read-small.ts'
import { mistake } from './mistakes.ts'

const MIN_PASSWORD_BYTES = 12
const MAX_PASSWORD_BYTES = 1024

/**
 * A password from a file, or from standard input for `-`; a line feed at its end is no part of it.
 * Never from an argument: others on the machine could read that.
 *
 * @throws {Mistake} when it is shorter than 12 bytes
 */
export function readPassword(file: string): SecretBytes {
  const content = readSmall(file === '-' ? 0 : file)
  const end = content.at(-1) === 0x0a ? content.length - 1 : content.length
  if (end < MIN_PASSWORD_BYTES || end > MAX_PASSWORD_BYTES) {
    throw mistake('password-length', { min: MIN_PASSWORD_BYTES, max: MAX_PASSWORD_BYTES })
  }
  return new SecretBytes(content.subarray(0, end))
}
