import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * One thing that a process did to its files, or told its clients. It lies between the lines `begin` and
 * `end` of the trace: what is written may be on the disk from `begin` on, what is synced is there at `end`.
 */
export type TraceStep = StepTime &
  (
    | { readonly kind: 'create' | 'unlink' | 'mkdir'; readonly path: string }
    | { readonly kind: 'rename' | 'link'; readonly path: string; readonly to: string }
    /** `offset` undefined: at the end. */
    | {
        readonly kind: 'write'
        readonly path: string
        readonly offset: number | undefined
        readonly data: Buffer
      }
    | { readonly kind: 'truncate'; readonly path: string; readonly length: number }
    | { readonly kind: 'sync'; readonly path: string }
    /** Bytes to a client, or to whoever called a command; they may be known from `begin` on. */
    | { readonly kind: 'reply'; readonly text: string }
  )

interface StepTime {
  readonly begin: number
  readonly end: number
  /** Since 1970. */
  readonly atMs: number
}

/** How names of sockets and pipes begin, as the trace has them. */
const SOCKET = '<\\x73\\x6f\\x63\\x6b\\x65'
const PIPE = '\\x70\\x69\\x70\\x65'

/** Within so much of a line are the names in it. */
const MAX_NAMES = 40_000

const CALLS = [
  ...['openat', 'open', 'creat', 'mkdir', 'mkdirat', 'rmdir', 'write', 'pwrite64', 'writev'],
  ...['pwritev', 'pwritev2', 'sendto', 'sendmsg', 'fsync', 'fdatasync', 'ftruncate', 'truncate'],
  ...['fallocate', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'link', 'linkat'],
  ...['mmap', 'copy_file_range', 'sendfile', 'sync_file_range', 'lseek'],
]

/** Why nothing can be traced here; undefined when it can. */
export function noTrace(): string | undefined {
  const tried = spawnSync('strace', ['-f', '--seccomp-bpf', '-o', '/dev/null', 'true'])
  return tried.status === 0 ? undefined : 'there is no strace, or it may not trace'
}

/** Starts a command whose calls on files and sockets are written to `traceFile`. */
export function spawnTraced(traceFile: string, command: readonly string[]): ChildProcess {
  // Names and data in hexadecimal, whole; descriptors with what they are open on.
  const format = ['-f', '--seccomp-bpf', '-y', '-ttt', '-xx', '-v', '-s', String(2 ** 26)]
  const args = [...format, '-e', `trace=${CALLS.join(',')}`, '-o', traceFile, '--', ...command]
  return spawn('strace', args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    // What goes by a ring in memory is seen by nobody.
    env: { ...process.env, UV_USE_IO_URING: '0' },
  })
}

/** What was done below a folder, in the order in which it was done. */
export async function readTrace(traceFile: string, root: string): Promise<readonly TraceStep[]> {
  const reader = new TraceReader(root)
  const lines = createInterface({ input: createReadStream(traceFile, 'latin1'), crlfDelay: 0 })
  for await (const line of lines) reader.take(line)
  return reader.steps
}

interface OpenFile {
  readonly path: string
  readonly appends: boolean
  at: number
}

class TraceReader {
  readonly steps: TraceStep[] = []
  readonly #root: string
  readonly #rootHex: string
  readonly #pending = new Map<string, { readonly text: string; readonly begin: number }>()
  #now: StepTime = { begin: 0, end: 0, atMs: 0 }
  readonly #open = new Map<number, OpenFile>()
  #line = 0

  constructor(root: string) {
    this.#root = root
    this.#rootHex = Buffer.from(root, 'latin1').toString('hex').replace(/../g, '\\x$&')
  }

  take(line: string): void {
    const now = ++this.#line
    const [, thread = '', time = '', call = ''] = /^(\d+) +(\d+\.\d+) (.*)$/.exec(line) ?? []
    if (call.endsWith(' <unfinished ...>')) {
      const text = call.slice(0, -' <unfinished ...>'.length)
      this.#pending.set(thread, { text, begin: now })
      return
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call)
    if (resumed === null) {
      this.#now = { begin: now, end: now, atMs: Number(time) * 1000 }
      this.#call(call)
      return
    }
    const pending = this.#pending.get(thread)
    this.#pending.delete(thread)
    if (pending === undefined) return
    this.#now = { begin: pending.begin, end: now, atMs: Number(time) * 1000 }
    this.#call(pending.text + (resumed[1] ?? ''))
  }

