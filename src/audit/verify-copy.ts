import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditHead } from '../ports/audit-log.ts'
import { readCheckpointFiles } from './checkpoint-file.ts'
import { type AuditReport, auditLogBytes, verifyAuditLog } from './verify.ts'

/** What a copy of the audit log of a node is verified against. */
export interface CopyOptions {
  /** As the server has it in its data folder, with the folders of its threads. */
  readonly directory: string
  readonly publicKeyPem: string
  /** Heads that signed statements bear: the log must have them. */
  readonly attested: readonly AuditHead[]
  readonly onBytes?: ((bytes: number) => void) | undefined
}

/** The folders of chains in a copy of an audit log. */
export function foldersOfCopy(directory: string): readonly string[] {
  const inner = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^(worker-[1-9]\d{0,5}|commands)$/.test(entry.name))
    .map(({ name }) => join(directory, name))
  return [directory, ...inner.sort()]
}

/** Threads are numbered from 1 without a gap, and each has a folder from its start on. */
function missingFolders(directory: string): readonly string[] {
  const numbers = foldersOfCopy(directory)
    .slice(1)
    .map((folder) => Number(/\d+$/.exec(folder)?.[0]))
  const last = Math.max(0, ...numbers)
  return Array.from({ length: last }, (_, index) => index + 1)
    .filter((number) => !numbers.includes(number))
    .map((number) => `the folder worker-${number} is missing`)
}

/** Bytes of a copy of an audit log; undefined when there is no such folder. */
export function bytesOfCopy(directory: string): number | undefined {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined
  return foldersOfCopy(directory).reduce((sum, folder) => sum + auditLogBytes(folder), 0)
}

/**
 * Verifies a copy of the audit log of a node with nothing but public keys: hashes, the checkpoints that
 * are kept beside the log, and the heads of statements. MACs need the root key and are not looked at.
 */
export async function verifyAuditCopy(options: CopyOptions): Promise<readonly AuditReport[]> {
  const { publicKeyPem, onBytes } = options
  // A head before the first record vouches for nothing.
  const attested = options.attested.filter(({ records }) => records > 0)
  const reports: AuditReport[] = []
  for (const directory of foldersOfCopy(options.directory)) {
    const { checkpoints, problems } = readCheckpointFiles(directory)
    const chains = [...new Set(checkpoints.map(({ chain }) => chain))]
    const verifying = { directory, chains, checkpoints, attested, publicKeyPem, onBytes }
    const report = await verifyAuditLog({ ...verifying, root: undefined })
    reports.push({ ...report, problems: [...problems, ...report.problems] })
  }
  const [first, ...others] = reports
  if (first === undefined) return reports
  const found = new Set(reports.map(({ chain }) => chain))
  const missing = [
    ...missingFolders(options.directory),
    ...(first.files === 0 ? [`${options.directory} holds no audit log`] : []),
    ...attested
      .filter(({ chain }) => !found.has(chain))
      .map(({ chain }) => `chain ${chain}, which a statement names, is not here`),
  ]
  return [{ ...first, problems: [...first.problems, ...missing] }, ...others]
}
