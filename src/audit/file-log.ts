import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RootKey } from '../crypto/root-key.ts'
import { makeFolder, syncFolder, syncFolderAtOnce } from '../files/sync-path.ts'
import type {
  AuditFigures,
  AuditHead,
  AuditLog,
  AuditRecord,
  CheckpointStore,
} from '../ports/audit-log.ts'
import type { Clock } from '../ports/clock.ts'
import { type CheckpointSigner, checkpointPublicKeys, checkpointSigner } from './checkpoint.ts'
import { checkpointLine, openCheckpointFile } from './checkpoint-file.ts'
import { CHAIN_START, fileName, groupHash, groupMac, recordLine, sealLine } from './format.ts'
import { LogFile } from './log-file.ts'
import { type ChainEnd, findNewestFile, recoverChainEnd } from './recover.ts'

/** Name of the file with the public half of the checkpoint key. */
export const PUBLIC_KEY_FILE = 'checkpoint-public-key.pem'

/** How long checkpoints may fail to be stored before no more records are taken. */
const CHECKPOINT_GRACE_MS = 60_000
const SYNC_INTERVAL_MS = 1000

/** When written groups reach the disk. */
export type AuditSync =
  /** Before each reply: a power cut loses no record. */
  | 'group'
  /** Once a second: a power cut may lose the records of the last second, a crash none. */
  | 'interval'

/** What an audit log needs. */
export interface AuditLogOptions {
  readonly directory: string
  /** Node and thread that write here, `NODE/THREAD`: where the log of another is, nobody asks. */
  readonly place: string
  readonly root: RootKey
  readonly checkpoints: CheckpointStore
  readonly clock: Clock
  readonly sync: AuditSync
  /** A file that has grown beyond this is followed by a new one. */
  readonly maxFileBytes?: number
  readonly checkpointEveryRecords?: number
  readonly checkpointEveryMs?: number
}

/**
 * Opens the audit log in a folder, or begins one. What a crash left half-written is set aside.
 *
 * @throws {Error} when the log ends before its newest checkpoint: somebody cut it
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { directory, place, root, checkpoints } = options
  await makeFolder(directory)
  const signer = checkpointSigner(root)
  writePublicKeys(directory, root)
  const newest = findNewestFile(directory)
  const vouched = newest && (await checkpoints.newest(newest.chain))
  const end = newest && recoverChainEnd(directory, newest, vouched?.count ?? 0)
  // The chain that is here may be known at another place.
  const own = newest === undefined ? [] : [newest.chain]
  for (const known of new Set([...(await checkpoints.chainsOf(place)), ...own])) {
    const count = (await checkpoints.newest(known))?.count ?? 0
    if (end === undefined || (end.chain === known && end.count < count)) {
      throw new Error(
        `the audit log in ${directory} was cut: it ends at record ${end?.count ?? 0} of chain ` +
          `${known}, but there were ${count} or more. Put its files back. If another node bears this ` +
          'name, or if they are lost, start under another --node-name: the loss stays on record',
      )
    }
  }
  const chain = end?.chain ?? randomBytes(8).toString('hex')
  const log = new FileAuditLog(options, signer, chain, end, vouched?.count ?? 0)
  await syncFolder(directory)
  // Only now that its file is there: a chain that is registered is missed when it is gone.
  await checkpoints.register(chain, place)
  if (end !== undefined && end.tornBytes > 0) {
    await log.append(recoveryRecord(options.clock, end.tornBytes))
  }
  return log
}

/** Writes the public halves of the keys that sign checkpoints to the folder of a log. */
export function writePublicKeys(directory: string, root: RootKey): void {
  writeFileSync(join(directory, PUBLIC_KEY_FILE), checkpointPublicKeys(root), { mode: 0o600 })
}

/** Records that are written together. Who appended one of them waits for the same promise. */
interface Group {
  readonly records: AuditRecord[]
  readonly written: PromiseWithResolvers<void>
}

class FileAuditLog implements AuditLog {
  readonly #options: AuditLogOptions
  readonly #signer: CheckpointSigner
  readonly #chain: string
  readonly #timers: readonly NodeJS.Timeout[]
  readonly #checkpointFile: LogFile
  #file: LogFile
  #sequence: number
  #count: number
  #head: Uint8Array
  #gathering: Group | undefined
  #writeProblem: string | undefined
  #syncProblem: string | undefined
  #isDirty = false
  #checkpointedCount: number
  #checkpointFailingSinceMs: number | undefined
  #checkpointing: Promise<void> | undefined
  #records = 0
  #groups = 0
  #failures = 0
  #isClosed = false

