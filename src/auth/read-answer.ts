/** Longest answer of another service that is read, in bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024

/**
 * The text of an answer of another service, which may have no end.
 *
 * @throws {Error} when it is longer than 1 MiB, and what comes after that is not read
 */
export async function readAnswer(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES)
      throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
