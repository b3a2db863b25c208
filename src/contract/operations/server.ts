import { Type } from 'typebox'
import { optional, plain } from '../field.ts'
import { epochMsText } from '../fields.ts'
import { needs, operation } from '../operation.ts'

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
