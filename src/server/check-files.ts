import { syslogPlace, wantedSinks } from './audit-sink-settings.ts'
import { kmsPeer } from './kms-peer.ts'
import type { Settings } from './settings-table.ts'

/**
 * Reads the files that the settings of audit sinks name, as the server will.
 *
 * @throws {SettingsError}
 */
export function requireSinkFiles(settings: Settings): void {
  if (wantedSinks(settings).some(({ name }) => name === 'syslog')) syslogPlace(settings)
}

/**
 * Reads the credentials and certificates that the settings of a kms seal name.
 *
 * @throws {SettingsError}
 */
export function requireSealFiles(settings: Settings): void {
  kmsPeer(settings)
}
