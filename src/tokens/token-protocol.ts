import type { Aftermath } from './result-codes.ts'
import type { TOKEN_CALLS } from './token-calls.ts'

/*
 * What the server and the process that holds the session say to each other: one order, one reply,
 * over the IPC channel, serialised as `v8` does.
 */

/** Name of a call. */
export type TokenCall = keyof typeof TOKEN_CALLS

/** What a call takes besides the session. */
export type CallInput<Name extends TokenCall> =
  Parameters<(typeof TOKEN_CALLS)[Name]> extends [unknown, ...infer Input] ? Readonly<Input> : never

/** What the process is told to do: first `open`, then any number of calls. */
export type TokenOrder =
  | {
      readonly kind: 'open'
      /** Path of the PKCS #11 module. */
      readonly module: string
      readonly tokenLabel: string
      readonly pin: Uint8Array
    }
  | { readonly kind: 'call'; readonly call: TokenCall; readonly input: readonly unknown[] }
  | { readonly kind: 'end' }

/** An order with the number that its reply will bear. */
export interface NumberedOrder {
  readonly number: number
  readonly order: TokenOrder
}

/** How an order went. */
export type TokenReply =
  | { readonly number: number; readonly kind: 'done'; readonly output: unknown }
  | {
      readonly number: number
      readonly kind: 'absent' | 'failed'
      readonly message: string
      readonly aftermath: Aftermath
    }

/** A message of the process as a reply; undefined for anything else. */
export function parseReply(message: unknown): TokenReply | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { number, kind, output, message: text, aftermath } = message as Record<string, unknown>
  if (typeof number !== 'number') return undefined
  if (kind === 'done') return { number, kind, output }
  if ((kind !== 'absent' && kind !== 'failed') || typeof text !== 'string') return undefined
  if (aftermath !== 'proceed' && aftermath !== 'restart' && aftermath !== 'give-up') {
    return undefined
  }
  return { number, kind, message: text, aftermath }
}
