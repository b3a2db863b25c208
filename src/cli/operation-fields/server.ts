// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  AdvanceClock: {
    summary: 'Let time pass on a virtual clock, with all that falls due on the way',
    method: 'POST',
    path: '/keyturn/v1/clock',
    permission: 'keyturn:clock:advance',
    fields: [
      { name: 'days', kind: 'number', help: 'how many days are to pass' },
      { name: 'milliseconds', kind: 'number', help: 'how many milliseconds are to pass' },
    ],
  },
  ConfirmClock: {
    summary: 'Say that the clock of this node is right, after a step beyond the limit',
    method: 'POST',
    path: '/keyturn/v1/clock/confirmation',
    permission: 'keyturn:clock:confirm',
    fields: [],
  },
  ShowClock: {
    summary: 'Tell what time it is for keys, and which clock says so',
    method: 'GET',
    path: '/keyturn/v1/clock',
    fields: [],
  },
}
