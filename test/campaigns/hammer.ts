import { setTimeout as sleep } from 'node:timers/promises'
import { type CallLine, openLine } from './call-line.ts'

/** A call of encrypt-data and what came of it. */
export interface Shot {
  /** Which node was asked, by its place among them. */
  readonly node: number
  readonly sentAtMs: number
  readonly doneAtMs: number
  readonly status: number
  /** The vendor's code of a refusal; empty for a success or no answer. */
  readonly code: string
}

/** Who calls with which key. */
export interface Target {
  readonly token: string
  readonly keyId: string
}

/** Calls encrypt-data on all nodes, over several connections each, without an end. */
export interface Hammer {
  /** From now on calls are for this; what went before is forgotten. */
  readonly aim: (target: Target) => void
  /** What came of calls since {@link Hammer.aim}, in order of answers. */
  readonly shots: () => readonly Shot[]
  /** Fulfilled when something is so of the shots; false when that took too long. */
  readonly until: (isSo: (shots: readonly Shot[]) => boolean, timeoutMs: number) => Promise<boolean>
  readonly stop: () => Promise<void>
}

/** How hard to call. */
export interface HammerOptions {
  readonly urls: readonly string[]
  readonly projectId: string
  readonly connectionsToNode: number
  /** Between an answer and the next call on the same connection. */
  readonly pauseMs: number
}

const POLL_MS = 3

/** Begins to call once it has something to aim at. */
export function startHammer(options: HammerOptions): Hammer {
  const { urls, projectId, connectionsToNode, pauseMs } = options
  const path = `/v1.0/${projectId}/kms/encrypt-data`
  const lines = urls.flatMap((url, node) =>
    Array.from({ length: connectionsToNode }, () => ({ node, line: openLine(url) })),
  )
  let aimed: { readonly target: Target; readonly shots: Shot[] } | undefined
  let isStopped = false

  async function shoot(node: number, line: CallLine): Promise<void> {
    while (!isStopped) {
      const now = aimed
      if (now !== undefined) {
        const { token, keyId } = now.target
        const body = { key_id: keyId, plain_text: 'x' }
        const { sentAtMs, doneAtMs, status, code } = await line.call({ path, token, body })
        now.shots.push({ node, sentAtMs, doneAtMs, status, code })
      }
      await sleep(pauseMs)
    }
  }

  const shooting = lines.map(({ node, line }) => shoot(node, line))
  return {
    aim(target) {
      aimed = { target, shots: [] }
    },
    shots: () => aimed?.shots ?? [],
    async until(isSo, timeoutMs) {
      const endsAtMs = performance.now() + timeoutMs
      while (performance.now() < endsAtMs) {
        if (isSo(aimed?.shots ?? [])) return true
        await sleep(POLL_MS)
      }
      return false
    },
    async stop() {
      isStopped = true
      for (const { line } of lines) line.close()
      await Promise.all(shooting)
    },
  }
}
