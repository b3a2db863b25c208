import type { ContextPairs } from '../contract/crypto-fields.ts'
import { fault } from '../core/fault.ts'
import type { CallerContext } from '../crypto/encryption-context.ts'

/** The fields by which a caller binds a cipher text to something of its own. */
interface ContextFields {
  readonly additional_authenticated_data?: string | undefined
  readonly encryption_context?: ContextPairs | undefined
}

const NONE: CallerContext = { kind: 'none' }

/**
 * What a cipher text is bound to: nothing, a text, or pairs. An empty text binds to nothing, as
 * clients send one for "none".
 *
 * @throws {Fault} `encryption-context-malformed` when both are given
 */
export function callerContext(request: ContextFields): CallerContext {
  const text = request.additional_authenticated_data ?? ''
  const pairs = request.encryption_context
  if (pairs === undefined || pairs.length === 0) {
    return text === '' ? NONE : { kind: 'text', text }
  }
  if (text !== '') throw fault('encryption-context-malformed')
  return { kind: 'pairs', pairs }
}
