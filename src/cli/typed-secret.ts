import { SecretBytes } from '../crypto/secret-bytes.ts'

/** What somebody typed at a terminal, as a secret. */
export function typedSecret(text: string): SecretBytes {
  return new SecretBytes(Buffer.from(text))
}
