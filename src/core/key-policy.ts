import { fault } from './fault.ts'
import type { ProjectId } from './ids.ts'
import type { EpochMs } from './time.ts'

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

/**
 * Reads the JSON text of a policy: `{version, validity_period {start_time, end_time},
 * allowed_access_point [], allowed_data_security_zone []}`, times in ISO 8601. Names in camel case,
 * as one model of the SDK has them, do as well.
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
  const policy = toObject(json)
  const period = toObject(policy['validity_period'] ?? policy['validityPeriod'] ?? {})
  const document: KeyPolicyDocument = {
    version: toText(policy['version']) ?? VERSION,
    startTime: toTime(period['start_time'] ?? period['startTime']),
    endTime: toTime(period['end_time'] ?? period['endTime']),
    accessPoints: toList(policy['allowed_access_point'] ?? policy['allowedAccessPoint']),
    dataSecurityZones: toList(
      policy['allowed_data_security_zone'] ?? policy['allowedDataSecurityZone'],
    ),
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

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid()
  return value as Readonly<Record<string, unknown>>
}

function toText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || value.length > 64) throw invalid()
  return value
}

function toTime(value: unknown): string | undefined {
  const text = toText(value)
  if (text === undefined || text === '') return undefined
  if (Number.isNaN(Date.parse(text))) throw invalid()
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
