import type { ProjectId } from '../core/ids.ts'
import { randomHex } from '../crypto/random.ts'
import { type Command, EXIT } from './command.ts'
import { flagsHelp, parseFlags } from './flags.ts'
import { mistake } from './mistakes.ts'
import { findTenant, withDataFolder } from './open-store.ts'

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
      throw mistake('project-name', {})
    }
    return withDataFolder(flags, io, async ({ storage, change }) => {
      const tenant = await findTenant(storage, flags['domain'])
      const id = randomHex(16) as ProjectId
      const detail = { project: id, name }
      await change({ command: 'project create', tenantId: tenant.id, detail }, async () => {
        if (await storage.identity.insertProject({ id, tenantId: tenant.id, name })) return
        throw mistake('project-there', { name, domain: tenant.name })
      })
      io.print(id)
      return EXIT.ok
    })
  },
}
