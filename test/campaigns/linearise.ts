import type { Key } from '../../src/core/key.ts'
import { applyToModel, type KeyAction } from './key-model.ts'

/** Something that was asked and answered. */
export interface Observed {
  readonly action: KeyAction
  /** As `applyToModel` has it; undefined when nobody was told, and it may have happened or not. */
  readonly outcome: string | undefined
  readonly node: string
  /** It took effect after this moment; a use of a key may go by what was so before it was asked. */
  readonly afterMs: number
  /** And before this one; infinite when nobody was told: it may happen yet. */
  readonly beforeMs: number
}

/**
 * Whether there is an order of all that was observed, one after the other, which a single key would
 * have answered so, and in which nothing comes before what was answered before it was asked.
 *
 * Source: Wing and Gong, "Testing and verifying concurrent objects", 1993, with states remembered.
 */
export function isLinearisable(start: Key, observed: readonly Observed[]): boolean {
  const all = 2 ** observed.length - 1
  const deadEnds = new Set<string>()
  const search = (key: Key, done: number): boolean => {
    if (done === all) return true
    const place = `${done} ${stateText(key)}`
    if (deadEnds.has(place)) return false
    let firstEndMs = Number.POSITIVE_INFINITY
    for (const [index, { beforeMs }] of observed.entries()) {
      if (!isDone(done, index)) firstEndMs = Math.min(firstEndMs, beforeMs)
    }
    for (const [index, { action, outcome, afterMs }] of observed.entries()) {
      if (isDone(done, index) || afterMs > firstEndMs) continue
      const rest = done + 2 ** index
      if (outcome === undefined && search(key, rest)) return true
      const next = applyToModel(key, action)
      const fits = outcome === undefined || next.outcome === outcome
      if (fits && search(next.key, rest)) return true
    }
    deadEnds.add(place)
    return false
  }
  return search(start, 0)
}

function isDone(done: number, index: number): boolean {
  return Math.floor(done / 2 ** index) % 2 === 1
}

function stateText({ state, schedule, rotationCount, alias, description, ...rest }: Key): string {
  const interval = schedule.kind === 'on' ? schedule.interval : ''
  const goal = JSON.stringify(state)
  return `${alias}/${description} ${goal} ${schedule.kind} ${interval} ${rotationCount} ${rest.primaryVersion}`
}
