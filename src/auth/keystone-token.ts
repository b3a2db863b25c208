import type { ProjectScope } from '../core/caller.ts'
import type { ProjectId, TenantId, UserId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'

/** What Keystone says of a token. */
export interface KeystoneToken {
  readonly user: { readonly id: UserId; readonly name: string }
  /** The domain of the project, or else of the user. */
  readonly tenant: { readonly id: TenantId; readonly name: string }
  readonly project: ProjectScope | undefined
  readonly roles: readonly string[]
  readonly expiresAt: EpochMs
}

const MAX_NAME_CHARACTERS = 255
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

/**
 * Reads the answer to a token's validation, or undefined when it is not what Keystone answers.
 * Source: Keystone API v3, "Validate and show information for token".
 */
export function parseKeystoneToken(body: string): KeystoneToken | undefined {
  const token = member(parseJson(body), 'token')
  const user = named(member(token, 'user'))
  const userTenant = named(member(member(token, 'user'), 'domain'))
  const expiresAt = parseTime(member(token, 'expires_at'))
  const roles = parseRoles(member(token, 'roles'))
  const projectPart = member(token, 'project')
  const project = named(projectPart)
  const projectTenant = named(member(projectPart, 'domain'))
  const isProjectWhole = projectPart === undefined || (project && projectTenant)
  if (!user || !userTenant || expiresAt === undefined || !roles || !isProjectWhole) {
    return undefined
  }
  const tenant = projectTenant ?? named(member(token, 'domain')) ?? userTenant
  return {
    user: { id: user.id as UserId, name: user.name },
    tenant: { id: tenant.id as TenantId, name: tenant.name },
    project: project && { id: project.id as ProjectId, name: project.name },
    roles,
    expiresAt,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}

function named(value: unknown): { readonly id: string; readonly name: string } | undefined {
  const id = parseText(member(value, 'id'))
  const name = parseText(member(value, 'name'))
  return id === undefined || name === undefined ? undefined : { id, name }
}

function parseText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME_CHARACTERS
    ? value
    : undefined
}

/** A token without a scope has no roles. */
function parseRoles(value: unknown): readonly string[] | undefined {
  if (value === undefined) return []
  if (!Array.isArray(value)) return undefined
  const roles = value.map((role) => parseText(member(role, 'name')))
  return roles.every((role) => role !== undefined) ? roles : undefined
}

function parseTime(value: unknown): EpochMs | undefined {
  if (typeof value !== 'string' || !ISO_TIME.test(value)) return undefined
  const time = Date.parse(value)
  return Number.isNaN(time) ? undefined : (time as EpochMs)
}
