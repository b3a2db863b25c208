import { type Stats, statSync } from 'node:fs'
import { type SealSettings, sealFile } from '../seal-settings.ts'
import type { Settings } from '../settings-table.ts'
import type { Finding } from './finding.ts'

const EVERYBODY = 0o007

/** Files with secrets that settings name, and what whoever reads one of them can do. */
const SECRET_FILES = {
  'seal-passphrase-file': 'with a copy of the root key file it opens every key',
  'seal-kms-credentials': 'with a copy of the root key file it opens every key',
  'store-password-file': 'it opens the database',
  'webhook-secret-file': 'whoever has it can make up events',
  'audit-syslog-key': 'whoever has it can make up audit records for the receiver',
} as const satisfies Partial<Record<keyof Settings, string>>

/** Whether files with secrets can be read by those alone who should, and lie apart from what they open. */
export function checkSecretFiles(directory: string, settings: Settings): readonly Finding[] {
  const names = Object.keys(SECRET_FILES) as (keyof typeof SECRET_FILES)[] // its own keys
  return names.flatMap((name) => {
    const path = settings[name]
    const found = path === undefined ? undefined : regularFile(path)
    if (path === undefined || found === undefined) return []
    return [
      ...openToAll(name, path, found),
      ...(name === 'seal-passphrase-file' ? besideItsSeal(path, found, directory, settings) : []),
    ]
  })
}

function openToAll(
  name: keyof typeof SECRET_FILES,
  path: string,
  { mode }: Stats,
): readonly Finding[] {
  // Windows has no such modes.
  if (process.getuid === undefined || (mode & EVERYBODY) === 0) return []
  return [
    {
      about: name,
      severity: 'problem',
      found: `everybody may read ${path} (mode ${(mode & 0o777).toString(8)})`,
      means: SECRET_FILES[name],
      remedy: `chmod 600 ${path}, and change what is in it if others had access`,
    },
  ]
}

/** Who gets the disk is whom a passphrase keeps out. */
function besideItsSeal(
  path: string,
  { dev }: Stats,
  directory: string,
  settings: Pick<SealSettings, 'root-key'>,
): readonly Finding[] {
  const sealed = regularFile(sealFile(directory, { 'root-key': settings['root-key'] }))
  if (sealed === undefined || sealed.dev !== dev) return []
  return [
    {
      about: 'seal-passphrase-file',
      severity: 'warning',
      found: `${path} is on the disk of the root key file`,
      means: 'who gets that disk has both: the seal keeps nothing from them',
      remedy:
        'have it from elsewhere, as a credential of systemd or a mounted secret, or unseal by hand',
    },
  ]
}

function regularFile(path: string): Stats | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    return found?.isFile() === true ? found : undefined
  } catch {
    return undefined // whoever needs the file says what is wrong with it
  }
}
