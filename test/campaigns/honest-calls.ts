import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type CallRequest, openLine } from './call-line.ts'

/** How clients call that have work to do: at fixed times, over a few connections that stay open. */
export interface HonestOptions {
  readonly url: string
  /** Certificates to trust (PEM), for a server that speaks TLS. */
  readonly ca?: Buffer | undefined
  readonly lines: number
  /** How many of the lines open a connection for each call, as clients do that come and go. */
  readonly freshLines?: number
  readonly callsPerSecond: number
  readonly call: CallRequest
  /** When it is over: after so many seconds, or as soon as this is fulfilled. */
  readonly until: number | Promise<unknown>
}

/** What honest clients got. */
export interface Honest {
  readonly served: number
  /** How many calls were due. */
  readonly wanted: number
  /** One sentence for each call that was not served. */
  readonly failures: readonly string[]
  /** From when a call was sent. */
  readonly durationsMs: readonly number[]
}

/** Calls as honest clients do; a call that comes late for want of an answer is sent late. */
export async function honestCalls(options: HonestOptions): Promise<Honest> {
  const { url, ca, lines, freshLines = 0, callsPerSecond, call, until } = options
  const callers = Array.from({ length: lines }, (_, n) => openLine(url, ca, n >= freshLines))
  const answers: Answer[] = []
  const startMs = performance.now()
  let endMs = Number.POSITIVE_INFINITY
  if (typeof until === 'number') endMs = startMs + until * 1000
  else {
    const end = () => {
      endMs = performance.now()
    }
    until.then(end, end)
  }
  const stepMs = (lines * 1000) / callsPerSecond
  await Promise.all(
    callers.map(async (caller, n) => {
      for (let dueMs = startMs + (n * stepMs) / lines; dueMs < endMs; dueMs += stepMs) {
        const waitMs = dueMs - performance.now()
        if (waitMs > 0) await sleep(waitMs)
        if (performance.now() >= endMs) break
        answers.push(await caller.call(call))
      }
    }),
  )
  for (const caller of callers) caller.close()
  const good = answers.filter(({ status }) => status === 200)
  return {
    served: good.length,
    wanted: Math.round(((endMs - startMs) * lines) / stepMs),
    failures: answers
      .filter(({ status }) => status !== 200)
      .map(({ status, code, failure }) => `an honest call: ${status} ${code} ${failure ?? ''}`),
    durationsMs: good.map(({ sentAtMs, doneAtMs }) => doneAtMs - sentAtMs),
  }
}
