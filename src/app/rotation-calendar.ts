import { MAX_PAGE_EVENTS } from '../core/limits.ts'
import { addDays, dayOf, days } from '../core/time.ts'
import type { KeyTally } from '../ports/key-store.ts'
import { projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { eventMarker, eventPlace } from './page-markers.ts'
import { presentRotation } from './present-rotation.ts'

/** Days of a calendar when the caller does not say. */
const DEFAULT_DAYS = days(90)
/** Most rotations due earlier today that are counted one by one. */
const MAX_COUNTED = 100_000

export const listProjectRotationEvents: Handler<'ListProjectRotationEvents'> = async (
  deps,
  caller,
  request,
) => {
  const limit = request.limit ?? MAX_PAGE_EVENTS
  const found = await deps.table.newestEvents(
    projectOf(caller),
    {
      ...(request.from === undefined ? {} : { from: request.from }),
      ...(request.to === undefined ? {} : { to: request.to }),
    },
    { before: eventPlace(request.marker), limit: limit + 1 },
  )
  const page = found.slice(0, limit)
  return {
    events: page.map(presentRotation),
    next_marker: eventMarker(found.length > limit ? page.at(-1) : undefined),
  }
}

export const showRotationOverview: Handler<'ShowRotationOverview'> = async (
  deps,
  caller,
  request,
) => {
  const projectId = projectOf(caller)
  const now = deps.clock.now()
  const from = dayOf(request.from ?? now)
  const to = addDays(from, request.days ?? DEFAULT_DAYS)
  const tallies = await deps.keys.tallies(projectId)
  return {
    now,
    on: countOf(tallies, ({ rotation }) => rotation === 'on'),
    off: countOf(tallies, ({ rotation }) => rotation === 'off'),
    not_rotatable: countOf(tallies, ({ rotation }) => rotation === 'none'),
    never_rotated: countOf(
      tallies,
      ({ rotation, hasRotated }) => rotation !== 'none' && !hasRotated,
    ),
    overdue: await deps.table.overdueRotations(projectId, now, MAX_COUNTED),
    days: await deps.table.rotationDays(projectId, from, to),
  }
}

function countOf(tallies: readonly KeyTally[], isOf: (tally: KeyTally) => boolean): number {
  return tallies.filter(isOf).reduce((sum, { keys }) => sum + keys, 0)
}
