import type { RequestFor } from '../contract/operations/index.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import type { ProjectId, UserId } from '../core/ids.ts'
import type { Project, User } from '../ports/identity-store.ts'
import { mayUse } from './authorise.ts'
import { catalogOf } from './catalog.ts'
import type { Deps } from './deps.ts'
import type { Handler, RequestContext } from './handler.ts'

/** Whether the caller may see all users of its tenant, and the tokens of others. */
export function mayManageIdentity(deps: Deps, caller: Caller, context: RequestContext): boolean {
  return mayUse(deps, caller, 'keyturn:identity:read', undefined, context)
}

export const listProjects: Handler<'ListProjects'> = async (deps, caller, request, context) => {
  const visible = await visibleProjects(deps, caller, context)
  const projects = visible.filter(({ name }) => request.name === undefined || name === request.name)
  return {
    projects: projects.map((project) => presentProject(project, context.baseUrl)),
    links: { self: `${context.baseUrl}/v3/projects` },
  }
}

export const listAuthProjects: Handler<'ListAuthProjects'> = async (
  deps,
  caller,
  _request,
  context,
) => {
  const projects = await visibleProjects(deps, caller, context)
  return {
    projects: projects.map((project) => presentProject(project, context.baseUrl)),
    links: { self: `${context.baseUrl}/v3/auth/projects` },
  }
}

export const showProject: Handler<'ShowProject'> = async (deps, caller, request, context) => {
  const id = request.id as ProjectId // looked up by equality; an unknown one is not found
  const visible = await visibleProjects(deps, caller, context)
  const project = visible.find((candidate) => candidate.id === id)
  if (project === undefined) throw fault('resource-not-found')
  return { project: presentProject(project, context.baseUrl) }
}

export const listAuthDomains: Handler<'ListAuthDomains'> = (_deps, caller, request, context) => {
  const isWanted = request.name === undefined || request.name === caller.tenantName
  const self = `${context.baseUrl}/v3/auth/domains`
  const domain = {
    id: caller.tenantId,
    name: caller.tenantName,
    description: '',
    enabled: true,
    links: { self },
  }
  return { domains: isWanted ? [domain] : [], links: { self } }
}

/** A signature says nothing of a project: a header may, or the user has one by default. */
export const showCatalog: Handler<'ShowCatalog'> = async (deps, caller, request, context) => {
  const projectId = caller.project?.id ?? (await projectBehind(deps, caller, request))
  return {
    catalog: catalogOf(deps, projectId, context.baseUrl),
    links: { self: `${context.baseUrl}/v3/auth/catalog` },
  }
}

async function projectBehind(
  deps: Deps,
  caller: Caller,
  request: RequestFor<'ShowCatalog'>,
): Promise<ProjectId | undefined> {
  if (caller.credential.kind !== 'signature') return undefined
  const named = request['x-project-id']
  const project = named && (await deps.identity.findProject(named as ProjectId)) // found by equality
  if (project && project.tenantId === caller.tenantId) return project.id
  return (await deps.identity.findUser(caller.userId))?.defaultProjectId
}

export const listUsers: Handler<'ListUsers'> = async (deps, caller, request, context) => {
  const users = await visibleUsers(deps, caller, context)
  return {
    users: users
      .filter(({ name }) => request.name === undefined || name === request.name)
      .map((user) => presentUser(user, context.baseUrl)),
    links: { self: `${context.baseUrl}/v3/users` },
  }
}

export const showUser: Handler<'ShowUser'> = async (deps, caller, request, context) => {
  const id = request.id as UserId // looked up by equality; an unknown one is not found
  const user = await deps.identity.findUser(id)
  const mayKnow = id === caller.userId || mayManageIdentity(deps, caller, context)
  if (user === undefined || user.tenantId !== caller.tenantId || !mayKnow) {
    throw fault('resource-not-found')
  }
  return { user: presentUser(user, context.baseUrl) }
}

export const listRegions: Handler<'ListRegions'> = (deps, _caller, _request, context) => {
  const self = `${context.baseUrl}/v3/regions`
  return {
    regions: [
      {
        id: deps.region,
        type: 'public',
        description: '',
        links: { self: `${self}/${deps.region}` },
      },
    ],
    links: { self },
  }
}

export const showIdentityVersion: Handler<'ShowIdentityVersion'> = (
  _deps,
  _caller,
  _request,
  context,
) => ({
  version: {
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${context.baseUrl}/v3/` }],
  },
})

/** The projects of its tenant in which the caller has any right; an administrator sees them all. */
async function visibleProjects(
  deps: Deps,
  caller: Caller,
  context: RequestContext,
): Promise<readonly Project[]> {
  const projects = await deps.identity.listProjects(caller.tenantId)
  const assignments = await deps.identity.listAssignments(caller.userId)
  const isEverywhere = assignments.some(({ projectId }) => projectId === undefined)
  if (isEverywhere || mayManageIdentity(deps, caller, context)) return projects
  const own = new Set(assignments.map(({ projectId }) => projectId))
  return projects.filter(({ id }) => own.has(id))
}

async function visibleUsers(
  deps: Deps,
  caller: Caller,
  context: RequestContext,
): Promise<readonly User[]> {
  if (mayManageIdentity(deps, caller, context)) return deps.identity.listUsers(caller.tenantId)
  const self = await deps.identity.findUser(caller.userId)
  return self === undefined ? [] : [self]
}

function presentProject(project: Project, baseUrl: string) {
  return {
    id: project.id,
    name: project.name,
    domain_id: project.tenantId,
    parent_id: project.tenantId,
    description: '',
    enabled: true,
    is_domain: false,
    links: { self: `${baseUrl}/v3/projects/${project.id}` },
  }
}

function presentUser(user: User, baseUrl: string) {
  return {
    id: user.id,
    name: user.name,
    domain_id: user.tenantId,
    enabled: user.enabled,
    links: { self: `${baseUrl}/v3/users/${user.id}` },
  }
}
