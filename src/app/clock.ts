import { fault } from '../core/fault.ts'
import { DAY_MS } from '../core/time.ts'
import type { GuardedClock } from '../ports/clock.ts'
import type { Handler } from './handler.ts'

export const showClock: Handler<'ShowClock'> = (deps) => ({
  time: deps.clock.now(),
  clock: deps.advanceClock === undefined ? 'system' : 'virtual',
  ...judgementOf(deps.guardedClock),
})

export const confirmClock: Handler<'ConfirmClock'> = async ({ guardedClock }) => {
  if (guardedClock === undefined) throw fault('route-unknown')
  await guardedClock.confirm()
  return { time: guardedClock.now(), ...judgementOf(guardedClock) }
}

function judgementOf(clock: GuardedClock | undefined) {
  if (clock === undefined) return { trusted: true }
  const { system, aheadMs } = clock.judge()
  const doubt = clock.doubt()
  return {
    trusted: doubt === undefined,
    ...(doubt === undefined ? {} : { doubt }),
    system_time: system,
    ahead_ms: Math.round(aheadMs),
  }
}

export const advanceClock: Handler<'AdvanceClock'> = async (deps, _caller, request) => {
  if (deps.advanceClock === undefined) throw fault('route-unknown')
  const stepMs = (request.days ?? 0) * DAY_MS + (request.milliseconds ?? 0)
  await deps.advanceClock(stepMs)
  return { time: deps.clock.now() }
}
