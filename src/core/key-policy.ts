import { fault } from './fault.ts'
import type { ProjectId } from './ids.ts'
import { type EpochMs, parseIsoTime } from './time.ts'

/** Where and when data key capsules open. */
export interface KeyPolicyDocument {
  readonly version: string
  readonly startTime: string | undefined
  readonly endTime: string | undefined
  /** Ids of access points; undefined: none. */
  readonly accessPoints: readonly string[] | undefined
  readonly dataSecurityZones: readonly string[] | undefined
}

/** A key policy as it is kept. */
export interface KeyPolicy {
  /** A UUID. */
  readonly id: string
  readonly projectId: ProjectId
  readonly keyspaceId: string
  readonly name: string
  /** JSON text that {@link parseKeyPolicy} accepts. */
  readonly document: string
  readonly description: string
  readonly createdBy: string
  readonly createdAt: EpochMs
  readonly modifiedAt: EpochMs
  /** When a capsule last asked it. */
  readonly accessedAt: EpochMs
}

const VERSION = '1.0'
const MAX_ENTRIES = 100
/** Names of the parts, and those in camel case, of which a document has one or the other. */
const PARTS: Names = {
  version: undefined,
  validity_period: 'validityPeriod',
  allowed_access_point: 'allowedAccessPoint',
  allowed_data_security_zone: 'allowedDataSecurityZone',
}
const PERIOD_PARTS: Names = { start_time: 'startTime', end_time: 'endTime' }

type Names = Readonly<Record<string, string | undefined>>

/**
 * Reads the JSON text of a policy: `{version, validity_period {start_time, end_time},
 * allowed_access_point [], allowed_data_security_zone []}`, times in ISO 8601. Names in camel case,
 * as one model of the SDK has them, do as well. What is not understood is refused, never skipped: an
 * end that is spelt wrong would be no end.
 *
 * @throws {Fault} `field-invalid` for whatever else it holds
 */
export function parseKeyPolicy(text: string): KeyPolicyDocument {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw invalid()
  }
  const policy = partsOf(json, PARTS)
  const period = partsOf(policy['validity_period'] ?? {}, PERIOD_PARTS)
  const document: KeyPolicyDocument = {
    version: toText(policy['version']) ?? VERSION,
    startTime: toTime(period['start_time']),
    endTime: toTime(period['end_time']),
    accessPoints: toList(policy['allowed_access_point']),
    dataSecurityZones: toList(policy['allowed_data_security_zone']),
  }
  const { startTime, endTime } = document
  if (startTime !== undefined && endTime !== undefined) {
    if (Date.parse(startTime) >= Date.parse(endTime)) throw invalid()
  }
  return document
}

/** Whether the policy holds at `now`. */
export function isInForce({ startTime, endTime }: KeyPolicyDocument, now: EpochMs): boolean {
  const hasBegun = startTime === undefined || Date.parse(startTime) <= now
  return hasBegun && (endTime === undefined || now < Date.parse(endTime))
}

/** Whether the policy lets an access point open capsules. A policy that names none lets none. */
export function allowsAccessPoint(policy: KeyPolicyDocument, accessPointId: string): boolean {
  return policy.accessPoints?.includes(accessPointId) ?? false
}

/** The parts of an object by their own names, whichever they have in it. */
function partsOf(value: unknown, names: Names): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid()
  const given = new Map(Object.entries(value))
  const parts: Record<string, unknown> = {}
  for (const [name, other] of Object.entries(names)) {
    for (const spelt of other === undefined ? [name] : [name, other]) {
      if (!given.has(spelt)) continue
      if (Object.hasOwn(parts, name)) throw invalid()
      parts[name] = given.get(spelt)
      given.delete(spelt)
    }
  }
  if (given.size > 0) throw invalid()
  return parts
}

function toText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || value.length > 64) throw invalid()
  return value
}

function toTime(value: unknown): string | undefined {
  const text = toText(value)
  if (text === undefined || text === '') return undefined
  if (parseIsoTime(text) === undefined) throw invalid()
  return text
}

function toList(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value) || value.length > MAX_ENTRIES) throw invalid()
  if (!value.every((entry) => typeof entry === 'string' && entry.length <= 64)) throw invalid()
  return value
}

function invalid() {
  return fault('field-invalid', { name: 'policy' })
}
