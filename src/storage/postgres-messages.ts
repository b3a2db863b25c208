/** Type (1) ‖ length (4), which counts itself. */
const HEADER_BYTES = 5
const LENGTH_BYTES = 4
/** More than any row of ours. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024
/** Types of messages that come from a database. */
const TYPES = new Set(Buffer.from('RKSZTDCEANItnsGHWdcv123'))
/** Errors and notices: fields to their end, of which each may be as long as it likes. */
const FIELDED = new Set(Buffer.from('EN'))

/**
 * Looks at the messages of a database before they are read: their types, lengths, and that errors and
 * notices end where they say, without which their reader goes on for ever.
 *
 * Source: PostgreSQL, "Message Formats" and "Error and Notice Message Fields".
 */
export class MessageGuard {
  #header: Buffer = Buffer.alloc(0)
  /** Bytes of the message that are still to come. */
  #left = 0
  /** What came of an error or a notice. */
  #fields: Buffer[] | undefined

  /** Takes what came next. @throws {Error} when it is no message */
  take(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#left === 0) at = this.#begin(bytes, at)
      const part = bytes.subarray(at, at + this.#left)
      at += part.length
      this.#left -= part.length
      this.#fields?.push(part)
      if (this.#left === 0) this.#end()
    }
  }

  /** Reads as much of a header as there is; answers where its message begins. */
  #begin(bytes: Buffer, at: number): number {
    const wanted = HEADER_BYTES - this.#header.length
    const more = bytes.subarray(at, at + wanted)
    const header = this.#header.length === 0 ? more : Buffer.concat([this.#header, more])
    this.#header = header
    const type = header[0] ?? 0
    if (!TYPES.has(type)) throw new Error(`a message of type ${type}`)
    if (header.length < HEADER_BYTES) return bytes.length
    const length = header.readUInt32BE(1)
    if (length < LENGTH_BYTES || length > MAX_MESSAGE_BYTES) {
      throw new Error(`a message of ${length} bytes`)
    }
    this.#header = Buffer.alloc(0)
    this.#left = length - LENGTH_BYTES
    this.#fields = FIELDED.has(type) ? [] : undefined
    if (this.#left === 0) this.#end()
    return at + more.length
  }

  #end(): void {
    const fields = this.#fields
    this.#fields = undefined
    if (fields !== undefined && !isEnded(Buffer.concat(fields))) {
      throw new Error('an error without an end')
    }
  }
}

/** Whether fields (type (1) ‖ text ‖ 0) are followed by a zero, and that by nothing. */
function isEnded(fields: Buffer): boolean {
  let at = 0
  while (at < fields.length && fields[at] !== 0) {
    const end = fields.indexOf(0, at + 1)
    if (end < 0) return false
    at = end + 1
  }
  return at === fields.length - 1
}
