import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SLOW_TASKS, SlowTask } from './slow-tasks.ts'
import type { SlowAnswer } from './slow-worker.ts'

const MAX_THREADS = Math.max(1, Math.min(4, availableParallelism() - 1))
/** Published, the entry is JavaScript; in the repository it is TypeScript. */
const ENTRY = new URL(`./slow-worker${import.meta.url.slice(-3)}`, import.meta.url)

interface Order {
  readonly task: SlowTask
  readonly input: readonly unknown[]
  readonly resolve: (output: never) => void
  readonly reject: (error: Error) => void
}

const waiting: Order[] = []
const idle: Worker[] = []
const busy = new Map<Worker, Order>()

/**
 * Does a piece of slow work in another thread. Threads start when they are first needed, and do not
 * keep the process alive while they have nothing to do. Orders wait in line when all are busy.
 */
export function runSlowly<Task extends SlowTask>(
  task: Task,
  ...input: Parameters<(typeof SLOW_TASKS)[Task]>
): Promise<ReturnType<(typeof SLOW_TASKS)[Task]>> {
  return new Promise((resolve, reject) => {
    waiting.push({ task, input, resolve, reject })
    next()
  })
}

function next(): void {
  if (waiting.length === 0) return
  const worker = idle.pop() ?? (busy.size < MAX_THREADS ? startWorker() : undefined)
  const order = worker && waiting.shift()
  if (worker === undefined || order === undefined) return
  busy.set(worker, order)
  worker.ref()
  worker.postMessage({ task: order.task, input: order.input })
}

function startWorker(): Worker {
  const worker = new Worker(ENTRY)
  worker.on('message', (answer: SlowAnswer) => {
    const order = busy.get(worker)
    busy.delete(worker)
    worker.unref()
    idle.push(worker)
    if (answer.kind === 'done')
      order?.resolve(answer.output as never) // of the task it was ordered as
    else order?.reject(new Error(`${order.task}: ${answer.message}`))
    next()
  })
  worker.on('error', (cause) => {
    const order = busy.get(worker)
    busy.delete(worker)
    const at = idle.indexOf(worker)
    if (at >= 0) idle.splice(at, 1)
    order?.reject(new Error(`${order.task}: its thread ended`, { cause }))
    next()
  })
  return worker
}
