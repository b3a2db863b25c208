import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A request for `wrk`, Debian's load generator: it takes a fifth of the CPU time that ours takes. */
export interface WrkRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON text of the body; several are sent in turn. */
  readonly bodies: readonly string[]
}

/** What a run of `wrk` measured. */
export interface WrkResult {
  readonly requests: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Replies that were no success. */
  readonly failures: number
  /** CPU time of the load generator itself, in seconds. */
  readonly cpuSeconds: number
}

/**
 * Sends requests without pause.
 *
 * @throws {Error} when `wrk` is not installed
 */
export async function runWrk(
  request: WrkRequest,
  connections: number,
  durationMs: number,
): Promise<WrkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-wrk-'))
  try {
    const script = join(folder, 'request.lua')
    await writeFile(script, luaOf(request))
    const seconds = Math.max(1, Math.round(durationMs / 1000))
    const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, request.url]
    const clock = join(folder, 'cpu')
    // The shell's own `times` tells what its child has used.
    const line = `wrk "$@"; times > ${clock}`
    const output = await outputOf('bash', ['-c', line, 'wrk', ...args])
    const figures = /^FIGURES (.*)$/m.exec(output)?.[1]
    if (figures === undefined) throw new Error(`wrk printed: ${output}`)
    const result: Omit<WrkResult, 'cpuSeconds'> = JSON.parse(figures)
    return { ...result, cpuSeconds: childCpuSeconds(await readFile(clock, 'utf8')) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function luaOf({ headers, bodies }: WrkRequest): string {
  const lua = (text: string) => `[==[${text}]==]`
  return `
    wrk.method = 'POST'
    wrk.headers['Content-Type'] = 'application/json'
    ${Object.entries(headers)
      .map(([name, value]) => `wrk.headers[ ${lua(name)} ] = ${lua(value)}`)
      .join('\n')}
    local requests = {}
    function init()
      ${bodies.map((body) => `table.insert(requests, wrk.format(nil, nil, nil, ${lua(body)}))`).join('\n')}
    end
    local at = 0
    function request()
      at = at % #requests + 1
      return requests[at]
    end
    function done(summary, latency)
      local errors = summary.errors
      io.write(string.format(
        'FIGURES {"requests":%d,"seconds":%.6f,"p50Ms":%.3f,"p99Ms":%.3f,"failures":%d}\\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
        latency:percentile(99) / 1000,
        errors.status + errors.connect + errors.read + errors.write + errors.timeout))
    end`
}

/** What `times` prints: a line for the shell and one for its children, user and system each. */
function childCpuSeconds(text: string): number {
  const [, children = ''] = text.trim().split('\n')
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  )
}

function outputOf(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.once('error', reject)
    child.once('close', () => resolve(output))
  })
}
