import type { ReplyFor } from '../contract/operations/index.ts'
import { COMMAND_LINE } from '../ports/audit-log.ts'
import type { StoredAuditRecord } from '../ports/audit-reader.ts'
import { projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { auditMarker, auditPlaces } from './page-markers.ts'

/** Records on a page when the caller does not say. */
const DEFAULT_RECORDS = 100

export const listAuditRecords: Handler<'ListAuditRecords'> = async (deps, caller, request) => {
  const { from, to, operation, user, key_id: keyId, request_id: requestId, outcome } = request
  const projectId = projectOf(caller)
  const page = await deps.auditReader.read(
    { projectId, tenantId: caller.tenantId, from, to, operation, user, keyId, requestId, outcome },
    { after: auditPlaces(request.marker), limit: request.limit ?? DEFAULT_RECORDS },
  )
  return {
    records: page.records.map((record) => presentRecord(record, projectId)),
    next_marker: auditMarker(page.next),
    searched_back_to: page.searchedBackTo,
    node: deps.auditReader.node,
  }
}

function presentRecord(
  record: StoredAuditRecord,
  projectId: string,
): ReplyFor<'ListAuditRecords'>['records'][number] {
  const { actor, opened } = record
  // Records of others, whose keys are ours, lack the names: what is empty was not shown.
  const isCommand = actor?.credential === COMMAND_LINE
  const isForeign = record.projectId !== projectId && !isCommand
  return {
    chain: record.chain,
    number: record.number,
    time: record.at,
    request_id: record.requestId,
    operation: record.operation,
    user_id: actor?.userId,
    user_name: isForeign ? undefined : actor?.userName,
    credential: isForeign ? undefined : actor?.credential,
    user_domain_id: isForeign ? actor?.tenantId : undefined,
    user_project_id: isForeign ? record.projectId : undefined,
    key_id: record.keyId,
    key_version: record.keyVersion,
    opened_key_id: opened?.keyId,
    opened_key_version: opened?.version,
    status: record.status,
    error_code: record.code,
    source: record.source,
    detail: record.detail,
  }
}
