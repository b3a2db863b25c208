// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OptionalCall } from '../call.ts'

/**
 * What `advanceClock` takes.
 */
export interface AdvanceClockRequest {
  readonly days?: number | undefined
  readonly milliseconds?: number | undefined
}

/**
 * What `advanceClock` answers.
 */
export interface AdvanceClockReply {
  readonly time: string
}

/**
 * What `confirmClock` answers.
 */
export interface ConfirmClockReply {
  readonly time: string
  readonly trusted: boolean
  readonly doubt?: 'step' | 'database'
  readonly system_time?: string
  readonly ahead_ms?: number
}

/**
 * What `showClock` answers.
 */
export interface ShowClockReply {
  readonly time: string
  readonly clock: 'system' | 'virtual'
  readonly trusted: boolean
  readonly doubt?: 'step' | 'database'
  readonly system_time?: string
  readonly ahead_ms?: number
}

/** Operations on: Clock. */
export interface ServerOperations {
  /**
   * Let time pass on a virtual clock, with all that falls due on the way.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such API.
   * - 403 KMS.0307: The user has no permission for this operation (keyturn:clock:advance).
   */
  readonly advanceClock: OptionalCall<AdvanceClockRequest, AdvanceClockReply>
  /**
   * Say that the clock of this node is right, after a step beyond the limit.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such API.
   * - 403 KMS.0307: The user has no permission for this operation (keyturn:clock:confirm).
   */
  readonly confirmClock: OptionalCall<Readonly<Record<never, never>>, ConfirmClockReply>
  /**
   * Tell what time it is for keys, and which clock says so.
   */
  readonly showClock: OptionalCall<Readonly<Record<never, never>>, ShowClockReply>
}
