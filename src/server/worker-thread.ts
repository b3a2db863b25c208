import { resolve } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { pastRootsIn } from '../crypto/past-roots.ts'
import { RootKeyRing, rootKeyOf } from '../crypto/root-key.ts'
import { rowMacs } from '../crypto/row-macs.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { openStorage } from './data-folder.ts'
import { type Front, openFront } from './front.ts'
import { watchRows } from './guard-store.ts'
import { guardedClock } from './guarded-clock.ts'
import { makeLog } from './log.ts'
import { machineMemory } from './machine-memory.ts'
import { clockStepLimitMs } from './settings.ts'
import { openThreadParts, type ThreadParts } from './thread-parts.ts'
import type { FromWorker, RingParcel, ToWorker, WorkerBirth } from './worker-messages.ts'

/** Serves requests in this thread as the main thread at the other end of `port` says. */
export function serveInThread(port: MessagePort, birth: WorkerBirth): void {
  const tell = (message: FromWorker) => port.postMessage(message)
  const pages = new Map<number, (answer: Extract<ToWorker, { kind: 'page' }>) => void>()
  let asked = 0
  let running: Promise<{ readonly parts: ThreadParts; readonly front: Front }> | undefined

  let ring: RootKeyRing | undefined

  async function start({ port: listenPort, ring: parcel }: Extract<ToWorker, { kind: 'start' }>) {
    const { settings, slot, servers } = birth
    ring = new RootKeyRing(...rootsOf(parcel))
    const memory = machineMemory(birth.buffers)
    const log = makeLog(settings['log-level'])
    const storage = await openStorage(resolve(settings.data), settings, memory, slot)
    watchRows(storage, rowMacs(ring), log)
    const guarded = guardedClock({
      memory: birth.buffers.clock,
      limitMs: clockStepLimitMs(settings),
      storage,
    })
    const parts = await openThreadParts({
      slot,
      servers,
      settings,
      log,
      memory,
      root: ring,
      storage,
      clock: guarded,
      guardedClock: guarded,
      advanceClock: undefined,
      syncSoon: () => tell({ kind: 'sync-soon' }),
      wrapAudit: undefined,
    })
    const front = await openFront(parts, {
      port: listenPort,
      isShared: true,
      metricsPage: () =>
        new Promise((resolve, reject) => {
          pages.set(++asked, ({ page }) => {
            if (page === undefined) reject(new Error('there are no figures now'))
            else resolve(page)
          })
          tell({ kind: 'wants-page', id: asked })
        }),
    })
    tell({ kind: 'listening', host: front.host, port: front.port })
    return { parts, front }
  }

  async function take(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case 'start':
        running = start(message)
        await running
        return
      case 'roots': {
        const all = await running
        ring?.take(...rootsOf(message.ring))
        await all?.parts.rootsChanged()
        tell({ kind: 'took-roots', id: message.id })
        return
      }
      case 'snapshot': {
        const snapshot = await (await running)?.parts.metrics.snapshot()
        tell({ kind: 'snapshot', id: message.id, snapshot: snapshot ?? [] })
        return
      }
      case 'page':
        pages.get(message.id)?.(message)
        pages.delete(message.id)
        return
      case 'stop': {
        try {
          const all = await running
          await all?.front.drain()
          await all?.parts.close()
          await all?.parts.storage.close()
        } finally {
          port.close()
        }
        return
      }
      default:
        throw message satisfies never
    }
  }

  port.on('message', (message: ToWorker) => {
    take(message).catch((error: unknown) => {
      tell({ kind: 'failed', message: explain(error) })
    })
  })
}

/** What a parcel holds: current, others, past. */
function rootsOf({ roots: [current, ...others], past }: RingParcel) {
  return [rootKeyOf(current), others.map(rootKeyOf), pastRootsIn(new SecretBytes(past))] as const
}

/** An error with its causes, each on what it says. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return 'something was thrown that is no error'
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`
}
