import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The lines of all chains below an audit folder, by the ids of the chains. */
export function fileLines(folder: string): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>()
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  for (const name of names) {
    const chain = /(?:^|\/)audit-([0-9a-f]{16})-\d+\.jsonl$/.exec(name)?.[1]
    if (chain === undefined) continue
    const found = readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1)
    if (found.length > 0) lines.set(chain, [...(lines.get(chain) ?? []), ...found])
  }
  return lines
}

/**
 * What a receiver makes of what it got: the lines of each chain as they stand in its files, each once.
 *
 * @throws {Error} for a line that came twice and was not the same
 */
export function receivedLines(texts: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>()
  const seen = new Map<string, string>()
  for (const text of texts) {
    const record = /^\{"chain":"([0-9a-f]{16})",("n":(\d+),.*)$/s.exec(text)
    const seal = /^\{"seal":\{"v":2,"chain":"([0-9a-f]{16})","n":(\d+),/.exec(text)
    const chain = record?.[1] ?? seal?.[1] ?? 'none'
    const line = record === null ? text : `{${record[2]}`
    const id = `${chain} ${record === null ? 'seal' : 'record'} ${record?.[3] ?? seal?.[2]}`
    const before = seen.get(id)
    if (before !== undefined && before !== line) throw new Error(`${id} came in two forms`)
    if (before === undefined) lines.set(chain, [...(lines.get(chain) ?? []), line])
    seen.set(id, line)
  }
  return lines
}

/** The text of a syslog message, and its header. */
export function partsOf(message: string): { readonly header: string; readonly text: string } {
  const at = message.indexOf('{')
  return { header: message.slice(0, at), text: message.slice(at) }
}
