import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Chance } from './seeded-chance.ts'
import type { TraceStep } from './write-trace.ts'

/**
 * What of the things that were not synced is on the disk after the power went: nothing, all, of each file
 * and folder the first so many, or any of them, with writes torn between sectors.
 */
export type Fate = 'nothing' | 'all' | 'first' | 'any'

/** How a disk is looked at. */
export interface DiskOptions {
  /** A disk that says that it has what it has not: for tests of the campaign itself. */
  readonly ignoresSyncs?: boolean
  /** A folder with what was on the disk, for certain, before all; nothing without it. */
  readonly initial?: string
}

/** Sizes of what is written whole or not at all. */
const SECTOR_BYTES = [512, 4096] as const

interface Timed {
  readonly begin: number
  readonly end: number
}

type FileStep = Timed &
  (
    | { readonly kind: 'write'; readonly offset: number | undefined; readonly data: Buffer }
    | { readonly kind: 'truncate'; readonly length: number }
  )

/** Names that a step sets in a folder or, with undefined, removes. */
type FolderStep = Timed & { readonly names: readonly (readonly [string, Node | undefined])[] }

interface FileNode {
  readonly kind: 'file'
  readonly steps: FileStep[]
  readonly syncs: Timed[]
  /** What is on the disk for certain, and up to which step. */
  readonly durable: Bytes
  durableSteps: number
}

interface FolderNode {
  readonly kind: 'folder'
  readonly steps: FolderStep[]
  readonly syncs: Timed[]
}

type Node = FileNode | FolderNode

/**
 * A disk as a file system may leave it by what POSIX promises, and no more: a file has what was written
 * before its last sync, and a folder the names that it had at its own. Between writes and names that were
 * not synced there is no order.
 */
export class DiskImage {
  readonly #root: FolderNode = { kind: 'folder', steps: [], syncs: [] }
  readonly #rootPath: string
  #lastCut = 0

