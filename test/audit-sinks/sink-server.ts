import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { TestServer } from '../server.ts'
import { fileLines, partsOf, receivedLines } from './sink-stream.ts'

/** Short, so that tests need not wait for long. */
export const LAG = ['--audit-sink-lag-ms', '3000'] as const

/** Flags for syslog over TCP to a port of this machine, by which service stands and falls. */
export function tcpFlags(port: number): readonly string[] {
  return [
    ...['--audit-sinks', 'file,syslog', '--audit-syslog', `syslog+tcp://127.0.0.1:${port}`],
    ...LAG,
  ]
}

/** The same, but nothing is refused without it. */
export function bestEffort(flags: readonly string[]): readonly string[] {
  return flags.map((flag) => flag.replace('file,syslog', 'file,syslog:best-effort'))
}

/** Waits until something is so. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, `in ${timeoutMs / 1000} s not: ${what}`)
    await setTimeout(50)
  }
}

/** Status and body of a page that anybody may see. */
export async function probe(server: Pick<TestServer, 'url'>, path: string): Promise<string> {
  const response = await fetch(`${server.url}${path}`)
  return `${response.status} ${await response.text()}`
}

/** What a receiver has. */
export interface Received {
  readonly messages: readonly string[]
  readonly problems: readonly string[]
}

/** The lines in what receivers have. */
export function textsOf(...receivers: readonly Received[]): readonly string[] {
  return receivers.flatMap(({ messages }) => messages.map((message) => partsOf(message).text))
}

/** Every line of every chain of a data folder is there, in order. */
export function assertWhole(directory: string, ...receivers: readonly Received[]): void {
  for (const { problems } of receivers) assert.deepEqual(problems, [])
  const there = receivedLines(textsOf(...receivers))
  const here = fileLines(join(directory, 'audit'))
  assert.ok(here.size > 0)
  assert.deepEqual([...there.keys()].sort(), [...here.keys()].sort())
  for (const [chain, lines] of here) assert.deepEqual(there.get(chain), lines)
}
