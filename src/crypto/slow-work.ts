import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SLOW_TASKS, SlowTask } from './slow-tasks.ts'
import type { SlowAnswer } from './slow-worker.ts'

/**
 * How much slow work is done at a time: a core is left for the thread that serves requests, so that
 * these do not wait for the machine.
 */
let maxAtATime = shareOf(1)
/** Published, the entry is JavaScript; in the repository it is TypeScript. */
const ENTRY = new URL(`./slow-worker${import.meta.url.slice(-3)}`, import.meta.url)

interface Order {
  readonly task: SlowTask
  readonly input: readonly unknown[]
  readonly resolve: (output: never) => void
  readonly reject: (error: Error) => void
}

const waiting: (() => void)[] = []
const idle: Worker[] = []
const busy = new Map<Worker, Order>()
let underWay = 0

/**
 * Does a piece of slow work in a thread of ours. Threads start when they are first needed, and do not
 * keep the process alive while they have nothing to do. Work waits in line when enough is under way.
 */
export function runSlowly<Task extends SlowTask>(
  task: Task,
  ...input: Parameters<(typeof SLOW_TASKS)[Task]>
): Promise<ReturnType<(typeof SLOW_TASKS)[Task]>> {
  return watched(`slow: ${task}`, () => inThread(task, ...input))
}

function inThread<Task extends SlowTask>(
  task: Task,
  ...input: Parameters<(typeof SLOW_TASKS)[Task]>
): Promise<ReturnType<(typeof SLOW_TASKS)[Task]>> {
  return new Promise((resolve, reject) => {
    const done =
      <T>(settle: (value: T) => void) =>
      (value: T) => {
        leave()
        settle(value)
      }
    const order: Order = { task, input, resolve: done(resolve), reject: done(reject) }
    enter(() => {
      const worker = idle.pop() ?? startWorker()
      busy.set(worker, order)
      worker.ref()
      worker.postMessage({ task, input })
    })
  })
}

/** Does a piece of slow work that Node has a thread pool for, when it is its turn. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return watched(
    'slow: in the pool',
    () =>
      new Promise((resolve, reject) => {
        enter(() => {
          work().finally(leave).then(resolve, reject)
        })
      }),
  )
}

/** What follows slow work: it does the work that it is given, under a name. */
export type SlowWatch = <T>(name: string, work: () => Promise<T>) => Promise<T>

const UNWATCHED: SlowWatch = (_name, work) => work()
let watched = UNWATCHED

/** Lets somebody follow the slow work of this thread; undefined ends that. */
export function watchSlowWork(watch: SlowWatch | undefined): void {
  watched = watch ?? UNWATCHED
}

/** Says how many threads serve requests, each with slow work of its own: they share the cores. */
export function shareSlowWork(servers: number): void {
  maxAtATime = shareOf(servers)
}

function shareOf(servers: number): number {
  return Math.max(1, Math.min(8, Math.floor((availableParallelism() - 1) / servers)))
}

function enter(begin: () => void): void {
  if (underWay >= maxAtATime) {
    waiting.push(begin)
    return
  }
  underWay++
  begin()
}

function leave(): void {
  const begin = waiting.shift()
  if (begin === undefined) underWay--
  else begin()
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
  })
  worker.on('error', (cause) => {
    const order = busy.get(worker)
    busy.delete(worker)
    const at = idle.indexOf(worker)
    if (at >= 0) idle.splice(at, 1)
    order?.reject(new Error(`${order.task}: its thread ended`, { cause }))
  })
  return worker
}
