import { isLoopback } from './loopback.ts'
import { SettingsError } from './settings-error.ts'
import { hasCredentials } from './url-credentials.ts'

/**
 * The URL of the service whose key seals.
 *
 * @throws {SettingsError} also for one that would send the sealing key, and whoever asks for it, readable over a
 *   network: nothing that a root key hangs under goes that way, whatever else may
 */
export function requireSealUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url === undefined || !isWeb || hasCredentials(url)) {
    throw new SettingsError({
      en: '--seal-kms-url must be a URL, as https://kms.example, without user and password',
      zh: '--seal-kms-url 必须是 URL，如 https://kms.example，且不含用户名和密码',
    })
  }
  if (url.protocol === 'https:' || isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) return
  throw new SettingsError({
    en:
      `--seal-kms-url: ${url.hostname} is another machine, and over http:// the key that guards the root key ` +
      'would travel readable: https:// it must be',
    zh: `--seal-kms-url：${url.hostname} 是另一台机器，经 http:// 传输时，保护根密钥的密钥会以明文传送：必须使用 https://`,
  })
}
