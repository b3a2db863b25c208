import { promises as files } from 'node:fs'
import type { EpochMs } from '../core/time.ts'
import type { AuditPlace, AuditQuery, StoredAuditRecord } from '../ports/audit-reader.ts'
import type { ChainFile } from './chain-files.ts'
import { isSealLine } from './format.ts'
import { readBytes } from './read-bytes.ts'
import {
  asSeenBy,
  COMMAND_PART,
  isAskedFor,
  lineTime,
  parseRecordLine,
  projectPart,
} from './record-line.ts'

const LINE_FEED = 0x0a
/** How much is read and looked through at a time; so long does everybody else wait. */
const CHUNK_BYTES = 64 * 1024
/** A line that is longer is none of ours. */
const MAX_LINE_BYTES = 1024 * 1024

interface FoundRecord {
  readonly record: StoredAuditRecord
  /** Offsets in its file. */
  readonly begin: number
  readonly end: number
  readonly sequence: number
}

/** Goes backwards through the chain of one thread, over its files, and keeps to one query. */
export class ChainCursor {
  readonly slot: number
  readonly #query: AuditQuery
  readonly #project: string
  /** Those that are still to be read, the newest last. */
  readonly #files: ChainFile[]
  /** What is unread of the last of them stands before this offset. */
  #end: number
  /** Records that were found and not taken yet, the newest first. */
  #found: FoundRecord[] = []
  #reached: EpochMs
  /** How many bytes are read at once: more, where a line is long. */
  #chunkBytes = CHUNK_BYTES

  /** @param end Where the last of the files ends for this cursor. */
  constructor(slot: number, query: AuditQuery, chainFiles: readonly ChainFile[], end: number) {
    this.slot = slot
    this.#query = query
    this.#project = projectPart(query.projectId)
    this.#files = [...chainFiles]
    this.#end = end
    this.#reached = Number.POSITIVE_INFINITY as EpochMs
  }

  /** What comes next is no newer than this; undefined at the end. */
  get bound(): EpochMs | undefined {
    const [next] = this.#found
    if (next !== undefined) return next.record.at
    return this.#files.length === 0 ? undefined : this.#reached
  }

  /** Where what was not taken yet begins, read backwards; undefined at the end. */
  get place(): AuditPlace | undefined {
    const { slot } = this
    const [next] = this.#found
    if (next !== undefined) return { slot, sequence: next.sequence, offset: next.end }
    const file = this.#files.at(-1)
    return file && { slot, sequence: file.sequence, offset: this.#end }
  }

  /** The next record, if it has been read. */
  take(): StoredAuditRecord | undefined {
    return this.#found.shift()?.record
  }

  /** Reads on, once nothing is left to take. @returns How many bytes were read. */
  async readOn(): Promise<number> {
    const file = this.#files.at(-1)
    if (file === undefined) return 0
    const begin = Math.max(0, this.#end - this.#chunkBytes)
    const bytes = await readBytes(file.path, begin, this.#end)
    // Whole lines stand between the first line feed and the last.
    const first = begin === 0 ? 0 : bytes.indexOf(LINE_FEED) + 1
    const last = bytes.lastIndexOf(LINE_FEED) + 1
    const isCutLine = begin > 0 && first >= last
    if (isCutLine && this.#chunkBytes < MAX_LINE_BYTES) {
      this.#chunkBytes *= 2
      return bytes.length
    }
    this.#chunkBytes = CHUNK_BYTES
    this.#look(file, bytes, first, begin)
    const isAllOfOneLine = isCutLine && last === bytes.length
    this.#end = begin + (isAllOfOneLine ? 0 : first)
    const { from } = this.#query
    if (from !== undefined && this.#reached < from) this.#files.length = 0
    else if (this.#end === 0) await this.#nextFile()
    return bytes.length
  }

  async #nextFile(): Promise<void> {
    this.#files.pop()
    const next = this.#files.at(-1)
    this.#end = next === undefined ? 0 : (await files.stat(next.path)).size
  }

  /** Looks at whole lines, the last one first; what has no line feed was cut off. */
  #look(file: ChainFile, bytes: Buffer, first: number, offset: number): void {
    let end = bytes.lastIndexOf(LINE_FEED) + 1
    while (end > first) {
      const begin = bytes.lastIndexOf(LINE_FEED, end - 2) + 1
      const line = bytes.toString('utf8', begin, end - 1)
      if (!isSealLine(line)) {
        this.#lookAt(file, line, offset + begin, offset + end)
      }
      end = begin
    }
  }

  #lookAt({ chain, sequence }: ChainFile, line: string, begin: number, end: number): void {
    const at = lineTime(line)
    // The clock may have gone back: how far the log was read never grows again.
    if (at !== undefined && at < this.#reached) this.#reached = at
    if (!line.includes(this.#project) && !line.includes(COMMAND_PART)) return
    const whole = parseRecordLine(line, chain)
    const record = whole && asSeenBy(this.#query, whole)
    if (record === undefined || !isAskedFor(record, this.#query)) return
    this.#found.push({ record, begin, end, sequence })
  }
}
