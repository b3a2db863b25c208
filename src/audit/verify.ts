import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { type NamedPublicKey, publicKeysIn } from '../crypto/ed25519-key.ts'
import { allRootKeys, type RootKey } from '../crypto/root-key.ts'
import type { AuditCheckpoint, AuditHead } from '../ports/audit-log.ts'
import { isGenuine } from './checkpoint.ts'
import {
  CHAIN_START,
  groupHash,
  groupMac,
  isSealLine,
  parseFileName,
  parseSealLine,
  recordNumber,
  type SealForm,
} from './format.ts'

const LINE_FEED = 0x0a
/** Longest line that is read; ours are far shorter. */
const MAX_LINE_BYTES = 64 * 1024

/** What to verify against. */
export interface VerifyOptions {
  /** Told how many bytes were read since the last time. */
  readonly onBytes?: ((bytes: number) => void) | undefined
  readonly directory: string
  /** Chains that must be here. */
  readonly chains: readonly string[]
  readonly checkpoints: readonly AuditCheckpoint[]
  /** Heads that the chain must have had, if they are of this chain; statements bear them. */
  readonly attested?: readonly AuditHead[]
  /** Public half of the checkpoint key, PEM; of several keys each may have signed. */
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
  /**
   * How many of the records, from the first on, something vouches for that nobody can make who has no root key:
   * MACs, a checkpoint or a statement. Hashes alone vouch for nothing.
   */
  readonly vouchedRecords: number
  readonly problems: readonly string[]
}

interface NamedFile {
  readonly name: string
  readonly chain: string
  readonly sequence: number
}

