import { createSignal } from 'solid-js'

/** What the server's clock said, and when we heard it by our own. */
interface Heard {
  readonly serverMs: number
  readonly ownMs: number
  readonly isVirtual: boolean
}

/** How often words like "in 12 days" are looked at again. */
const TICK_MS = 30_000

const [heard, setHeard] = createSignal<Heard>()
const [tick, setTick] = createSignal(0)
setInterval(() => setTick((count) => count + 1), TICK_MS)

/**
 * The time by which the server rotates keys, milliseconds since 1970: its own, not this machine's.
 * A virtual clock stands still between two looks at it.
 */
export function nowMs(): number {
  tick()
  const last = heard()
  if (last === undefined) return Date.now()
  return last.isVirtual ? last.serverMs : last.serverMs + Date.now() - last.ownMs
}

/** Whether the server's clock is a virtual one. */
export function isVirtual(): boolean {
  return heard()?.isVirtual ?? false
}

/** Takes note of what the server's clock said just now. */
export function hearClock(serverMs: number, virtual: boolean): void {
  setHeard({ serverMs, ownMs: Date.now(), isVirtual: virtual })
}
