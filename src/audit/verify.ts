import type { KeyObject } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type NamedPublicKey, publicKeysIn } from '../crypto/ed25519-key.ts'
import { allRootKeys, type PastRoot, type RootKey } from '../crypto/root-key.ts'
import type { AuditCheckpoint, AuditHead } from '../ports/audit-log.ts'
import { isGenuine } from './checkpoint.ts'
import {
  CHAIN_START,
  type GroupSeal,
  groupHash,
  groupMac,
  isSealLine,
  parseSealLine,
  recordNumber,
  type SealForm,
} from './format.ts'
import { filesOf, lastSealLine, linesOf, type NamedFile } from './log-lines.ts'
import { type ExpectedHead, headsAtDrops, pastVerdict } from './past-seals.ts'

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
  /**
   * With it the MACs are checked too, and what dropped root keys vouch for ends where the chain stood then; without
   * it hashes and checkpoints only.
   */
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
   * MACs, a checkpoint or a statement. Hashes alone vouch for nothing, nor do MACs of a dropped root key beyond
   * what was known of the chain then.
   */
  readonly vouchedRecords: number
  /**
   * How many of the last records are sealed by a dropped root key alone, in a chain whose end nobody could see then:
   * made by a node that was killed before, or by a thief of the root key.
   */
  readonly doubtfulRecords: number
  readonly problems: readonly string[]
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
  // Where MACs are checked, those that vouch for nothing are told apart.
  if (records === 0 || vouchedRecords > 0 || report.areMacsChecked) return report
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

class ChainCheck {
  readonly #options: VerifyOptions
  readonly #publicKeys: readonly NamedPublicKey[]
  readonly #problems: string[] = []
  /** Checkpoints by the chain and the count they vouch for. */
  readonly #pending: Map<string, AuditCheckpoint>
  /** Heads that are still to come, of this chain. */
  #expected: readonly ExpectedHead[] = []
  #file = ''
  #chain: string | undefined
  #sequence = 0
  #count = 0
  #groups = 0
  /** Records before the last checkpoint or statement that agrees with them. */
  #vouched = 0
  #head: Uint8Array = CHAIN_START
  #form: SealForm = 1
  /** Whether a root key that is not dropped has sealed anything yet: none that is dropped does after it. */
  #isUnderLiveRoot = false
  /** Records since the last seal that vouches for what is before it. */
  #doubtful = 0
  #lines: Buffer[] = []

  constructor(options: VerifyOptions, start: ChainPlace | undefined) {
    this.#options = options
    if (start !== undefined) {
      this.#chain = start.chain
      this.#expected = expectedHeads(options, start.chain, start.count)
      this.#sequence = start.sequence
      this.#form = start.form
      this.#count = start.count
      this.#head = start.head
    }
    this.#publicKeys = publicKeysIn(options.publicKeyPem)
    this.#pending = new Map(
      options.checkpoints.map((point) => [nameOf(point.chain, point.count), point]),
    )
  }

  beginFile(name: string, chain: string, sequence: number): void {
    this.#file = name
    if (this.#chain === undefined) {
      this.#chain = chain
      this.#expected = expectedHeads(this.#options, chain, 0)
    } else if (this.#chain !== chain) this.#report(`belongs to another chain, ${chain}`)
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
    for (const { records, source } of this.#expected) {
      this.#problems.push(
        records > this.#count
          ? `the log was cut: ${source} vouches for ${records} records, there are ${this.#count}`
          : `no group ends at record ${records}, as ${source} says`,
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
      vouchedRecords: root === undefined ? this.#vouched : this.#count - this.#doubtful,
      doubtfulRecords: this.#doubtful,
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
    const claimed = Buffer.from(seal.hash, 'hex')
    this.#checkMac(seal, claimed, number)
    // Going on from what the seal claims keeps one change from spoiling all that follows.
    this.#head = claimed
    this.#groups++
    this.#checkCheckpoint(seal.n, head, number)
    this.#checkExpected(seal.n, head, number)
  }

  #checkMac(seal: GroupSeal, claimed: Buffer, number: number): void {
    const { root } = this.#options
    if (root === undefined) return
    const hasMac = ({ audit }: Pick<RootKey, 'audit'>) =>
      groupMac(audit, claimed).toString('hex') === seal.mac
    if (allRootKeys(root).some(hasMac)) {
      this.#isUnderLiveRoot = true
      // Who made it went on from what was before it.
      this.#doubtful = 0
      return
    }
    const past = root.past?.find(hasMac)
    if (past === undefined) {
      this.#report(`the seal after record ${seal.n} is forged`, number)
      return
    }
    const verdict = pastVerdict(past, this.#chain ?? '', seal.n)
    if (verdict === 'before') return
    if (verdict === 'after' || this.#isUnderLiveRoot) {
      const what = `the seal after record ${seal.n}`
      this.#report(`${what} was made with root key ${past.id} after that was dropped`, number)
      return
    }
    this.#doubtful += seal.count
  }

  #checkExpected(count: number, head: Buffer, number: number): void {
    if (this.#expected.length === 0) return
    const here = this.#expected.filter(({ records }) => records === count)
    if (here.length === 0) return
    this.#expected = this.#expected.filter(({ records }) => records !== count)
    const broken = here.find((expected) => !head.equals(expected.head))
    if (broken === undefined) this.#vouched = count
    else this.#report(`the log differs from ${broken.source} at record ${count}`, number)
  }

  #checkCheckpoint(count: number, head: Buffer, number: number): void {
    const name = nameOf(this.#chain ?? '', count)
    const checkpoint = this.#pending.get(name)
    if (checkpoint === undefined) return
    this.#pending.delete(name)
    const signer = this.#publicKeys.find(({ key }) => isGenuine(checkpoint, key))?.key
    const past = signer && this.#pastOf(signer)
    if (signer === undefined) {
      this.#report(`the checkpoint at record ${count} is forged`, number)
    } else if (past !== undefined && pastVerdict(past, this.#chain ?? '', count) === 'after') {
      const what = `the checkpoint at record ${count}`
      this.#report(`${what} was signed with root key ${past.id} after that was dropped`, number)
    } else if (!head.equals(checkpoint.head)) {
      this.#report(`the log differs from its checkpoint at record ${count}`, number)
    } else {
      this.#vouched = count
    }
  }

  /** The dropped root key that a checkpoint was signed under, if that is known. */
  #pastOf(signer: KeyObject): PastRoot | undefined {
    return this.#options.root?.past?.find(({ checkpointPublic }) => checkpointPublic.equals(signer))
  }

  #report(text: string, line?: number): void {
    const place = line === undefined ? this.#file : `${this.#file}:${line}`
    this.#problems.push(`${place}: ${text}`)
  }
}

/** Heads of a chain after its first `after` records that somebody vouches for. */
function expectedHeads(
  { attested, root }: VerifyOptions,
  chain: string,
  after: number,
): readonly ExpectedHead[] {
  const stated = (attested ?? [])
    .filter((stated) => stated.chain === chain)
    .map(({ records, head }) => ({ records, head, source: 'a statement' }))
  return [...stated, ...headsAtDrops(root?.past ?? [], chain)].filter(
    ({ records }) => records > after,
  )
}

function nameOf(chain: string, count: number): string {
  return `${chain} ${count}`
}
