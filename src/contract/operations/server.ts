import { Type } from 'typebox'
import { optional, plain } from '../field.ts'
import { epochMsText } from '../fields.ts'
import { needs, operation } from '../operation.ts'

const JUDGEMENT = {
  // Whether the clock is believed; while it is not, nothing is destroyed and nothing expires.
  trusted: plain(Type.Boolean()),
  // Why it is not: `step`, it was set by more than the limit; `database`, the database has another time.
  doubt: optional(plain(Type.Union([Type.Literal('step'), Type.Literal('database')]))),
  // What the clock of the system says.
  system_time: optional(epochMsText),
  // By how many milliseconds that is ahead of what has passed.
  ahead_ms: optional(plain(Type.Integer())),
}

export const ShowClock = operation({
  id: 'ShowClock',
  api: 'keyturn',
  method: 'GET',
  path: '/keyturn/v1/clock',
  access: { kind: 'signedIn' },
  summary: 'Tell what time it is for keys, and which clock says so',
  response: {
    time: epochMsText,
    clock: plain(Type.Union([Type.Literal('system'), Type.Literal('virtual')])),
    ...JUDGEMENT,
  },
  source: 'ours',
})

export const AdvanceClock = operation({
  id: 'AdvanceClock',
  api: 'keyturn',
  method: 'POST',
  path: '/keyturn/v1/clock',
  access: needs('keyturn:clock:advance'),
  summary: 'Let time pass on a virtual clock, with all that falls due on the way',
  request: {
    days: optional(plain(Type.Integer({ minimum: 0, maximum: 36_525 }))),
    milliseconds: optional(plain(Type.Integer({ minimum: 0, maximum: 86_400_000 }))),
  },
  response: { time: epochMsText },
  faults: ['route-unknown'],
  source: 'ours',
})

export const ConfirmClock = operation({
  id: 'ConfirmClock',
  api: 'keyturn',
  method: 'POST',
  path: '/keyturn/v1/clock/confirmation',
  access: needs('keyturn:clock:confirm'),
  summary: 'Say that the clock of this node is right, after a step beyond the limit',
  response: { time: epochMsText, ...JUDGEMENT },
  faults: ['route-unknown'],
  source: 'ours',
})
