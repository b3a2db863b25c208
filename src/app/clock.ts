import { fault } from '../core/fault.ts'
import { DAY_MS, type EpochMs } from '../core/time.ts'
import type { Handler } from './handler.ts'

export const showClock: Handler<'ShowClock'> = (deps) => ({
  time: deps.clock.now(),
  clock: deps.advanceClock === undefined ? 'system' : 'virtual',
})

export const advanceClock: Handler<'AdvanceClock'> = async (deps, _caller, request) => {
  if (deps.advanceClock === undefined) throw fault('route-unknown')
  const stepMs = (request.days ?? 0) * DAY_MS + (request.milliseconds ?? 0)
  await deps.advanceClock((deps.clock.now() + stepMs) as EpochMs)
  return { time: deps.clock.now() }
}
