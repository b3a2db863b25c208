import { statfsSync } from 'node:fs'
import { type Finding, good, size } from './finding.ts'

const LEAST_NODE = 26
const MIB = 1024 * 1024
/** With less the next audit record may find no room, and then nobody is served. */
const LITTLE_BYTES = 200 * MIB
const SOME_BYTES = 2048 * MIB

/** The Node.js that this runs on. */
export function checkNode(version: string): Finding {
  const about = 'Node.js'
  if (Number(version.slice(1).split('.')[0]) >= LEAST_NODE) return good(about, version)
  return {
    about,
    severity: 'problem',
    found: version,
    means: `Keyturn needs Node.js ${LEAST_NODE} or newer`,
    remedy: 'install it, or start by npm start, which brings it along',
  }
}

/** Room on the disk of the data folder. */
export function checkDisk(directory: string): Finding {
  const { bavail, blocks, bsize } = statfsSync(directory)
  const free = bavail * bsize
  const found = `${size(free)} free of ${size(blocks * bsize)}`
  const about = 'disk'
  if (free >= SOME_BYTES) return good(about, found)
  return {
    about,
    severity: free < LITTLE_BYTES ? 'problem' : 'warning',
    found,
    means: 'when the audit log or the database cannot be written, nobody is served',
    remedy:
      'make room; closed files of the audit log may be moved away once they are verified and kept',
  }
}
