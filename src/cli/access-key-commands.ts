import { writeFileSync } from 'node:fs'
import type { AccessKeyId } from '../core/ids.ts'
import { randomAlphanumericSecret, randomUpperAlphanumeric } from '../crypto/random.ts'
import { wrapRecord } from '../crypto/wrapped-record.ts'
import { systemClock } from '../ports/clock.ts'
import { type Command, EXIT } from './command.ts'
import { flagsHelp, parseFlags } from './flags.ts'
import { mistake } from './mistakes.ts'
import { findTenant, findUser, USER_FLAGS, withDataFolder } from './open-store.ts'

const CREATE_FLAGS = {
  ...USER_FLAGS,
  out: {
    placeholder: 'FILE',
    help: 'new file for the access key and its secret, which is shown nowhere else',
    required: true,
  },
}

/** Makes an access key. */
export const accessKeyCreate: Command = {
  help: () =>
    flagsHelp('access-key create', 'Makes an access key and writes it to a file.', CREATE_FLAGS),
  async run(args, io) {
    const flags = parseFlags(args, CREATE_FLAGS, io)
    return withDataFolder(flags, io, async ({ storage, root, change }) => {
      const tenant = await findTenant(storage, flags['domain'])
      const { id: userId, name } = await findUser(storage, tenant, flags['user'])
      const id = randomUpperAlphanumeric(20) as AccessKeyId
      const secret = randomAlphanumericSecret(40)
      const text = secret.lend((bytes) => Buffer.from(bytes).toString('latin1'))
      const content = { access_key: id, secret_key: text }
      const wrappedSecret = wrapRecord(
        root,
        { kind: 'accessKeySecret', accessKeyId: id, userId },
        secret,
      )
      const createdAt = systemClock.now()
      const accessKey = { id, userId, wrappedSecret, enabled: true, createdAt }
      const detail = { accessKey: id, user: userId, name }
      const facts = { command: 'access-key create', tenantId: tenant.id, detail } as const
      await change(facts, async () => {
        writeFileSync(flags['out'] ?? '', `${JSON.stringify(content, undefined, 2)}\n`, {
          mode: 0o600,
          flag: 'wx',
        })
        await storage.identity.insertAccessKey(accessKey)
      })
      secret.wipe()
      io.print(id)
      return EXIT.ok
    })
  },
}

const DELETE_FLAGS = { id: { placeholder: 'ID', help: 'the access key', required: true } }

/** Removes an access key. */
export const accessKeyDelete: Command = {
  help: () => flagsHelp('access-key delete', 'Removes an access key.', DELETE_FLAGS),
  async run(args, io) {
    const flags = parseFlags(args, DELETE_FLAGS, io)
    return withDataFolder(flags, io, async ({ storage, change }) => {
      const id = flags['id'] as AccessKeyId // looked up by equality
      const found = await storage.identity.findAccessKey(id)
      const user = found && (await storage.identity.findUser(found.userId))
      if (user === undefined) throw mistake('access-key-absent', { id })
      const detail = { accessKey: id, user: user.id, name: user.name }
      const facts = { command: 'access-key delete', tenantId: user.tenantId, detail } as const
      await change(facts, async () => {
        if (await storage.identity.removeAccessKey(id)) return
        throw mistake('access-key-absent', { id })
      })
      io.print('done')
      return EXIT.ok
    })
  },
}
