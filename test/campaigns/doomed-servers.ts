import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Credentials, passwordAuth, signIn, startTestServer } from '../server.ts'
import { type AgedStore, clockAt, DUE_DAYS, passing } from './aged-store.ts'
import { openLine } from './call-line.ts'
import type { DoomedKind } from './doomed.ts'
import { copied, type Keys } from './doomed-folder.ts'
import { checkFolder } from './power-check.ts'
import type { KeyPicture } from './power-work.ts'
import type { Chance } from './seeded-chance.ts'

const REASON = 'all rows, by the job of 2 January'

/** Servers that are killed while rotations and deletions fall due in batches, and versions are retired. */
export const DOOMED_SERVERS = {
  due: async ({ aged }, folder, chance) => {
    const store = await aged()
    const data = await copied(store.data, folder)
    const retired: string[] = []
    const expected = (isAllDone: boolean): Keys => ({
      projectId: store.projectId,
      keys: new Map(
        [...store.pictures].map(([id, picture]) => [id, mayBe(store, id, picture, isAllDone)]),
      ),
      unsureAliases: new Set(),
    })
    return {
      args: [
        ...['serve', '--listen', '127.0.0.1:0', '--data', data, '--workers', '1'],
        ...['--log-level', 'error', ...clockAt(0)],
      ],
      async during(url) {
        const text = await readFile(join(data, 'bootstrap-credentials.json'), 'utf8')
        const credentials: Credentials = JSON.parse(text)
        const token = await signIn(url, passwordAuth(credentials))
        const [line, other] = [openLine(url), openLine(url)]
        try {
          // Until then nothing is due, but old versions have not been used for a day.
          await line.call({ path: '/keyturn/v1/clock', token, body: passing(2) })
          const passed = line.call({
            path: '/keyturn/v1/clock',
            token,
            body: passing(DUE_DAYS - 2),
          })
          for (const id of shuffled(store.old, chance)) {
            const path = `/keyturn/v1/${store.projectId}/keys/${id}/versions/1/retire`
            const body = { re_encrypted: REASON, unused_days: 1 }
            const { status, code } = await other.call({ path, token, body })
            if (status === 0) break
            if (status !== 200) throw new Error(`retiring a version: ${status} ${code}`)
            retired.push(id)
          }
          await passed
        } finally {
          line.close()
          other.close()
        }
      },
      async check() {
        const problems = [...(await checkFolder(data, { ...expected(false), records: [] }))]
        problems.push(...(await endOf(data, store, retired)))
        return [...problems, ...(await checkFolder(data, { ...expected(true), records: [] }))]
      },
    }
  },
} as const satisfies Readonly<Record<string, DoomedKind>>

/** What may be found of a key; once all is done, there is one thing. */
function mayBe(
  { rotating, dying }: AgedStore,
  id: string,
  before: KeyPicture,
  isAllDone: boolean,
): readonly (KeyPicture | undefined)[] {
  const { rotations, versions, materials } = before
  const once = { rotations: rotations + 1, versions: versions + 1, materials: materials + 1 }
  if (dying.has(id)) return isAllDone ? [undefined] : [before, undefined]
  if (!rotating.has(id)) return [before]
  return isAllDone ? [{ ...before, ...once }] : [before, { ...before, ...once }]
}

/** Lets a server do what is left, and asks it of what was acknowledged. */
async function endOf(
  data: string,
  store: AgedStore,
  retired: readonly string[],
): Promise<readonly string[]> {
  const problems: string[] = []
  const server = await startTestServer({ directory: data, flags: clockAt(DUE_DAYS) })
  try {
    const body = JSON.stringify(passing(0))
    const passed = await server.send('POST', '/keyturn/v1/clock', { body })
    if (passed.status >= 300) problems.push(`time does not pass: ${passed.text}`)
    for (const { plain, cipher } of store.texts) {
      const { body: opened, text } = await server.kms('decrypt-data', { cipher_text: cipher })
      if (opened.plain_text !== plain) problems.push(`a text does not open: ${text}`)
    }
    for (const id of retired) {
      const path = `/keyturn/v1/${store.projectId}/keys/${id}/versions`
      const { body: answer } = await server.send('GET', path)
      const state = answer.versions.at(-1)?.state
      if (state !== 'retired') problems.push(`version 1 of ${id} was retired, and is ${state}`)
    }
  } finally {
    await server.stop()
  }
  return problems
}

function shuffled<T>(all: readonly T[], chance: Chance): readonly T[] {
  return all
    .map((each) => [chance.below(2 ** 30), each] as const)
    .sort(([a], [b]) => a - b)
    .map(([, each]) => each)
}
