import { api, session } from '../../api/session.ts'

/** Most keys whose aliases are remembered. */
const MOST_KNOWN = 500

const known = new Map<string, Promise<string | undefined>>()

/** The alias of a key; undefined when it is gone, or may not be looked at. Asked for once. */
export function aliasOf(keyId: string): Promise<string | undefined> {
  const name = `${session()?.projectId} ${keyId}`
  const before = known.get(name)
  if (before !== undefined) return before
  if (known.size >= MOST_KNOWN) known.clear()
  const asked = api()
    .showKeyRow({ key_id: keyId })
    .then(
      ({ key }) => key.key_alias,
      () => undefined,
    )
  known.set(name, asked)
  return asked
}
