import type { EpochMs } from '../core/time.ts'
import { type AuditActor, type AuditedKey, COMMAND_LINE } from '../ports/audit-log.ts'
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

/** What stands in each record line that a project sees: it asked, or what is its was used. */
export function projectPart(projectId: string): string {
  return `:${JSON.stringify(projectId)}`
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
  const owner = textOf(fields['owner'])
  const opened = openedOf(fields)
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
    ...(owner === undefined ? {} : { keyProjectId: owner }),
    ...(opened === undefined ? {} : { opened }),
    ...(isDetail(detail) ? { detail } : {}),
  }
}

/**
 * A record as a project may see it; undefined when it is none of its business. Of what others do with
 * its keys by a grant it sees who did what, and with which of its keys: not how they are called, how they
 * signed in, where they are, nor what else they used.
 */
export function asSeenBy(
  query: Pick<AuditQuery, 'projectId' | 'tenantId'>,
  record: StoredAuditRecord,
): StoredAuditRecord | undefined {
  const { projectId } = query
  if (record.projectId === projectId || isCommandFor(query.tenantId, record)) return record
  const { keyProjectId, opened, actor, chain, number, at, requestId, operation } = record
  const isOfKey = keyProjectId === projectId
  const isOfOpened = opened?.projectId === projectId
  if (!isOfKey && !isOfOpened) return undefined
  return {
    chain,
    number,
    at,
    requestId,
    operation,
    actor: actor && { ...actor, userName: '', credential: '' },
    projectId: record.projectId,
    keyId: isOfKey ? record.keyId : undefined,
    keyVersion: isOfKey ? record.keyVersion : undefined,
    keyProjectId: isOfKey ? projectId : undefined,
    opened: isOfOpened ? opened : undefined,
    status: record.status,
    code: record.code,
    source: undefined,
  }
}

/** Whether somebody asked for this record, which it may see. */
export function isAskedFor(record: StoredAuditRecord, query: AuditQuery): boolean {
  const { operation, user, keyId, requestId, outcome, from, to } = query
  const { actor } = record
  return (
    (from === undefined || record.at >= from) &&
    (to === undefined || record.at < to) &&
    (operation === undefined || record.operation === operation) &&
    (user === undefined || actor?.userId === user || actor?.userName === user) &&
    (keyId === undefined || record.keyId === keyId || record.opened?.keyId === keyId) &&
    (requestId === undefined || record.requestId === requestId) &&
    (outcome === undefined || outcomeOf(record.status) === outcome)
  )
}

/** A command on a tenant, or on all of the store, concerns each project there. */
function isCommandFor(tenantId: string, { projectId, actor }: StoredAuditRecord): boolean {
  if (projectId !== undefined || actor?.credential !== COMMAND_LINE) return false
  return actor.tenantId === '' || actor.tenantId === tenantId
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

function openedOf(fields: Readonly<Record<string, unknown>>): AuditedKey | undefined {
  const keyId = textOf(fields['opened'])
  const version = fields['openedVersion']
  if (keyId === undefined || typeof version !== 'number') return undefined
  return { keyId, version, projectId: textOf(fields['openedOwner']) }
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
