import type { ReplyFor } from '../contract/operations/index.ts'
import type { StoredAuditRecord } from '../ports/audit-reader.ts'
import { projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { auditMarker, auditPlaces } from './page-markers.ts'

/** Records on a page when the caller does not say. */
const DEFAULT_RECORDS = 100

export const listAuditRecords: Handler<'ListAuditRecords'> = async (deps, caller, request) => {
  const { from, to, operation, user, key_id: keyId, request_id: requestId, outcome } = request
  const page = await deps.auditReader.read(
    {
      projectId: projectOf(caller),
      tenantId: caller.tenantId,
      from,
      to,
      operation,
      user,
      keyId,
      requestId,
      outcome,
    },
    { after: auditPlaces(request.marker), limit: request.limit ?? DEFAULT_RECORDS },
  )
  return {
    records: page.records.map(presentRecord),
    next_marker: auditMarker(page.next),
    searched_back_to: page.searchedBackTo,
    node: deps.auditReader.node,
  }
}

function presentRecord(record: StoredAuditRecord): ReplyFor<'ListAuditRecords'>['records'][number] {
  const { actor } = record
  return {
    chain: record.chain,
    number: record.number,
    time: record.at,
    request_id: record.requestId,
    operation: record.operation,
    user_id: actor?.userId,
    user_name: actor?.userName,
    credential: actor?.credential,
    key_id: record.keyId,
    key_version: record.keyVersion,
    status: record.status,
    error_code: record.code,
    source: record.source,
    detail: record.detail,
  }
}