  constructor(
    options: AuditLogOptions,
    signer: CheckpointSigner,
    chain: string,
    end: ChainEnd | undefined,
    vouchedCount: number,
  ) {
    this.#options = options
    this.#signer = signer
    this.#chain = chain
    this.#sequence = end?.sequence ?? 1
    this.#count = end?.count ?? 0
    // What no checkpoint vouches for yet gets one, also if nothing is added.
    this.#checkpointedCount = Math.min(vouchedCount, this.#count)
    this.#head = end?.head ?? CHAIN_START
    this.#file = this.#openFile(this.#sequence)
    this.#checkpointFile = openCheckpointFile(options.directory, chain)
    const checkpointEveryMs = options.checkpointEveryMs ?? 10_000
    this.#timers = [
      setInterval(() => this.#syncInBackground(), SYNC_INTERVAL_MS).unref(),
      setInterval(() => void this.#checkpoint(), checkpointEveryMs).unref(),
    ]
  }

  problem(): string | undefined {
    return this.#writeProblem ?? this.#syncProblem ?? this.#checkpointProblem()
  }

  figures(): AuditFigures {
    return { records: this.#records, groups: this.#groups, failures: this.#failures }
  }

  head(): AuditHead {
    return { chain: this.#chain, records: this.#count, head: this.#head }
  }

  append(record: AuditRecord): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('the audit log is closed'))
    if (this.#gathering === undefined) {
      this.#gathering = { records: [], written: Promise.withResolvers() }
      setImmediate(() => this.#flush())
    }
    this.#gathering.records.push(record)
    return this.#gathering.written.promise
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    this.#isClosed = true
    this.#flush()
    await this.#checkpoint()
    this.#file.sync()
    this.#file.close()
    this.#checkpointFile.close()
  }

  /** Writes the group that has gathered, with one hash, one MAC and one write. */
  #flush(): void {
    if (this.#gathering === undefined) return
    const { records, written } = this.#gathering
    this.#gathering = undefined
    try {
      this.#write(records)
      this.#writeProblem = undefined
      written.resolve()
    } catch (cause) {
      const error = new Error('the audit log cannot be written', { cause })
      this.#writeProblem = `${error.message}: ${cause instanceof Error ? cause.message : 'unknown'}`
      this.#failures += records.length
      written.reject(error)
    }
  }

  #write(group: readonly AuditRecord[]): void {
    const checkpointProblem = this.#checkpointProblem()
    if (checkpointProblem !== undefined) throw new Error(checkpointProblem)
    if (this.#file.length >= (this.#options.maxFileBytes ?? 64 * 1024 * 1024)) this.#nextFile()
    let n = this.#count
    let lines = ''
    for (const record of group) lines += recordLine(++n, record)
    const bytes = Buffer.from(lines)
    const head = groupHash(this.#chain, this.#head, bytes)
    const mac = groupMac(this.#options.root.audit, head)
    const seal = Buffer.from(sealLine(this.#chain, n, group.length, head, mac))
    this.#file.append(Buffer.concat([bytes, seal]))
    this.#count = n
    this.#head = head
    this.#records += group.length
    this.#groups++
    this.#isDirty = true
    if (this.#options.sync === 'group') {
      this.#file.sync()
      this.#isDirty = false
    }
    const every = this.#options.checkpointEveryRecords ?? 50_000
    const isDue = n - this.#checkpointedCount >= every
    if (isDue && this.#checkpointing === undefined) void this.#checkpoint()
  }

  #openFile(sequence: number): LogFile {
    return new LogFile(join(this.#options.directory, fileName(this.#chain, sequence)))
  }

  #nextFile(): void {
    this.#file.sync()
    const next = this.#openFile(this.#sequence + 1)
    try {
      syncFolderAtOnce(this.#options.directory)
    } catch (cause) {
      next.close()
      throw cause
    }
    this.#file.close()
    this.#file = next
    this.#sequence++
  }

  #syncInBackground(): void {
    if (!this.#isDirty) return
    this.#isDirty = false
    this.#file.syncInBackground().then(
      () => {
        this.#syncProblem = undefined
      },
      (error: Error) => {
        this.#isDirty = true
        this.#syncProblem = `the audit log does not reach the disk: ${error.message}`
      },
    )
  }

  #checkpointProblem(): string | undefined {
    const since = this.#checkpointFailingSinceMs
    return since !== undefined && performance.now() - since > CHECKPOINT_GRACE_MS
      ? 'audit checkpoints cannot be stored'
      : undefined
  }

  /** Stores how far the chain has come, if it has moved. */
  async #checkpoint(): Promise<void> {
    if (this.#checkpointing !== undefined) await this.#checkpointing
    if (this.#count === this.#checkpointedCount) return
    this.#checkpointing = this.#storeCheckpoint().finally(() => {
      this.#checkpointing = undefined
    })
    await this.#checkpointing
  }

  async #storeCheckpoint(): Promise<void> {
    const count = this.#count
    const head = this.#head
    const signCheckpoint = this.#signer.now()
    try {
      // What a checkpoint vouches for must be on the disk, or a power cut would look like a crime.
      // An earlier file of the chain is there since it was left.
      // Of its own file only the last line may be torn.
      await Promise.all([this.#file.syncInBackground(), this.#checkpointFile.syncInBackground()])
      const at = this.#options.clock.now()
      const checkpoint = signCheckpoint(this.#chain, count, head, at)
      await this.#options.checkpoints.put(checkpoint)
      // Beside the log, for those who have a copy of it and not the store.
      this.#checkpointFile.append(Buffer.from(checkpointLine(checkpoint)))
      this.#checkpointedCount = count
      this.#checkpointFailingSinceMs = undefined
    } catch {
      this.#checkpointFailingSinceMs ??= performance.now()
    }
  }
}

function recoveryRecord(clock: Clock, tornBytes: number): AuditRecord {
  return {
    at: clock.now(),
    requestId: '',
    operation: 'audit-recovered',
    actor: undefined,
    projectId: undefined,
    keyId: undefined,
    keyVersion: undefined,
    status: 0,
    code: undefined,
    source: undefined,
    detail: { tornBytes },
  }
}
