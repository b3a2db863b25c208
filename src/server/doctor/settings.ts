import { existsSync, readFileSync, statSync } from 'node:fs'
import { type CertificateFacts, certificateFacts } from '../../crypto/certificate.ts'
import { readTable } from '../read-table.ts'
import { parseAddress } from '../settings.ts'
import type { Settings } from '../settings-table.ts'
import { TOKEN_FIELDS } from '../tokens.ts'
import { type Finding, failed, good, span } from './finding.ts'

const DAY_MS = 86_400_000
const SOON_MS = 30 * DAY_MS
const VERY_SOON_MS = 7 * DAY_MS
const LOOPBACK = /^(127\.|::1$|localhost$)/

/** Whether the settings promise what a production needs. */
export function checkSettings(settings: Settings, now: number): readonly Finding[] {
  return [
    ...checkListening(settings, now),
    ...checkClockSetting(settings),
    ...checkTokens(settings),
  ]
}

function checkListening(settings: Settings, now: number): readonly Finding[] {
  const { listen, 'tls-cert': certFile, 'tls-key': keyFile } = settings
  if (certFile !== undefined && keyFile !== undefined) {
    return [...checkPrivateKey(keyFile), checkCertificate(settings, certFile, keyFile, now)]
  }
  const { host } = parseAddress(listen)
  if (LOOPBACK.test(host)) return [good('listening', `${listen}, this machine alone`)]
  return [
    {
      about: 'listening',
      severity: 'problem',
      found: `${listen} without TLS`,
      means: 'keys and passwords travel readable',
      remedy: 'set --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy with TLS',
    },
  ]
}

function checkPrivateKey(keyFile: string): readonly Finding[] {
  const found = statSync(keyFile, { throwIfNoEntry: false })
  if (found === undefined || process.getuid === undefined || (found.mode & 0o007) === 0) return []
  return [
    {
      about: 'TLS key',
      severity: 'problem',
      found: `everybody may read ${keyFile}`,
      means: 'whoever has it can be this server for its clients',
      remedy: `chmod 600 ${keyFile}, and get a new certificate if others had access`,
    },
  ]
}

function checkCertificate(
  settings: Settings,
  certFile: string,
  keyFile: string,
  now: number,
): Finding {
  const about = 'TLS certificate'
  let facts: CertificateFacts
  try {
    facts = certificateFacts(readFileSync(certFile), readFileSync(keyFile))
  } catch (error) {
    return failed(
      about,
      error,
      'the server does not start with it',
      'see that both files are there, readable and PEM',
    )
  }
  const leftMs = facts.validTo - now
  const publicUrl = settings['public-url']
  const host =
    publicUrl === undefined ? undefined : new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')
  const until = new Date(facts.validTo).toISOString()
  if (!facts.isOfKey) {
    return {
      about,
      severity: 'problem',
      found: `${certFile} is not for the key in ${keyFile}`,
      means: 'the server does not start with them',
      remedy: 'put the certificate beside the key that it was made for',
    }
  }
  if (leftMs <= 0 || facts.validFrom > now) {
    return {
      about,
      severity: 'problem',
      found: leftMs <= 0 ? `expired at ${until}` : 'not valid yet',
      means: 'no client connects that looks at it',
      remedy: 'renew it; the server takes the new one without a restart',
    }
  }
  if (host !== undefined && !facts.isForHost(host)) {
    return {
      about,
      severity: 'problem',
      found: `it is not for ${host}, the host of --public-url`,
      means: 'no client connects that looks at it',
      remedy: 'get one for that name, or correct --public-url',
    }
  }
  if (leftMs > SOON_MS) return good(about, `good until ${until}`)
  return {
    about,
    severity: leftMs < VERY_SOON_MS ? 'problem' : 'warning',
    found: `expires in ${span(leftMs)}, at ${until}`,
    means: 'then no client connects that looks at it',
    remedy: 'renew it; the server takes the new one without a restart',
  }
}

function checkClockSetting({ clock }: Settings): readonly Finding[] {
  if (clock === 'system') return []
  return [
    {
      about: 'clock setting',
      severity: 'warning',
      found: `--clock ${clock}`,
      means: 'time stands still until somebody advances it: keys do not rotate by themselves',
      remedy: 'leave --clock out, but for tests',
    },
  ]
}

/** Files of PKCS #11 tokens. Nobody signs in: a token locks after a few wrong PINs. */
function checkTokens({ tokens: file }: Settings): readonly Finding[] {
  if (file === undefined) return []
  const about = 'PKCS #11'
  try {
    return readTable(file, 'token', TOKEN_FIELDS).map((entry) => {
      const module = entry.text('module')
      entry.secret('pin-file').wipe()
      if (existsSync(module)) return good(about, `${entry.text('cluster-id')}: ${module} is there`)
      return {
        about,
        severity: 'problem' as const,
        found: `there is no module ${module}`,
        means: `keys in the token ${entry.text('token-label')} cannot be used`,
        remedy: 'install the library of the token, or correct its path',
      }
    })
  } catch (error) {
    return [failed(about, error, 'keys in tokens cannot be used', `correct ${file}`)]
  }
}
