import type { KeyToken } from '../ports/key-token.ts'
import { openPkcs11Token } from '../tokens/pkcs11-token.ts'
import { readTable } from './read-table.ts'
import { SettingsError } from './settings.ts'

const TIMEOUT_MS = 5000
/** What an entry of the file of tokens may have. */
export const TOKEN_FIELDS: readonly string[] = [
  'cluster-id',
  'module',
  'token-label',
  'pin-file',
  'timeout-ms',
]

/**
 * The tokens that `file` names: `[[token]]` entries with cluster-id, module (a PKCS #11 library),
 * token-label and pin-file. Nothing is opened before it is used.
 *
 * @throws {SettingsError}
 */
export function readTokens(file: string | undefined): ReadonlyMap<string, KeyToken> {
  const tokens = new Map<string, KeyToken>()
  if (file === undefined) return tokens
  for (const entry of readTable(file, 'token', TOKEN_FIELDS)) {
    const clusterId = entry.text('cluster-id')
    if (tokens.has(clusterId)) {
      throw new SettingsError({
        en: `${file}: ${clusterId} is there twice`,
        zh: `${file}：${clusterId} 重复`,
      })
    }
    tokens.set(
      clusterId,
      openPkcs11Token({
        module: entry.text('module'),
        tokenLabel: entry.text('token-label'),
        pin: entry.secret('pin-file'),
        timeoutMs: entry.optionalNumber('timeout-ms') ?? TIMEOUT_MS,
      }),
    )
  }
  return tokens
}
