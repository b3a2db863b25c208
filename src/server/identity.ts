import { EmbeddedIdentity } from '../auth/embedded-identity.ts'
import type { Authenticator } from '../auth/identity-provider.ts'
import { DEFAULT_ROLE_MAP, KeystoneIdentity } from '../auth/keystone-identity.ts'
import { embeddedDesk } from '../auth/sign-in-desk.ts'
import { parseSystemRole, SYSTEM_ROLES, type SystemRoleName } from '../core/system-roles.ts'
import type { RootKey } from '../crypto/root-key.ts'
import type { Clock } from '../ports/clock.ts'
import type { SignInDesk } from '../ports/sign-in-desk.ts'
import type { Storage } from '../ports/storage.ts'
import { SettingsError } from './settings.ts'
import type { Settings } from './settings-table.ts'

/** Who says who callers are, and who signs them in. */
export interface Identity {
  readonly authenticator: Authenticator
  /** Undefined when people sign in elsewhere. */
  readonly desk: SignInDesk | undefined
}

/** What an identity is built from. */
export interface IdentityParts {
  readonly settings: Settings
  readonly storage: Storage
  readonly root: RootKey
  /** Wall-clock time. */
  readonly clock: Clock
  readonly changes: {
    readonly isCurrent: () => boolean
    readonly requireCurrent: () => Promise<void>
  }
  /** Failed sign-ins, of all threads. */
  readonly failures: SharedArrayBuffer
  /** Turns at hashing passwords, of all threads. */
  readonly hashing: SharedArrayBuffer
}

/** Builds the identity that the settings ask for. */
export function makeIdentity(parts: IdentityParts): Identity {
  const { settings, storage, root, clock, changes, failures, hashing } = parts
  if (settings.identity === 'keystone') {
    const authenticator = new KeystoneIdentity({
      url: settings['identity-url'] ?? '',
      timeoutMs: settings['identity-timeout-ms'],
      cacheMs: settings['identity-cache-ms'],
      roleMap: parseRoleMap(settings['identity-roles']),
      clock,
    })
    return { authenticator, desk: undefined }
  }
  const embedded = new EmbeddedIdentity({ store: storage.identity, root, clock, changes })
  const desk = embeddedDesk({
    store: storage.identity,
    root,
    clock,
    isRevoked: (tokenId) => embedded.isRevoked(tokenId),
    requireCurrent: () => changes.requireCurrent(),
    failures,
    hashing,
  })
  return { authenticator: embedded, desk }
}

function parseRoleMap(text: string | undefined): Readonly<Record<string, SystemRoleName>> {
  if (text === undefined) return DEFAULT_ROLE_MAP
  const map: Record<string, SystemRoleName> = {}
  for (const entry of text.split(',')) {
    const [foreign = '', own = ''] = entry.split('=').map((part) => part.trim())
    const role = parseSystemRole(own)
    if (foreign === '' || role === undefined) {
      const names = Object.keys(SYSTEM_ROLES).join(', ')
      throw new SettingsError({
        en: `--identity-roles: ${entry} is not ROLE=SYSTEM ROLE, one of ${names}`,
        zh: `--identity-roles：${entry} 不是 ROLE=系统角色，系统角色为 ${names} 之一`,
      })
    }
    map[foreign] = role
  }
  return map
}
