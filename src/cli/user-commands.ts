import type { UserId } from '../core/ids.ts'
import { hashPassword } from '../crypto/password.ts'
import { randomHex } from '../crypto/random.ts'
import { systemClock } from '../ports/clock.ts'
import type { User } from '../ports/identity-store.ts'
import type { AuditedCommand, CommandFacts } from '../server/command-audit.ts'
import { type Command, EXIT } from './command.ts'
import { flagsHelp, parseFlags } from './flags.ts'
import { mistake } from './mistakes.ts'
import { findTenant, findUser, USER_FLAGS, withDataFolder } from './open-store.ts'
import { readPassword } from './read-secret.ts'

const CREATE_FLAGS = {
  name: { placeholder: 'NAME', help: 'name of the user', required: true },
  'password-file': {
    placeholder: 'FILE',
    help: 'file with the password, - for standard input; without it only access keys sign in',
  },
  project: { placeholder: 'NAME', help: 'project that a sign-in without a scope is for' },
  domain: { placeholder: 'NAME', help: 'its domain, where there are several' },
}

/** Makes a user, who may do nothing yet. */
export const userCreate: Command = {
  help: () =>
    flagsHelp('user create', 'Makes a user without any rights and prints its id.', CREATE_FLAGS),
  async run(args, io) {
    const flags = parseFlags(args, CREATE_FLAGS, io)
    const name = flags['name'] ?? ''
    if (!/^[a-zA-Z0-9_.@-]{1,64}$/.test(name)) {
      throw mistake('user-name', {})
    }
    const file = flags['password-file']
    const passwordHash = file === undefined ? undefined : await hashPassword(readPassword(file))
    return withDataFolder(flags, io, async ({ storage, change }) => {
      const tenant = await findTenant(storage, flags['domain'])
      const projects = await storage.identity.listProjects(tenant.id)
      const project = projects.find((candidate) => candidate.name === flags['project'])
      if (flags['project'] !== undefined && project === undefined) {
        throw mistake('project-absent', { name: flags['project'] ?? '', domain: tenant.name })
      }
      const id = randomHex(16) as UserId
      const user: User = {
        id,
        tenantId: tenant.id,
        name,
        passwordHash,
        enabled: true,
        defaultProjectId: project?.id,
        tokensValidFrom: systemClock.now(),
      }
      await change(factsOf('user create', user), async () => {
        if (await storage.identity.insertUser(user)) return
        throw mistake('user-there', { name, domain: tenant.name })
      })
      io.print(id)
      return EXIT.ok
    })
  },
}

const LIST_FLAGS = { domain: { placeholder: 'NAME', help: 'the domain, where there are several' } }

/** Lists users with their roles. */
export const userList: Command = {
  help: () => flagsHelp('user list', 'Lists users: id, name, roles.', LIST_FLAGS),
  async run(args, io) {
    const flags = parseFlags(args, LIST_FLAGS, io)
    return withDataFolder(flags, io, async ({ storage }) => {
      const tenant = await findTenant(storage, flags['domain'])
      for (const user of await storage.identity.listUsers(tenant.id)) {
        const assignments = await storage.identity.listAssignments(user.id)
        const roles = assignments.map(({ role, projectId }) =>
          projectId === undefined ? role : `${role} (in ${projectId})`,
        )
        const state = user.enabled ? '' : '  disabled'
        io.print(`${user.id}  ${user.name}  ${roles.join(', ') || 'no roles'}${state}`)
      }
      return EXIT.ok
    })
  },
}

const PASSWORD_FLAGS = {
  ...USER_FLAGS,
  'password-file': {
    placeholder: 'FILE',
    help: 'file with the new password, - for standard input',
    required: true,
  },
}

/** Gives a user another password and ends its tokens. */
export const userPassword: Command = {
  help: () =>
    flagsHelp(
      'user password',
      'Gives a user another password and ends its tokens.',
      PASSWORD_FLAGS,
    ),
  async run(args, io) {
    const flags = parseFlags(args, PASSWORD_FLAGS, io)
    const passwordHash = await hashPassword(readPassword(flags['password-file'] ?? ''))
    return withDataFolder(flags, io, async ({ storage, change }) => {
      const tenant = await findTenant(storage, flags['domain'])
      const user = await findUser(storage, tenant, flags['user'])
      const tokensValidFrom = systemClock.now()
      await change(factsOf('user password', user), () =>
        storage.identity.replaceUser({ ...user, passwordHash, tokensValidFrom }),
      )
      io.print('done')
      return EXIT.ok
    })
  },
}

/** Removes a user with its access keys and rights. */
export const userDelete: Command = {
  help: () =>
    flagsHelp('user delete', 'Removes a user with its access keys and roles.', USER_FLAGS),
  async run(args, io) {
    const flags = parseFlags(args, USER_FLAGS, io)
    return withDataFolder(flags, io, async ({ storage, change }) => {
      const tenant = await findTenant(storage, flags['domain'])
      const user = await findUser(storage, tenant, flags['user'])
      await change(factsOf('user delete', user), () => storage.identity.removeUser(user.id))
      io.print('done')
      return EXIT.ok
    })
  },
}

function factsOf(command: AuditedCommand, { id, name, tenantId }: User): CommandFacts {
  return { command, tenantId, detail: { user: id, name } }
}
