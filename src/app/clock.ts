import { fault } from '../core/fault.ts'
import { DAY_MS } from '../core/time.ts'
import type { Handler } from './handler.ts'

export const showClock: Handler<'ShowClock'> = (deps) => ({
  time: deps.clock.now(),
  clock: deps.advanceClock === undefined ? 'system' : 'virtual',
})

export const advanceClock: Handler<'AdvanceClock'> = async (deps, _caller, request) => {
  if (deps.advanceClock === undefined) throw fault('route-unknown')
  const stepMs = (request.days ?? 0) * DAY_MS + (request.milliseconds ?? 0)
  await deps.advanceClock(stepMs)
  return { time: deps.clock.now() }
}
