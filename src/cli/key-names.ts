import { type Client, KeyturnError, pages } from '../client/index.ts'
import type { TerminalWords } from './terminal-words.ts'

const KEY_ID = /^[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$/
/** Members of requests that name a key. */
const NAMES_A_KEY = /(?:^|_)key_id$/

/**
 * The id of the key that is meant by its id or its alias.
 *
 * @throws {KeyturnError} `refused`, with status 404, when no key has that alias
 */
export async function keyIdOf(
  client: Client,
  named: string,
  { noSuchAlias }: TerminalWords,
): Promise<string> {
  if (KEY_ID.test(named)) return named
  const search = { alias: named, sort: 'alias', order: 'asc', limit: 10 } as const
  for await (const { keys } of pages(client.searchKeys, search)) {
    const found = keys.find(({ key_alias: alias }) => alias === named)
    if (found !== undefined) return found.key_id
    // The alias itself is the first of those that begin with it.
    if (keys.length > 0) break
  }
  const facts = { kind: 'refused', operation: 'SearchKeys', status: 404 } as const
  throw new KeyturnError(noSuchAlias(named), facts)
}

/** `members` with the ids of keys in the place of aliases. */
export async function withKeyIds(
  client: Client,
  members: Readonly<Record<string, unknown>>,
  words: TerminalWords,
): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, unknown> = { ...members }
  for (const [name, value] of Object.entries(members)) {
    if (namesKey(name) && typeof value === 'string' && value !== '') {
      found[name] = await keyIdOf(client, value, words)
    }
  }
  return found
}

/** Whether a member of that name names a key. */
export function namesKey(name: string): boolean {
  return NAMES_A_KEY.test(name)
}
