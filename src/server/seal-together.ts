import type { KmsPeerSettings } from './kms-peer.ts'
import type { SealTokenSettings } from './seal-token.ts'
import { requireSealUrl } from './seal-url.ts'
import { SettingsError } from './settings-error.ts'
import type { Settings } from './settings-table.ts'

/** Settings of the service of a kms seal that mean nothing without its address. */
const OF_KMS = ['seal-kms-credentials', 'seal-kms-project', 'seal-kms-ca'] as const

/** Settings about the seal that have to fit each other. */
export type SealTogether = Pick<Settings, 'seal'> & KmsPeerSettings & SealTokenSettings

/**
 * Refuses settings of the seal that do not go together. No file is read.
 *
 * @throws {SettingsError}
 */
export function requireGoodSeal(settings: SealTogether): void {
  const { seal, 'seal-kms-url': url, 'seal-kms-credentials': credentials } = settings
  if (seal === 'kms' && url === undefined) throw sealNeeds(seal, 'seal-kms-url')
  if (seal === 'pkcs11' && settings['seal-token'] === undefined) throw sealNeeds(seal, 'seal-token')
  const stray = url === undefined ? OF_KMS.find((name) => settings[name] !== undefined) : undefined
  if (stray !== undefined) {
    throw new SettingsError({
      en: `--${stray} goes with --seal-kms-url`,
      zh: `--${stray} 须与 --seal-kms-url 一同给出`,
    })
  }
  if (url === undefined) return
  if (credentials === undefined) {
    throw new SettingsError({
      en: '--seal-kms-credentials is missing: who calls the service at --seal-kms-url',
      zh: '缺少 --seal-kms-credentials：以何身份调用 --seal-kms-url 处的服务',
    })
  }
  requireSealUrl(url)
}

function sealNeeds(seal: string, name: string): SettingsError {
  return new SettingsError({
    en: `--seal ${seal} needs --${name}`,
    zh: `--seal ${seal} 需要 --${name}`,
  })
}
