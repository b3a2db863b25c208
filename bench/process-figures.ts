import { readdir, readFile } from 'node:fs/promises'

/**
 * CPU time that the living threads of a process have used so far, in seconds. Source: the kernel's
 * sched-stats, /proc/PID/task/TID/schedstat, first field, in nanoseconds.
 */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const folder = `/proc/${pid}/task`
  const threads = await readdir(folder)
  const texts = await Promise.all(
    // A thread may end in the meantime; what it used is then left out.
    threads.map((thread) => readFile(`${folder}/${thread}/schedstat`, 'utf8').catch(() => '0')),
  )
  return texts.reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1e9, 0)
}

/** Memory of a process that is in RAM, in MiB. Source: proc(5), /proc/PID/status. */
export async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

/** Children of a process. Source: proc(5), /proc/PID/task/TID/children. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

/** CPU time that the living children of a process have used so far, in seconds. */
export async function childrenCpuSecondsOf(pid: number): Promise<number> {
  const used = (await childrenOf(pid)).map((child) => cpuSecondsOf(child).catch(() => 0))
  return (await Promise.all(used)).reduce((sum, seconds) => sum + seconds, 0)
}
