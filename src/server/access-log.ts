import type { OperationId } from '../contract/operations/index.ts'
import type { Exchange } from '../http/pipeline.ts'
import type { Logger } from './log.ts'

/** Longest path that is logged, in characters. */
const MAX_PATH = 512

/**
 * Writes a line about a request that is answered. The query is left out: what is in it may be for
 * nobody else to read.
 *
 * @param startedAtMs As `performance.now` had it.
 */
export function logAccess(
  log: Logger,
  { request, context, caller }: Exchange,
  operation: OperationId | 'none',
  status: number,
  startedAtMs: number,
): void {
  const { requestId, source } = context
  const path = (request.url ?? '').split('?', 1)[0]?.slice(0, MAX_PATH)
  const ms = Math.round((performance.now() - startedAtMs) * 100) / 100
  const user = caller?.userId
  log.info(
    { requestId, method: request.method, path, operation, status, ms, source, user },
    'request',
  )
}
