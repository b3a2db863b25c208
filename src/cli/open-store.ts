import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Tenant, User } from '../ports/identity-store.ts'
import type { Storage } from '../ports/storage.ts'
import { type DataFolder, openExistingDataFolder } from '../server/data-folder.ts'
import { untilInForce } from '../server/in-force.ts'
import { makeLog } from '../server/log.ts'
import { variablesOfServer } from '../server/settings.ts'
import { SETTINGS } from '../server/settings-table.ts'
import { STORE_FLAGS, storeSettingsOf } from '../server/store-settings.ts'
import type { CommandIo } from './command.ts'
import { Mistake, mistake, mistakeOfArguments } from './mistakes.ts'
import { sealOfPlan } from './seal-flags.ts'

/** A flag of a command. */
export interface Flag {
  readonly help: string
  readonly placeholder: string
  readonly required?: boolean
}

type Flags = Readonly<Record<string, Flag>>

const DATA: Flag = { placeholder: 'DIR', help: 'data folder of the server [./keyturn-data]' }

/** Flags of every command that works on the store, as the server has them. */
export const PLACE_FLAGS: Flags = {
  data: DATA,
  ...Object.fromEntries(STORE_FLAGS.map((name) => [name, SETTINGS[name]])),
}

/**
 * Values of flags; the data folder may also come from what the server is told by variables and its file.
 *
 * A flag without a placeholder takes no value, and has the value `true`.
 *
 * @param operand Name under which a word that stands without a flag is answered; without it, none may stand.
 * @throws {Mistake}
 */
export function parseFlags(
  args: readonly string[],
  flags: Flags,
  io: CommandIo,
  operand?: string,
): Readonly<Record<string, string | undefined>> {
  const options: Record<string, { type: 'string' | 'boolean' }> = {}
  const all: Flags = { ...flags, ...PLACE_FLAGS }
  for (const [name, { placeholder }] of Object.entries(all)) {
    options[name] = { type: placeholder === '' ? 'boolean' : 'string' }
  }
  const values: Record<string, string | undefined> = {}
  try {
    const allowPositionals = operand !== undefined
    const parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals })
    const [word, ...more] = parsed.positionals
    if (more.length > 0) throw mistake('too-many-arguments', {})
    for (const [name, value] of Object.entries(parsed.values)) values[name] = String(value)
    if (operand !== undefined) values[operand] = word
  } catch (error) {
    throw error instanceof Mistake ? error : mistakeOfArguments(error)
  }
  for (const [name, { required }] of Object.entries(flags)) {
    if (required === true && (values[name] ?? '') === '')
      throw mistake('flag-missing', { flag: name })
  }
  const { KEYTURN_DATA: data = './keyturn-data' } = variablesOfServer(io.environment)
  return { ...values, data: values['data'] ?? data }
}

/** What `--help` prints for a command with these flags. */
export function flagsHelp(words: string, about: string, flags: Flags): string {
  const all: Flags = { ...flags, ...PLACE_FLAGS }
  const lines = Object.entries(all).map(([name, { placeholder, help, required }]) => {
    const mark = required === true ? ' (required)' : ''
    return `${`  --${name} ${placeholder}`.trimEnd()}\n        ${help}${mark}`
  })
  return `Usage: keyturn ${words} [FLAGS]\n\n${about}\n\n${lines.join('\n')}`
}

/**
 * Opens the data folder and the store that the flags, or the server's variables, name for the time
 * of `work`. A server may run on them meanwhile: what was changed is in force when this ends.
 */
export async function withDataFolder<T>(
  flags: Readonly<Record<string, string | undefined>>,
  io: CommandIo,
  work: (folder: DataFolder) => Promise<T>,
): Promise<T> {
  const store = storeSettingsOf(flags, variablesOfServer(io.environment))
  const directory = resolve(flags['data'] ?? '.')
  const folder = await openExistingDataFolder(directory, store, makeLog('warn'), (plan) =>
    sealOfPlan(plan, io),
  )
  try {
    const { storage } = folder
    const before = await storage.changes.latest()
    const answer = await work(folder)
    if ((await storage.changes.latest()) !== before) {
      await untilInForce(storage, store.store === undefined ? directory : undefined)
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
