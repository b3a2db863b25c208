import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`,
)

/** A clock that lies to one process as it is told. */
export interface FalseClock {
  /** Variables of the process. */
  readonly environment: Readonly<Record<string, string>>
  /** Sets the clock to be so far ahead of the right one, in milliseconds. */
  readonly set: (aheadMs: number) => void
  /** Lets it stand still at what it says. */
  readonly freeze: () => void
  /** What it says, in milliseconds since 1970. */
  readonly now: () => number
}

/** Why there can be none; undefined when there can. */
export function noFalseClock(): string | undefined {
  return library() === undefined ? 'libfaketime is not installed' : undefined
}

/** A clock for a process, right to begin with; the steady clock of the process is left as it is. */
export function falseClock(directory: string): FalseClock {
  const file = join(directory, 'false-clock')
  let aheadMs = 0
  let frozenAt: number | undefined
  // Replaced at once: the process reads it whenever it asks what time it is.
  const write = (text: string) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  write('+0')
  return {
    environment: {
      LD_PRELOAD: library() ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
      TZ: 'UTC',
    },
    set(ms) {
      aheadMs = ms
      frozenAt = undefined
      write(`${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1000}`)
    },
    freeze() {
      frozenAt = Math.floor((Date.now() + aheadMs) / 1000) * 1000
      write(new Date(frozenAt).toISOString().slice(0, 19).replace('T', ' '))
    },
    now: () => frozenAt ?? Date.now() + aheadMs,
  }
}

function library(): string | undefined {
  return LIBRARIES.find((path) => existsSync(path))
}
