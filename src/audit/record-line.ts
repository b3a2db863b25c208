import type { EpochMs } from '../core/time.ts'
import { type AuditActor, COMMAND_LINE } from '../ports/audit-log.ts'
import type { AuditQuery, StoredAuditRecord } from '../ports/audit-reader.ts'

const TIME = /^\{"n":\d{1,15},"t":"([^"]{1,30})"/

/** The time of a record line, or undefined when it is none. */
export function lineTime(line: string): EpochMs | undefined {
  const match = TIME.exec(line)
  const time = match?.[1] === undefined ? Number.NaN : Date.parse(match[1])
  return Number.isNaN(time) ? undefined : (time as EpochMs)
}

/** What stands in each record line of a command on the store itself. */
export const COMMAND_PART = `"by":${JSON.stringify(COMMAND_LINE)}`

/** What stands in each record line of a project. */
export function projectPart(projectId: string): string {
  return `"project":${JSON.stringify(projectId)}`
}

/** What a record line says, or undefined when it is none. */
export function parseRecordLine(line: string, chain: string): StoredAuditRecord | undefined {
  const fields = parseObject(line)
  const at = lineTime(line)
  const number = fields?.['n']
  const status = fields?.['status']
  if (fields === undefined || at === undefined) return undefined
  if (typeof number !== 'number' || typeof status !== 'number') return undefined
  const keyVersion = fields['version']
  const detail = fields['detail']
  return {
    chain,
    number,
    at,
    requestId: textOf(fields['id']) ?? '',
    operation: textOf(fields['op']),
    actor: actorOf(fields),
    projectId: textOf(fields['project']),
    keyId: textOf(fields['key']),
    keyVersion: typeof keyVersion === 'number' ? keyVersion : undefined,
    status,
    code: textOf(fields['code']),
    source: textOf(fields['source']),
    ...(isDetail(detail) ? { detail } : {}),
  }
}

/** Whether somebody asked for this record. */
export function isAskedFor(record: StoredAuditRecord, query: AuditQuery): boolean {
  const { operation, user, keyId, requestId, outcome, from, to } = query
  const { actor } = record
  return (
    isFor(record, query) &&
    (from === undefined || record.at >= from) &&
    (to === undefined || record.at < to) &&
    (operation === undefined || record.operation === operation) &&
    (user === undefined || actor?.userId === user || actor?.userName === user) &&
    (keyId === undefined || record.keyId === keyId) &&
    (requestId === undefined || record.requestId === requestId) &&
    (outcome === undefined || outcomeOf(record.status) === outcome)
  )
}

/** A command on a tenant, or on all of the store, concerns each project there. */
function isFor({ projectId, actor }: StoredAuditRecord, query: AuditQuery): boolean {
  if (projectId !== undefined) return projectId === query.projectId
  if (actor?.credential !== COMMAND_LINE) return false
  return actor.tenantId === '' || actor.tenantId === query.tenantId
}

function outcomeOf(status: number): AuditQuery['outcome'] {
  if (status < 400) return 'allowed'
  return status < 500 ? 'refused' : 'failed'
}

function actorOf(fields: Readonly<Record<string, unknown>>): AuditActor | undefined {
  const userId = textOf(fields['user'])
  if (userId === undefined) return undefined
  return {
    userId,
    userName: textOf(fields['name']) ?? '',
    tenantId: textOf(fields['domain']) ?? '',
    credential: textOf(fields['by']) ?? '',
  }
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDetail(value: unknown): value is Readonly<Record<string, string | number>> {
  return (
    isObject(value) &&
    Object.values(value).every((one) => typeof one === 'string' || typeof one === 'number')
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
