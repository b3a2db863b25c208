import { parseSystemRole, SYSTEM_ROLES } from '../core/system-roles.ts'
import type { Assignment, Tenant } from '../ports/identity-store.ts'
import type { Storage } from '../ports/storage.ts'
import type { AuditedCommand, CommandFacts } from '../server/command-audit.ts'
import { type Command, EXIT } from './command.ts'
import { flagsHelp, parseFlags } from './flags.ts'
import { mistake } from './mistakes.ts'
import { findTenant, findUser, USER_FLAGS, withDataFolder } from './open-store.ts'

const FLAGS = {
  ...USER_FLAGS,
  role: {
    placeholder: 'NAME',
    help: `a policy of the domain, or ${Object.keys(SYSTEM_ROLES).join(', ')}`,
    required: true,
  },
  project: { placeholder: 'NAME', help: 'only in this project; without it in all of the domain' },
}

/** Gives a role to a user. */
export const roleAssign: Command = {
  help: () => flagsHelp('role assign', 'Gives a user a role.', FLAGS),
  async run(args, io) {
    const flags = parseFlags(args, FLAGS, io)
    return withDataFolder(flags, io, async ({ storage, change }) => {
      const tenant = await findTenant(storage, flags['domain'])
      await requireRole(storage, tenant, flags['role'] ?? '')
      const assignment = await assignmentOf(storage, tenant, flags)
      await change(factsOf('role assign', tenant, assignment, flags), async () => {
        if (await storage.identity.insertAssignment(assignment)) return
        throw mistake('role-there', {})
      })
      io.print('done')
      return EXIT.ok
    })
  },
}

/** Takes a role from a user. */
export const roleRemove: Command = {
  help: () => flagsHelp('role remove', 'Takes a role from a user.', FLAGS),
  async run(args, io) {
    const flags = parseFlags(args, FLAGS, io)
    return withDataFolder(flags, io, async ({ storage, change }) => {
      const tenant = await findTenant(storage, flags['domain'])
      const assignment = await assignmentOf(storage, tenant, flags)
      await change(factsOf('role remove', tenant, assignment, flags), async () => {
        if (await storage.identity.removeAssignment(assignment)) return
        throw mistake('role-not-there', {})
      })
      io.print('done')
      return EXIT.ok
    })
  },
}

async function assignmentOf(
  storage: Storage,
  tenant: Tenant,
  flags: Readonly<Record<string, string | undefined>>,
): Promise<Assignment> {
  const user = await findUser(storage, tenant, flags['user'])
  const projects = await storage.identity.listProjects(tenant.id)
  const project = projects.find(({ name }) => name === flags['project'])
  if (flags['project'] !== undefined && project === undefined) {
    throw mistake('project-absent', { name: flags['project'] ?? '', domain: tenant.name })
  }
  return { userId: user.id, projectId: project?.id, role: flags['role'] ?? '' }
}

function factsOf(
  command: AuditedCommand,
  tenant: Tenant,
  { userId, projectId, role }: Assignment,
  flags: Readonly<Record<string, string | undefined>>,
): CommandFacts {
  const detail = { user: userId, name: flags['user'] ?? '', role }
  return { command, tenantId: tenant.id, projectId, detail }
}

async function requireRole(storage: Storage, tenant: Tenant, role: string): Promise<void> {
  if (parseSystemRole(role) !== undefined) return
  if ((await storage.identity.findPolicy(tenant.id, role)) !== undefined) return
  throw mistake('role-absent', { name: role })
}
