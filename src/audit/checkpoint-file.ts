import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { EpochMs } from '../core/time.ts'
import type { AuditCheckpoint } from '../ports/audit-log.ts'
import { LogFile } from './log-file.ts'

const LINE_FEED = 0x0a
const NAME = /^checkpoints-[0-9a-f]{16}\.jsonl$/
const CHECKPOINT =
  /^\{"chain":"([0-9a-f]{16})","count":(\d{1,15}),"at":(\d{1,15}),"head":"([0-9a-f]{64})","signature":"([0-9a-f]{128})"\}$/

/**
 * Opens the file with the checkpoints of a chain, beside the files of the chain. A last line that a power
 * cut left half-written goes: the store has that checkpoint.
 */
export function openCheckpointFile(directory: string, chain: string): LogFile {
  const path = join(directory, `checkpoints-${chain}.jsonl`)
  if (existsSync(path)) {
    const content = readFileSync(path)
    const end = content.lastIndexOf(LINE_FEED) + 1
    const begin = end === 0 ? 0 : content.subarray(0, end - 1).lastIndexOf(LINE_FEED) + 1
    const isWhole = parseLine(content.toString('utf8', begin, end - 1)) !== undefined
    const kept = end === 0 || isWhole ? end : begin
    if (kept < content.length) truncateSync(path, kept)
  }
  return new LogFile(path)
}

/** The line of a checkpoint, with its line feed. */
export function checkpointLine(checkpoint: AuditCheckpoint): string {
  const { chain, count, at, head, signature } = checkpoint
  return `{"chain":"${chain}","count":${count},"at":${at},"head":"${hex(head)}","signature":"${hex(signature)}"}\n`
}

/** What the files of checkpoints in a folder hold. */
export interface FoundCheckpoints {
  readonly checkpoints: readonly AuditCheckpoint[]
  /** Files and lines that are no checkpoints. */
  readonly problems: readonly string[]
}

/** The checkpoints in a folder; a last line that a crash cut off is passed over. */
export function readCheckpointFiles(directory: string): FoundCheckpoints {
  const checkpoints: AuditCheckpoint[] = []
  const problems: string[] = []
  const names = existsSync(directory)
    ? readdirSync(directory).filter((name) => NAME.test(name))
    : []
  for (const name of names.sort()) {
    const lines = readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1)
    for (const [index, line] of lines.entries()) {
      const checkpoint = parseLine(line)
      if (checkpoint === undefined) problems.push(`${name}:${index + 1}: no checkpoint`)
      else checkpoints.push(checkpoint)
    }
  }
  return { checkpoints, problems }
}

function parseLine(line: string): AuditCheckpoint | undefined {
  const match = CHECKPOINT.exec(line)
  if (match === null) return undefined
  const [, chain = '', count = '', at = '', head = '', signature = ''] = match
  return {
    chain,
    count: Number(count),
    at: Number(at) as EpochMs,
    head: Buffer.from(head, 'hex'),
    signature: Buffer.from(signature, 'hex'),
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
