import { resolve } from 'node:path'
import type { Tenant, User } from '../ports/identity-store.ts'
import type { Storage } from '../ports/storage.ts'
import { type AuditedPlace, chainOfFolder } from '../server/audited-place.ts'
import { auditing, type CommandEnd, type CommandFacts } from '../server/command-audit.ts'
import { type DataFolder, openExistingDataFolder } from '../server/data-folder.ts'
import { untilInForce } from '../server/in-force.ts'
import { makeLog } from '../server/log.ts'
import { variableOf, variablesOfServer } from '../server/settings.ts'
import { storeSettingsOf } from '../server/store-settings.ts'
import type { CommandIo } from './command.ts'
import type { FlagValues } from './flags.ts'
import { mistake } from './mistakes.ts'
import { sealOfPlan } from './seal-flags.ts'

/** Where a store is. */
export type StorePlace = AuditedPlace

/** A store that is open for a command. */
export interface CommandFolder extends DataFolder {
  /** Changes something, with records in the audit log; as `auditing` of the server. */
  readonly change: <T>(
    facts: CommandFacts,
    work: () => Promise<T>,
    endOf?: (result: T) => CommandEnd,
  ) => Promise<T>
}

/** The place that the flags, or the server's variables and file, name. */
export function storePlaceOf(flags: FlagValues, { environment }: CommandIo): StorePlace {
  const variables = variablesOfServer(environment)
  return {
    directory: resolve(flags['data'] ?? '.'),
    settings: storeSettingsOf(flags, variables),
    nodeName: variables[variableOf('node-name')],
  }
}

/**
 * Opens the data folder and the store that the flags, or the server's variables, name for the time
 * of `work`. A server may run on them meanwhile: what was changed is in force when this ends.
 */
export async function withDataFolder<T>(
  flags: FlagValues,
  io: CommandIo,
  work: (folder: CommandFolder) => Promise<T>,
): Promise<T> {
  const place = storePlaceOf(flags, io)
  const { directory, settings } = place
  const folder = await openExistingDataFolder(directory, settings, makeLog('warn'), (plan) =>
    sealOfPlan(plan, io, flags['seal-shares-dir']),
  )
  try {
    const { storage } = folder
    const before = await storage.changes.latest()
    const chain = chainOfFolder(place, folder)
    const answer = await work({
      ...folder,
      change: (facts, change, endOf) => auditing(chain, facts, change, endOf),
    })
    if ((await storage.changes.latest()) !== before) {
      await untilInForce(storage, settings.store === undefined ? directory : undefined)
    }
    return answer
  } finally {
    await folder.storage.close()
  }
}

/** The tenant of that name, or the only one there is. */
export async function findTenant(storage: Storage, name: string | undefined): Promise<Tenant> {
  if (name !== undefined) {
    const tenant = await storage.identity.findTenantByName(name)
    if (tenant === undefined) throw mistake('domain-absent', { name })
    return tenant
  }
  const [tenant, ...others] = await storage.identity.listTenants(2)
  if (tenant === undefined || others.length > 0) throw mistake('domain-missing', {})
  return tenant
}

/** The user of that name. */
export async function findUser(
  storage: Storage,
  tenant: Tenant,
  name: string | undefined,
): Promise<User> {
  const user = await storage.identity.findUserByName(tenant.id, name ?? '')
  if (user === undefined) throw mistake('user-absent', { name: name ?? '', domain: tenant.name })
  return user
}

/** Flags that name a user. */
export const USER_FLAGS = {
  user: { placeholder: 'NAME', help: 'the user', required: true },
  domain: { placeholder: 'NAME', help: 'its domain, where there are several' },
} as const
