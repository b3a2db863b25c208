import type { Exchange } from './raw-bridge.ts'

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g

/**
 * An exchange with what differs from run to run replaced by what it is. Ids keep their identity
 * within an exchange: the same id is the same word.
 *
 * @param words Texts of this run, and what to put in their place.
 */
export function normalise(exchange: Exchange, words: Readonly<Record<string, string>>): Exchange {
  const ids = new Map<string, string>()
  const text = (value: string): string => {
    let result = value
    for (const [from, to] of Object.entries(words)) result = result.replaceAll(from, to)
    if (result.includes('-----BEGIN')) return '<PEM>'
    result = result.replace(UUID, (id) => {
      if (!ids.has(id)) ids.set(id, `<id ${ids.size + 1}>`)
      return ids.get(id) ?? ''
    })
    if (/^\d{13}$/.test(result)) return '<milliseconds>'
    if (/^\d{4}-\d\d-\d\dT/.test(result)) return '<time>'
    if (/^([0-9a-f]{2}){16,}$/.test(result)) return '<hex>'
    const isLong = result.length >= 32 && !result.includes('<') && !/[-_ ]/.test(result)
    return isLong && /^[0-9a-zA-Z+/]+={0,2}$/.test(result) ? '<base64>' : result
  }
  const walk = (value: unknown, name = ''): unknown => {
    if (typeof value === 'string') return text(value)
    if (name === 'expiration_time' && typeof value === 'number') return '<seconds>'
    if (Array.isArray(value)) return value.map((item) => walk(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, walk(member, key)]),
    )
  }
  return walk(exchange) as Exchange
}
