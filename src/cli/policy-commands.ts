import { parsePolicyDocument } from '../core/policy-document.ts'
import { parseSystemRole } from '../core/system-roles.ts'
import { sha256 } from '../crypto/digest.ts'
import { readSmall } from '../files/read-small.ts'
import { type Command, EXIT } from './command.ts'
import { flagsHelp, parseFlags } from './flags.ts'
import { mistake } from './mistakes.ts'
import { findTenant, withDataFolder } from './open-store.ts'

const NAME = { placeholder: 'NAME', help: 'name of the policy', required: true }
const DOMAIN = { placeholder: 'NAME', help: 'its domain, where there are several' }
const PUT_FLAGS = {
  name: NAME,
  file: {
    placeholder: 'FILE',
    help: 'JSON document, Version 1.1, - for standard input',
    required: true,
  },
  domain: DOMAIN,
}
const DELETE_FLAGS = { name: NAME, domain: DOMAIN }

/** Stores a policy, which roles can then name. */
export const policyPut: Command = {
  help: () => flagsHelp('policy put', 'Stores a policy that users can be given.', PUT_FLAGS),
  async run(args, io) {
    const flags = parseFlags(args, PUT_FLAGS, io)
    const name = flags['name'] ?? ''
    if (parseSystemRole(name) !== undefined) throw mistake('policy-is-system-role', { name })
    const file = flags['file'] ?? ''
    const document = parseJson(readSmall(file === '-' ? 0 : file).toString('utf8'))
    const parsed = parsePolicyDocument(document)
    if ('problem' in parsed) throw mistake('policy-unfit', { problem: parsed.problem })
    return withDataFolder(flags, io, async ({ storage, change }) => {
      const tenant = await findTenant(storage, flags['domain'])
      const text = JSON.stringify(document)
      const detail = { policy: name, sha256: sha256(text).toString('hex') }
      await change({ command: 'policy put', tenantId: tenant.id, detail }, () =>
        storage.identity.putPolicy({ tenantId: tenant.id, name, document: text }),
      )
      io.print('done')
      return EXIT.ok
    })
  },
}

/** Removes a policy, also from those who had it. */
export const policyDelete: Command = {
  help: () => flagsHelp('policy delete', 'Removes a policy with its assignments.', DELETE_FLAGS),
  async run(args, io) {
    const flags = parseFlags(args, DELETE_FLAGS, io)
    return withDataFolder(flags, io, async ({ storage, change }) => {
      const tenant = await findTenant(storage, flags['domain'])
      const name = flags['name'] ?? ''
      const detail = { policy: name }
      await change({ command: 'policy delete', tenantId: tenant.id, detail }, async () => {
        if (await storage.identity.removePolicy(tenant.id, name)) return
        throw mistake('policy-absent', { name })
      })
      io.print('done')
      return EXIT.ok
    })
  },
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw mistake('policy-not-json', {})
  }
}