function filesOf(directory: string): readonly NamedFile[] {
  const names = existsSync(directory) ? readdirSync(directory) : []
  return names
    .flatMap((name) => {
      const parsed = parseFileName(name)
      return parsed === undefined ? [] : [{ name, ...parsed }]
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** How many bytes the files of a log have. */
export function auditLogBytes(directory: string): number {
  return filesOf(directory).reduce((sum, { name }) => sum + statSync(join(directory, name)).size, 0)
}

/**
 * Reads a whole log and says whether any byte of it was changed, cut, moved or put in. Takes memory
 * for one group at a time, however long the log.
 */
export async function verifyAuditLog(options: VerifyOptions): Promise<AuditReport> {
  const report = await verifyFiles(options, filesOf(options.directory), undefined)
  const { chain, records, vouchedRecords } = report
  if (records === 0 || vouchedRecords > 0) return report
  const problem = `chain ${chain}: no checkpoint vouches for any of its ${records} records`
  return { ...report, problems: [...report.problems, problem] }
}

/**
 * As {@link verifyAuditLog} for the newest file alone, which goes on where the one before it ends: quick,
 * and blind to what was done to older files. Checkpoints of what is older are not looked at.
 */
export async function verifyAuditTail(options: VerifyOptions): Promise<AuditReport> {
  const files = filesOf(options.directory)
  const before = files.at(-2)
  const seal = before && lastSealLine(join(options.directory, before.name))
  if (before === undefined || seal === undefined) return verifyFiles(options, files, undefined)
  const checkpoints = options.checkpoints.filter(({ count }) => count > seal.n)
  return verifyFiles({ ...options, checkpoints }, files.slice(-1), {
    chain: before.chain,
    sequence: before.sequence,
    form: seal.form,
    count: seal.n,
    head: Buffer.from(seal.hash, 'hex'),
  })
}

async function verifyFiles(
  options: VerifyOptions,
  files: readonly NamedFile[],
  start: ChainPlace | undefined,
): Promise<AuditReport> {
  const check = new ChainCheck(options, start)
  for (const [index, { name, chain, sequence }] of files.entries()) {
    check.beginFile(name, chain, sequence)
    const isLast = index === files.length - 1
    await check.readFile(join(options.directory, name), isLast)
  }
  return check.finish(files.length)
}

/** Where a chain stands between two groups. */
interface ChainPlace {
  readonly chain: string
  readonly sequence: number
  /** That of the last seal. */
  readonly form: SealForm
  readonly count: number
  readonly head: Uint8Array
}

/** The seal line that a closed file ends with. */
function lastSealLine(path: string) {
  const fd = openSync(path, 'r')
  try {
    const { size } = fstatSync(fd)
    const end = Buffer.alloc(Math.min(size, MAX_LINE_BYTES))
    readSync(fd, end, 0, end.length, size - end.length)
    const lineStart = end.lastIndexOf(LINE_FEED, end.length - 2) + 1
    const line = end.toString('utf8', lineStart, end.length - 1)
    return isSealLine(line) ? parseSealLine(line) : undefined
  } finally {
    closeSync(fd)
  }
}

class ChainCheck {
  readonly #options: VerifyOptions
  readonly #publicKeys: readonly NamedPublicKey[]
  readonly #problems: string[] = []
  /** Checkpoints by the chain and the count they vouch for. */
  readonly #pending: Map<string, AuditCheckpoint>
  #attested: readonly AuditHead[]
  #file = ''
  #chain: string | undefined
  #sequence = 0
  #count = 0
  #groups = 0
  /** Records before the last checkpoint or statement that agrees with them. */
  #vouched = 0
  #head: Uint8Array = CHAIN_START
  #form: SealForm = 1
  #lines: Buffer[] = []

  constructor(options: VerifyOptions, start: ChainPlace | undefined) {
    this.#options = options
    if (start !== undefined) {
      this.#chain = start.chain
      this.#sequence = start.sequence
      this.#form = start.form
      this.#count = start.count
      this.#head = start.head
    }
    this.#attested = options.attested ?? []
    this.#publicKeys = publicKeysIn(options.publicKeyPem)
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
    for await (const bytes of linesOf(path, this.#options.onBytes)) {
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
    for (const { chain, records } of this.#attested) {
      if (chain !== this.#chain) continue
      this.#problems.push(
        records > this.#count
          ? `the log was cut: a statement vouches for ${records} records, there are ${this.#count}`
          : `no group ends at record ${records}, as a statement says`,
      )
    }
    const { root } = this.#options
    return {
      chain: this.#chain,
      files,
      groups: this.#groups,
      records: this.#count,
      checkpoints: this.#options.checkpoints.length,
      areMacsChecked: root !== undefined,
      vouchedRecords: root === undefined ? this.#vouched : this.#count,
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
    if (seal.form < this.#form) this.#report('a seal in the form of before', number)
    this.#form = seal.form
    // The chain is that of the file: a group that came from another one has another hash.
    const head = groupHash(this.#chain ?? '', this.#head, Buffer.concat(lines), seal.form)
    if (head.toString('hex') !== seal.hash) {
      this.#report(`records ${seal.n - seal.count + 1} to ${seal.n} were changed`, number)
    }
    const { root } = this.#options
    const claimed = Buffer.from(seal.hash, 'hex')
    const hasMac = ({ audit }: Pick<RootKey, 'audit'>) =>
      groupMac(audit, claimed).toString('hex') === seal.mac
    if (root !== undefined && ![...allRootKeys(root), ...(root.past ?? [])].some(hasMac)) {
      this.#report(`the seal after record ${seal.n} is forged`, number)
    }
    // Going on from what the seal claims keeps one change from spoiling all that follows.
    this.#head = claimed
    this.#groups++
    this.#checkCheckpoint(seal.n, head, number)
    this.#checkAttested(seal.n, head, number)
  }

  #checkAttested(count: number, head: Buffer, number: number): void {
    if (this.#attested.length === 0) return
    const isHere = ({ chain, records }: AuditHead) => chain === this.#chain && records === count
    if (this.#attested.some((stated) => isHere(stated) && !head.equals(stated.head))) {
      this.#report(`the log differs from a statement at record ${count}`, number)
    } else if (this.#attested.some(isHere)) {
      this.#vouched = count
    }
    this.#attested = this.#attested.filter((stated) => !isHere(stated))
  }

  #checkCheckpoint(count: number, head: Buffer, number: number): void {
    const name = nameOf(this.#chain ?? '', count)
    const checkpoint = this.#pending.get(name)
    if (checkpoint === undefined) return
    this.#pending.delete(name)
    if (!this.#publicKeys.some(({ key }) => isGenuine(checkpoint, key))) {
      this.#report(`the checkpoint at record ${count} is forged`, number)
    } else if (!head.equals(checkpoint.head)) {
      this.#report(`the log differs from its checkpoint at record ${count}`, number)
    } else {
      this.#vouched = count
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
async function* linesOf(
  path: string,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    onBytes?.(chunk.length)
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
