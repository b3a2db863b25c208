import { readFileSync } from 'node:fs'
import type { ConnectionBounds } from '../http/open-connections.ts'
import type { Settings } from './settings-table.ts'

/** One in so many connections may have its handshake under way, for each may take 50 KiB meanwhile. */
const CONNECTIONS_PER_HANDSHAKE = 8
const MIN_HANDSHAKES = 16
/** File descriptors that are kept for files, the database and other services. */
const KEPT_DESCRIPTORS = 256

/**
 * How many connections a node takes: as many as the settings say, and never so many that the system has
 * no file descriptor left for the audit log and the database.
 */
export function connectionBounds(settings: Settings): ConnectionBounds {
  const maxOpen = Math.min(settings['max-connections'], connectionsOfSystem() ?? Infinity)
  return {
    maxOpen,
    maxOfAddress: settings['max-connections-per-address'],
    maxHandshakes: Math.max(MIN_HANDSHAKES, Math.ceil(maxOpen / CONNECTIONS_PER_HANDSHAKE)),
  }
}

/**
 * What is wrong with the bound on connections, for the log; undefined when nothing is.
 *
 * @param ofSystem As {@link connectionsOfSystem} says.
 */
export function problemOfBounds(
  settings: Pick<Settings, 'max-connections'>,
  ofSystem = connectionsOfSystem(),
): string | undefined {
  const wanted = settings['max-connections']
  if (ofSystem === undefined || wanted <= ofSystem) return undefined
  return `the system's bound on open files leaves room for ${ofSystem} of --max-connections ${wanted}`
}

/** How many connections the system's bound on open files leaves room for; undefined when it does not say. */
export function connectionsOfSystem(limits = readLimits()): number | undefined {
  const bound = /^Max open files +(\d+)/m.exec(limits)?.[1]
  return bound === undefined ? undefined : Math.max(1, Number(bound) - KEPT_DESCRIPTORS)
}

/** Source: proc_pid_limits(5). */
function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return ''
  }
}
