/** Whether a piece of work is done here, or asked of somebody else. */
export type WorkKind = 'internal' | 'client'

/** What follows pieces of work, while traces are switched on. */
export interface TraceHook {
  /** Does `work`, as part of what is under way; when nothing is, it only does it. */
  readonly run: <T>(name: string, kind: WorkKind, work: () => Promise<T>) => Promise<T>
  /** Headers by which whoever is asked goes on with the trace. */
  readonly headers: () => Readonly<Record<string, string>>
}

const NO_HEADERS: Readonly<Record<string, string>> = {}
let hook: TraceHook | undefined

/** Lets a hook follow all work of this thread; undefined ends that. */
export function followWork(next: TraceHook | undefined): void {
  hook = next
}

/** Does a piece of work under a name, which must not tell anything secret: it goes into traces. */
export function traced<T>(name: string, kind: WorkKind, work: () => Promise<T>): Promise<T> {
  return hook === undefined ? work() : hook.run(name, kind, work)
}

/** Headers that hand the trace of what is under way on; none while traces are off. */
export function traceHeaders(): Readonly<Record<string, string>> {
  return hook?.headers() ?? NO_HEADERS
}
