import { existsSync, readdirSync, readFileSync } from 'node:fs'

const LOOK_EACH_MS = 25

/** Whether arguments and variables of processes can be read here. */
export const canSeeProcesses = existsSync('/proc/self/cmdline')

/**
 * Looks at the arguments and variables of a process and of all that it starts, until it is told to end.
 *
 * @param places Takes what was seen, by what it is.
 */
export function watchProcesses(name: string, pid: number, places: Map<string, Buffer>): () => void {
  const look = () => {
    for (const one of [pid, ...descendants(pid)]) {
      for (const file of ['cmdline', 'environ', 'comm'] as const) {
        const content = readOf(one, file)
        if (content === undefined || content.length === 0) continue
        places.set(`${file} of ${name}${one === pid ? '' : `, process ${one} of it`}`, content)
      }
    }
  }
  look()
  const timer = setInterval(look, LOOK_EACH_MS)
  return () => {
    look()
    clearInterval(timer)
  }
}

function descendants(pid: number): readonly number[] {
  const found: number[] = []
  for (const thread of threadsOf(pid)) {
    const children = readOf(pid, `task/${thread}/children`)?.toString('latin1').trim() ?? ''
    for (const child of children.split(' ').filter((text) => text !== '')) {
      found.push(Number(child), ...descendants(Number(child)))
    }
  }
  return found
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return [] // it is gone
  }
}

function readOf(pid: number, file: string): Buffer | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`)
  } catch {
    return undefined // it is gone
  }
}
