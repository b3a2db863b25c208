import { applyToModel, happensByItself, type KeyAction, type ModelState } from './key-model.ts'

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
  /** What it follows, whenever that was. */
  readonly follows?: Observed
}

/**
 * Whether there is an order of all that was observed, one after the other, which a single key would
 * have answered so, and in which nothing comes before what was answered before it was asked.
 *
 * @param end Whether nothing may be left, at its end, that happens by itself.
 *
 * Source: Wing and Gong, "Testing and verifying concurrent objects", 1993, with states remembered.
 */
export function isLinearisable(
  start: ModelState,
  observed: readonly Observed[],
  end: 'settled' | 'unsettled' = 'settled',
): boolean {
  const all = 2 ** observed.length - 1
  const deadEnds = new Set<string>()
  const leads = observed.map(({ follows }) => (follows ? observed.indexOf(follows) : undefined))
  const search = (state: ModelState, done: number): boolean => {
    const later = happensByItself(state)
    if (done === all) return later === undefined || end === 'unsettled'
    const place = `${done} ${stateText(state)}`
    if (deadEnds.has(place)) return false
    let firstEndMs = Number.POSITIVE_INFINITY
    for (const [index, { beforeMs }] of observed.entries()) {
      if (!isDone(done, index)) firstEndMs = Math.min(firstEndMs, beforeMs)
    }
    for (const [index, { action, outcome, afterMs }] of observed.entries()) {
      if (isDone(done, index) || afterMs > firstEndMs) continue
      const lead = leads[index]
      if (lead !== undefined && !isDone(done, lead)) continue
      const rest = done + 2 ** index
      if (outcome === undefined && search(state, rest)) return true
      for (const step of applyToModel(state, action)) {
        const fits = outcome === undefined || step.outcome === outcome
        if (fits && search(step.state, rest)) return true
      }
    }
    if (later !== undefined && search(later, done)) return true
    deadEnds.add(place)
    return false
  }
  return search(start, 0)
}

function isDone(done: number, index: number): boolean {
  return Math.floor(done / 2 ** index) % 2 === 1
}

function stateText({ key, grants, isOldRetired, isOldUsed }: ModelState): string {
  const { state, schedule, rotationCount, alias, description, primaryVersion } = key
  const rotation = JSON.stringify(schedule)
  const old = `${isOldRetired} ${isOldUsed} ${grants.join()}`
  return `${alias}/${description} ${JSON.stringify(state)} ${rotation} ${rotationCount} ${primaryVersion} ${old}`
}
