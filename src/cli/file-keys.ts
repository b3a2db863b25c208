import type { Client } from '../client/index.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { FileHeader } from '../files/file-header.ts'
import { FILE_KEY_BYTES, FILE_SEGMENT_BYTES } from '../files/file-stream.ts'
import { RefusedFile } from '../files/refused-file.ts'
import { keyIdOf } from './key-names.ts'
import { mistake } from './mistakes.ts'
import type { TerminalWords } from './terminal-words.ts'

/** A data key for one file, in the clear and as the header of the file bears it. */
export interface FileKey {
  readonly key: SecretBytes
  readonly header: FileHeader
}

/**
 * A new data key under a master key.
 *
 * @param named Id or alias of the master key.
 * @param context What the data key is bound to, besides; whoever opens the file must give the same.
 */
export async function makeFileKey(
  client: Client,
  named: string,
  context: string | undefined,
  words: TerminalWords,
): Promise<FileKey> {
  const reply = await client.createDatakey({
    key_id: await keyIdOf(client, named, words),
    datakey_length: FILE_KEY_BYTES * 8,
    additional_authenticated_data: context,
  })
  return {
    key: toKey(reply.plain_text),
    header: {
      keyId: reply.key_id,
      wrappedKey: Buffer.from(reply.cipher_text, 'hex'),
      needsContext: context !== undefined,
      segmentBytes: FILE_SEGMENT_BYTES,
    },
  }
}

/** The data key that a header bears. */
export async function openFileKey(
  client: Client,
  header: FileHeader,
  context: string | undefined,
): Promise<SecretBytes> {
  if (header.needsContext && context === undefined) {
    throw mistake('aad-missing', {})
  }
  if (!header.needsContext && context !== undefined) {
    throw new RefusedFile('the file was encrypted without --aad: nothing binds it to the text')
  }
  const reply = await client.decryptDatakey({
    key_id: header.keyId,
    cipher_text: Buffer.from(header.wrappedKey).toString('hex'),
    datakey_cipher_length: FILE_KEY_BYTES,
    additional_authenticated_data: context,
  })
  return toKey(reply.data_key)
}

/** @throws {Error} when a server answers something else */
function toKey(hex: string): SecretBytes {
  const bytes = Buffer.from(hex, 'hex')
  if (bytes.length !== FILE_KEY_BYTES) throw new Error('the server answered with no data key')
  return new SecretBytes(bytes)
}
