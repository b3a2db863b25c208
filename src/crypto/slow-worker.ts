import { parentPort } from 'node:worker_threads'
import { SLOW_TASKS, type SlowTask } from './slow-tasks.ts'

/* Entry of the threads of `slow-work`. */

/** What a thread is asked for. */
export interface SlowOrder {
  readonly task: SlowTask
  readonly input: readonly unknown[]
}

/** What it answers. */
export type SlowAnswer =
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly message: string }

parentPort?.on('message', ({ task, input }: SlowOrder) => {
  let answer: SlowAnswer
  try {
    const work = SLOW_TASKS[task] as (...input: readonly unknown[]) => unknown // ordered by its name
    answer = { kind: 'done', output: work(...input) }
  } catch (error) {
    answer = { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
  parentPort?.postMessage(answer)
})
