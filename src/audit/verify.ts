import type { KeyObject } from 'node:crypto'
import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RootKey } from '../crypto/root-key.ts'
import type { AuditCheckpoint } from '../ports/audit-log.ts'
import { checkpointPublicKey, isGenuine } from './checkpoint.ts'
import {
  CHAIN_START,
  groupHash,
  groupMac,
  isSealLine,
  parseFileName,
  parseSealLine,
  recordNumber,
} from './format.ts'

const LINE_FEED = 0x0a
/** Longest line that is read; ours are far shorter. */
const MAX_LINE_BYTES = 64 * 1024

/** What to verify against. */
export interface VerifyOptions {
  readonly directory: string
  /** Chains that must be here. */
  readonly chains: readonly string[]
  readonly checkpoints: readonly AuditCheckpoint[]
  /** Public half of the checkpoint key, PEM. */
  readonly publicKeyPem: string
  /** With it the MACs are checked too; without it hashes and checkpoints only. */
  readonly root: RootKey | undefined
}

/** What verification found. */
export interface AuditReport {
  readonly chain: string | undefined
  readonly files: number
  readonly groups: number
  readonly records: number
  readonly checkpoints: number
  readonly areMacsChecked: boolean
  readonly problems: readonly string[]
}

/**
 * Reads a whole log and says whether any byte of it was changed, cut, moved or put in. Takes memory
 * for one group at a time, however long the log.
 */
export async function verifyAuditLog(options: VerifyOptions): Promise<AuditReport> {
  const check = new ChainCheck(options)
  const names = existsSync(options.directory) ? readdirSync(options.directory) : []
  const files = names
    .map((name) => ({ name, parsed: parseFileName(name) }))
    .filter(({ parsed }) => parsed !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const [index, { name, parsed }] of files.entries()) {
    check.beginFile(name, parsed?.chain ?? '', parsed?.sequence ?? 0)
    const isLast = index === files.length - 1
    await check.readFile(join(options.directory, name), isLast)
  }
  return check.finish(files.length)
}

class ChainCheck {
  readonly #options: VerifyOptions
  readonly #publicKey: KeyObject
  readonly #problems: string[] = []
  /** Checkpoints by the chain and the count they vouch for. */
  readonly #pending: Map<string, AuditCheckpoint>
  #file = ''
  #chain: string | undefined
  #sequence = 0
  #count = 0
  #groups = 0
  #head: Uint8Array = CHAIN_START
  #lines: Buffer[] = []

  constructor(options: VerifyOptions) {
    this.#options = options
    this.#publicKey = checkpointPublicKey(options.publicKeyPem)
    this.#pending = new Map(
      options.checkpoints.map((point) => [nameOf(point.chain, point.count), point]),
    )
  }

  beginFile(name: string, chain: string, sequence: number): void {
    this.#file = name
    if (this.#chain === undefined) this.#chain = chain
    else if (this.#chain !== chain) this.#report(`belongs to another chain, ${chain}`)
    if (sequence !== this.#sequence + 1) {
      this.#report(`file ${this.#sequence + 1} of the chain is missing`)
    }
    this.#sequence = sequence
  }

  async readFile(path: string, isLast: boolean): Promise<void> {
    let number = 0
    for await (const bytes of linesOf(path)) {
      number++
      const line = bytes.toString('utf8')
      if (isSealLine(line)) this.#closeGroup(line, number)
      else this.#lines.push(bytes)
    }
    if (this.#lines.length > 0) {
      const why = isLast ? ': a crash left them, or somebody edited the file' : ''
      this.#report(`lines without a seal${why}`, number)
      this.#lines = []
    }
  }

  finish(files: number): AuditReport {
    for (const chain of this.#options.chains) {
      if (chain !== this.#chain) this.#problems.push(`the files of chain ${chain} are gone`)
    }
    for (const { count, chain } of this.#pending.values()) {
      this.#problems.push(
        chain === this.#chain && count > this.#count
          ? `the log was cut: a checkpoint vouches for ${count} records, there are ${this.#count}`
          : `no group ends where the checkpoint at record ${count} says`,
      )
    }
    return {
      chain: this.#chain,
      files,
      groups: this.#groups,
      records: this.#count,
      checkpoints: this.#options.checkpoints.length,
      areMacsChecked: this.#options.root !== undefined,
      problems: this.#problems,
    }
  }

  #closeGroup(line: string, number: number): void {
    const lines = this.#lines
    this.#lines = []
    const seal = parseSealLine(line.slice(0, -1))
    if (seal === undefined) {
      this.#report('a seal line is malformed', number)
      return
    }
    for (const record of lines) {
      const n = recordNumber(record.toString('utf8'))
      if (n !== this.#count + 1) {
        this.#report(`record ${this.#count + 1} is missing or out of place`, number)
      }
      this.#count = n ?? this.#count + 1
    }
    if (seal.n !== this.#count || seal.count !== lines.length) {
      this.#report(`a seal is not for these ${lines.length} records`, number)
    }
    if (seal.chain !== this.#chain) this.#report('a seal of another chain', number)
    const head = groupHash(this.#head, Buffer.concat(lines))
    if (head.toString('hex') !== seal.hash) {
      this.#report(`records ${seal.n - seal.count + 1} to ${seal.n} were changed`, number)
    }
    const { root } = this.#options
    const claimed = Buffer.from(seal.hash, 'hex')
    if (root !== undefined && groupMac(root.audit, claimed).toString('hex') !== seal.mac) {
      this.#report(`the seal after record ${seal.n} is forged`, number)
    }
    // Going on from what the seal claims keeps one change from spoiling all that follows.
    this.#head = claimed
    this.#groups++
    this.#checkCheckpoint(seal.n, head, number)
  }

  #checkCheckpoint(count: number, head: Buffer, number: number): void {
    const name = nameOf(this.#chain ?? '', count)
    const checkpoint = this.#pending.get(name)
    if (checkpoint === undefined) return
    this.#pending.delete(name)
    if (!isGenuine(checkpoint, this.#publicKey)) {
      this.#report(`the checkpoint at record ${count} is forged`, number)
    } else if (!head.equals(checkpoint.head)) {
      this.#report(`the log differs from its checkpoint at record ${count}`, number)
    }
  }

  #report(text: string, line?: number): void {
    const place = line === undefined ? this.#file : `${this.#file}:${line}`
    this.#problems.push(`${place}: ${text}`)
  }
}

function nameOf(chain: string, count: number): string {
  return `${chain} ${count}`
}

/** Lines of a file with their line feeds, as bytes: no other character ends one. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const end = bytes.indexOf(LINE_FEED)
      if (end < 0) break
      yield bytes.subarray(0, end + 1)
      bytes = bytes.subarray(end + 1)
    }
    if (bytes.length > MAX_LINE_BYTES) throw new Error(`${path} has a line that is too long`)
    rest = bytes
  }
  if (rest.length > 0) yield rest
}