  #call(text: string): void {
    const name = text.slice(0, text.indexOf('('))
    const fd = Number(/^\w+\((\d+)</.exec(text)?.[1] ?? -1)
    const isOurs =
      fd < 0
        ? text.slice(0, MAX_NAMES).includes(this.#rootHex)
        : text.startsWith(this.#rootHex, text.indexOf('<') + 1)
    if (!isOurs) {
      if (name === 'openat' || name === 'open') this.#open.delete(resultOf(text))
      if (
        /^(write|writev|sendto|sendmsg)$/.test(name) &&
        (text.includes(SOCKET) || text.startsWith(`write(1<${PIPE}`))
      ) {
        const reply = Buffer.concat(dataOf(text)).toString('latin1')
        this.steps.push({ kind: 'reply', text: reply, ...this.#now })
      }
      return
    }
    const result = resultOf(text)
    if (result < 0) return
    const on = pathOfDescriptor(text)
    switch (name) {
      case 'open':
      case 'openat':
        this.#opened(text, result)
        return
      case 'pwrite64': {
        const offset = Number(/, (\d+)\) += \d+$/.exec(text)?.[1])
        this.#written(on, offset, dataOf(text), result)
        return
      }
      case 'write':
      case 'writev': {
        const file = this.#open.get(fd)
        if (file === undefined) throw new Error(`written before it was opened: ${on}`)
        this.#written(on, file.appends ? undefined : file.at, dataOf(text), result)
        file.at += result
        return
      }
      case 'fsync':
      case 'fdatasync':
        this.steps.push({ kind: 'sync', path: on, ...this.#now })
        return
      case 'ftruncate':
        this.steps.push({
          ...{ kind: 'truncate', path: on, ...this.#now },
          length: Number(/, (\d+)\) += 0$/.exec(text)?.[1]),
        })
        return
      case 'mkdir':
      case 'mkdirat':
        this.steps.push({ kind: 'mkdir', path: this.#named(text, 0), ...this.#now })
        return
      case 'unlink':
      case 'unlinkat':
      case 'rmdir':
        this.steps.push({ kind: 'unlink', path: this.#named(text, 0), ...this.#now })
        return
      case 'link':
      case 'linkat':
      case 'rename':
      case 'renameat':
      case 'renameat2':
        this.steps.push({
          ...{ kind: name.startsWith('link') ? 'link' : 'rename', ...this.#now },
          ...{ path: this.#named(text, 0), to: this.#named(text, 1) },
        })
        return
      case 'mmap':
        // Of the index of the write-ahead log alone, which nobody needs after a restart.
        if (!text.includes('MAP_SHARED') || !text.includes('PROT_WRITE')) return
        if (on.endsWith('-shm')) return
        break
      case 'close':
      case 'lseek':
        return
    }
    throw new Error(`the trace has what is not understood: ${name} on ${on}`)
  }

  #opened(text: string, fd: number): void {
    const path = this.#named(text, 0)
    this.#open.set(fd, { path, appends: text.includes('O_APPEND'), at: 0 })
    if (text.includes('O_CREAT')) this.steps.push({ kind: 'create', path, ...this.#now })
    if (text.includes('O_TRUNC')) {
      this.steps.push({ kind: 'truncate', path, length: 0, ...this.#now })
    }
  }

  #written(
    path: string,
    offset: number | undefined,
    parts: readonly Buffer[],
    written: number,
  ): void {
    const data = Buffer.concat(parts).subarray(0, written)
    if (data.length !== written) throw new Error(`the trace lacks bytes written to ${path}`)
    this.steps.push({ kind: 'write', path, offset, data, ...this.#now })
  }

  /** The name among the arguments of a call; one that is relative is not below the root. */
  #named(text: string, index: number): string {
    const path = (dataOf(text)[index] ?? '').toString('utf8')
    if (!path.startsWith(this.#root)) throw new Error(`a name that is not understood: ${path}`)
    return path
  }
}

function resultOf(text: string): number {
  return Number(/\) += (-?\d+)[^)"]*(?:\([^)]*\))?$/.exec(text.slice(-400))?.[1] ?? -1)
}

function pathOfDescriptor(text: string): string {
  const path = bytesOf(/\d<((?:\\x[0-9a-f]{2})*)>/.exec(text.slice(0, 20_000))?.[1] ?? '')
  return path.toString('utf8')
}

/** Every string among the arguments. */
function dataOf(text: string): readonly Buffer[] {
  return text
    .split('"')
    .filter((_, index) => index % 2 === 1)
    .map(bytesOf)
}

function bytesOf(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll('\\x', ''), 'hex')
}
