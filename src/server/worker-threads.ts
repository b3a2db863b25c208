import { getCompileCacheDir } from 'node:module'
import { createServer } from 'node:net'
import { Worker } from 'node:worker_threads'
import { pastRootBytes } from '../crypto/past-roots.ts'
import { type RootKeyRing, rootKeyParcel } from '../crypto/root-key.ts'
import type { MachineMemory } from './machine-memory.ts'
import type { MetricsSnapshot } from './metrics.ts'
import { parseAddress } from './settings.ts'
import type { Settings } from './settings-table.ts'
import type { FromWorker, RingParcel, ToWorker, WorkerBirth } from './worker-messages.ts'

/** Published, the entry is JavaScript; in the repository it is TypeScript. */
const ENTRY = new URL(`./worker-entry${import.meta.url.slice(-3)}`, import.meta.url)

/** Threads that serve requests, on one port. */
export interface WorkerThreads {
  readonly host: string
  readonly port: number
  readonly snapshots: () => Promise<readonly MetricsSnapshot[]>
  /** Fulfilled once all have other root keys, the current one first. */
  readonly takeRoots: (ring: RootKeyRing) => Promise<void>
  /** Fulfilled when all have answered what was under way, and ended. */
  readonly stop: () => Promise<void>
}

/** What the threads need of the main one. */
export interface WorkerThreadsOptions {
  readonly settings: Settings
  readonly count: number
  readonly memory: MachineMemory
  readonly root: RootKeyRing
  readonly metricsPage: () => Promise<string>
  readonly syncSoon: () => void
  /** A thread has died, which none should: without it requests would be lost for ever. */
  readonly onDeath: (slot: number, error: Error | undefined) => void
}

/**
 * Starts threads that listen on one port, among which the kernel shares connections out. The first
 * begins alone: it learns the port, if any will do.
 *
 * @throws {Error} when one cannot start; then none is left running
 */
export async function startWorkerThreads(options: WorkerThreadsOptions): Promise<WorkerThreads> {
  const { settings, count } = options
  const address = parseAddress(settings.listen)
  if (address.port !== 0) await requireFree(address)
  const threads: Thread[] = []
  try {
    let { port } = address
    let host = ''
    for (let slot = 1; slot <= count; slot++) {
      const thread = startThread(options, slot)
      threads.push(thread)
      if (slot === 1) ({ host, port } = await thread.listen(port))
    }
    await Promise.all(threads.slice(1).map((thread) => thread.listen(port)))
    return {
      host,
      port,
      snapshots: () => Promise.all(threads.map((thread) => thread.snapshot())),
      async takeRoots(ring) {
        await Promise.all(threads.map((thread) => thread.takeRoots(ring)))
      },
      async stop() {
        await Promise.all(threads.map((thread) => thread.stop()))
      },
    }
  } catch (error) {
    await Promise.all(threads.map((thread) => thread.terminate()))
    throw error
  }
}

interface Thread {
  readonly listen: (port: number) => Promise<{ readonly host: string; readonly port: number }>
  /** Fulfilled once the thread has other root keys, the current one first. */
  readonly takeRoots: (ring: RootKeyRing) => Promise<void>
  readonly snapshot: () => Promise<MetricsSnapshot>
  readonly stop: () => Promise<void>
  readonly terminate: () => Promise<unknown>
}

function startThread(options: WorkerThreadsOptions, slot: number): Thread {
  const { settings, count, memory, root } = options
  const birth: WorkerBirth = {
    settings,
    slot,
    servers: count,
    buffers: memory.buffers,
    compileCache: getCompileCacheDir(),
  }
  const worker = new Worker(ENTRY, { workerData: birth, name: `keyturn-worker-${slot}` })
  const tell = (message: ToWorker, transfer: ArrayBuffer[] = []) =>
    worker.postMessage(message, transfer)
  const snapshots = new Map<number, (snapshot: MetricsSnapshot) => void>()
  const taking = new Map<number, () => void>()
  const listening = Promise.withResolvers<{ readonly host: string; readonly port: number }>()
  const ended = Promise.withResolvers<void>()
  listening.promise.catch(() => undefined)
  let asked = 0
  let mayEnd = false
  let hasEnded = false
  let failure: Error | undefined

  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'listening':
        listening.resolve(message)
        return
      case 'snapshot':
        snapshots.get(message.id)?.(message.snapshot)
        snapshots.delete(message.id)
        return
      case 'took-roots':
        taking.get(message.id)?.()
        taking.delete(message.id)
        return
      case 'wants-page':
        options.metricsPage().then(
          (page) => tell({ kind: 'page', id: message.id, page }),
          () => tell({ kind: 'page', id: message.id, page: undefined }),
        )
        return
      case 'sync-soon':
        options.syncSoon()
        return
      case 'failed':
        failure ??= new Error(message.message)
        listening.reject(failure)
        return
      default:
        throw message satisfies never
    }
  })
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error('a thread threw what is no error')
    listening.reject(failure)
  })
  worker.on('exit', () => {
    listening.reject(new Error(`thread ${slot} ended before it served`))
    for (const resolve of snapshots.values()) resolve([])
    for (const resolve of taking.values()) resolve()
    hasEnded = true
    ended.resolve()
    if (!mayEnd || failure !== undefined) options.onDeath(slot, failure)
  })
  return {
    listen(port) {
      const { ring, buffers } = parcelOf(root)
      tell({ kind: 'start', port, ring }, buffers)
      return listening.promise
    },
    takeRoots(changed) {
      if (hasEnded) return Promise.resolve()
      const { ring, buffers } = parcelOf(changed)
      return new Promise((resolve) => {
        taking.set(++asked, resolve)
        tell({ kind: 'roots', id: asked, ring }, buffers)
      })
    },
    snapshot: () =>
      hasEnded
        ? Promise.resolve([])
        : new Promise((resolve) => {
            snapshots.set(++asked, resolve)
            tell({ kind: 'snapshot', id: asked })
          }),
    async stop() {
      mayEnd = true
      tell({ kind: 'stop' })
      await ended.promise
    },
    async terminate() {
      mayEnd = true
      await worker.terminate()
    },
  }
}

function parcelOf({ all: [current, ...others], past }: RootKeyRing) {
  const roots = [rootKeyParcel(current), ...others.map(rootKeyParcel)] as const
  const bytes = pastRootBytes(past).lend((secret) => Uint8Array.from(secret))
  const ring: RingParcel = { roots, past: bytes }
  return { ring, buffers: [bytes.buffer, ...roots.map((root) => root.bytes.buffer)] }
}

/**
 * Threads share their port, and so would two servers that were started by mistake: each would get half
 * of the requests of the other.
 *
 * @throws {Error} when somebody listens there
 */
function requireFree({ host, port }: { readonly host: string; readonly port: number }) {
  return new Promise<void>((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve()))
  })
}