  /** @param rootPath A folder that was there before all. */
  constructor(steps: readonly TraceStep[], rootPath: string, options: DiskOptions = {}) {
    this.#rootPath = rootPath
    // As the running system saw it, which has all of them.
    const seen = new Map<string, Node>([[rootPath, this.#root]])
    if (options.initial !== undefined) begin(seen, rootPath, options.initial)
    for (const step of steps) {
      if (step.kind === 'sync' && options.ignoresSyncs === true) continue
      take(seen, step)
    }
  }

  /**
   * Writes what may be there after the power went while line `cut` of the trace was written, to the folder
   * `to`. Cuts come in order.
   */
  restore(cut: number, fate: Fate, chance: Chance, to: string): void {
    if (cut < this.#lastCut) throw new Error('cuts come in order')
    this.#lastCut = cut
    this.#restoreFolder(this.#root, cut, fate, chance, to)
  }

  /** Where the folder is that a restored one stands for. */
  get rootPath(): string {
    return this.#rootPath
  }

  #restoreFolder(node: FolderNode, cut: number, fate: Fate, chance: Chance, to: string): void {
    const synced = syncedBefore(node.syncs, cut)
    const names = new Map<string, Node | undefined>()
    const pending: FolderStep[] = []
    for (const step of node.steps) {
      if (step.end < synced) for (const [name, child] of step.names) names.set(name, child)
      else if (step.begin <= cut) pending.push(step)
    }
    for (const step of chosen(pending, fate, chance)) {
      for (const [name, child] of step.names) names.set(name, child)
    }
    mkdirSync(to, { recursive: true, mode: 0o700 })
    for (const [name, child] of names) {
      if (child?.kind === 'folder') {
        this.#restoreFolder(child, cut, fate, chance, join(to, name))
      } else if (child !== undefined) {
        const bytes = name.endsWith('-shm')
          ? chance.bytes(512)
          : contentOf(child, cut, fate, chance)
        writeFileSync(join(to, name), bytes, { mode: 0o600 })
      }
    }
  }
}

/** What was there before the first line, and is on the disk. */
function begin(seen: Map<string, Node>, path: string, from: string): void {
  const before = { begin: -2, end: -1 }
  const synced = { begin: 0, end: 0 }
  seen.get(path)?.syncs.push(synced)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [own, source] = [join(path, entry.name), join(from, entry.name)]
    if (entry.isDirectory()) {
      addName(seen, own, { kind: 'folder', steps: [], syncs: [] }, before)
      begin(seen, own, source)
    } else {
      const file = newFile()
      file.durable.write(0, readFileSync(source))
      file.syncs.push(synced)
      addName(seen, own, file, before)
    }
  }
}

function take(seen: Map<string, Node>, step: TraceStep): void {
  if (step.kind === 'reply') return
  const { begin, end, path } = step
  const at = seen.get(path)
  switch (step.kind) {
    case 'create':
      if (at === undefined) addName(seen, path, newFile(), step)
      return
    case 'mkdir':
      addName(seen, path, { kind: 'folder', steps: [], syncs: [] }, step)
      return
    case 'unlink':
      folderOf(seen, path).steps.push({ begin, end, names: [[basename(path), undefined]] })
      seen.delete(path)
      return
    case 'link':
      if (at !== undefined) addName(seen, step.to, at, step)
      return
    case 'rename': {
      if (at === undefined || dirname(path) !== dirname(step.to)) {
        throw new Error(`renamed from where there is nothing, or across folders: ${path}`)
      }
      folderOf(seen, path).steps.push({
        ...{ begin, end },
        names: [
          [basename(path), undefined],
          [basename(step.to), at],
        ],
      })
      seen.delete(path)
      seen.set(step.to, at)
      return
    }
    case 'sync':
      at?.syncs.push({ begin, end })
      return
    default:
      // A file that has no name any more is of no interest.
      if (at?.kind === 'file') at.steps.push(step)
  }
}

function addName(seen: Map<string, Node>, path: string, node: Node, { begin, end }: Timed): void {
  folderOf(seen, path).steps.push({ begin, end, names: [[basename(path), node]] })
  seen.set(path, node)
}

function folderOf(seen: ReadonlyMap<string, Node>, path: string): FolderNode {
  const folder = seen.get(dirname(path))
  if (folder?.kind !== 'folder') throw new Error(`no folder is known for ${path}`)
  return folder
}

function newFile(): FileNode {
  return { kind: 'file', steps: [], syncs: [], durable: new Bytes(), durableSteps: 0 }
}

/** What ended before this line is on the disk. */
function syncedBefore(syncs: readonly Timed[], cut: number): number {
  return syncs.reduce(
    (latest, { begin, end }) => (end <= cut ? Math.max(latest, begin) : latest),
    0,
  )
}

function contentOf(file: FileNode, cut: number, fate: Fate, chance: Chance): Uint8Array {
  const synced = syncedBefore(file.syncs, cut)
  for (; file.durableSteps < file.steps.length; file.durableSteps++) {
    const step = file.steps[file.durableSteps]
    if (step === undefined || step.end >= synced) break
    file.durable.apply(step)
  }
  const pending: FileStep[] = []
  for (let at = file.durableSteps; at < file.steps.length; at++) {
    const step = file.steps[at]
    if (step === undefined || step.begin > cut) break
    pending.push(step)
  }
  const picked = chosen(pending, fate, chance)
  if (picked.length === 0) return file.durable.view()
  const bytes = file.durable.copy()
  let endAt = file.durable.length
  // Where what is written at the end comes to stand is settled when it is written, whatever reaches the disk.
  const placed = new Map<FileStep, number>()
  for (const step of pending) {
    const offset = step.kind === 'write' ? (step.offset ?? endAt) : 0
    placed.set(step, offset)
    endAt = step.kind === 'truncate' ? step.length : Math.max(endAt, offset + step.data.length)
  }
  for (const step of picked) {
    const isTorn =
      step.kind === 'write' && (fate === 'any' || (fate === 'first' && step === picked.at(-1)))
    if (step.kind === 'truncate') bytes.apply(step)
    else if (!isTorn) bytes.write(placed.get(step) ?? 0, step.data)
    else writeTorn(bytes, placed.get(step) ?? 0, step.data, fate, chance)
  }
  return bytes.view()
}

function chosen<T>(pending: readonly T[], fate: Fate, chance: Chance): readonly T[] {
  switch (fate) {
    case 'nothing':
      return []
    case 'all':
      return pending
    case 'first':
      return pending.slice(0, chance.below(pending.length + 1))
    case 'any': {
      // Now and then nearly all or nearly none, which an even coin would hardly ever give.
      const odds = chance.pick([10, 50, 90])
      return pending.filter(() => chance.below(100) < odds)
    }
  }
}

/** Writes some sectors of the data: the first so many, or any. */
function writeTorn(bytes: Bytes, at: number, data: Buffer, fate: Fate, chance: Chance): void {
  const sector = chance.pick(SECTOR_BYTES)
  const kept = chance.below(Math.ceil(data.length / sector) + 1)
  for (let from = 0, number = 0; from < data.length; number++) {
    const to = Math.min(data.length, from + sector - ((at + from) % sector))
    const isKept = fate === 'first' ? number < kept : chance.oneIn(2)
    if (isKept) bytes.write(at + from, data.subarray(from, to))
    from = to
  }
}

/** Bytes of a file that grows; what is not written in between is zero. */
class Bytes {
  #buffer = Buffer.alloc(0)
  length = 0

  view(): Uint8Array {
    return this.#buffer.subarray(0, this.length)
  }

  copy(): Bytes {
    const copy = new Bytes()
    copy.#buffer = Buffer.from(this.view())
    copy.length = this.length
    return copy
  }

  apply(step: FileStep): void {
    if (step.kind === 'write') this.write(step.offset ?? this.length, step.data)
    else {
      this.#reserve(step.length)
      this.#buffer.fill(0, Math.min(step.length, this.length))
      this.length = step.length
    }
  }

  write(offset: number, data: Uint8Array): void {
    this.#reserve(offset + data.length)
    this.#buffer.set(data, offset)
    this.length = Math.max(this.length, offset + data.length)
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return
    const larger = Buffer.alloc(Math.max(length, 2 * this.#buffer.length))
    larger.set(this.view())
    this.#buffer = larger
  }
}
