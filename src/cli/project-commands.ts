import type { ProjectId } from '../core/ids.ts'
import { randomHex } from '../crypto/random.ts'
import { type Command, EXIT, UsageError } from './command.ts'
import { findTenant, flagsHelp, parseFlags, withDataFolder } from './open-store.ts'

const FLAGS = {
  name: { placeholder: 'NAME', help: 'name of the project', required: true },
  domain: { placeholder: 'NAME', help: 'its domain, where there are several' },
}

/** Makes a project. */
export const projectCreate: Command = {
  help: () => flagsHelp('project create', 'Makes a project and prints its id.', FLAGS),
  async run(args, io) {
    const flags = parseFlags(args, FLAGS, io)
    const name = flags['name'] ?? ''
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
      throw new UsageError('a project name is 1 to 64 letters, digits, - or _')
    }
    return withDataFolder(flags, io, async ({ storage }) => {
      const tenant = await findTenant(storage, flags['domain'])
      const id = randomHex(16) as ProjectId
      if (!(await storage.identity.insertProject({ id, tenantId: tenant.id, name }))) {
        throw new UsageError(`${tenant.name} has a project ${name} already`)
      }
      io.print(id)
      return EXIT.ok
    })
  },
}
