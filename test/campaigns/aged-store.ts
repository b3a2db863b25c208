import { join } from 'node:path'
import { DAY_MS } from '../../src/core/time.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'
import { startTestServer } from '../server.ts'
import { DATABASE, rootOf } from './doomed-folder.ts'
import { picturesIn } from './power-check.ts'
import type { KeyPicture } from './power-work.ts'

/** Keys of each sort. */
const KEYS = 30
const BEGIN_MS = Date.UTC(2026, 0, 1)
/** After so many days all rotations and deletions are due, and no second rotation. */
export const DUE_DAYS = 42
const INTERVAL_DAYS = 30

/** A data folder in which time stands still before much falls due. */
export interface AgedStore {
  readonly data: string
  readonly pictures: ReadonlyMap<string, KeyPicture>
  readonly projectId: string
  /** Keys that rotate by themselves. */
  readonly rotating: ReadonlySet<string>
  /** Keys whose waiting period ends. */
  readonly dying: ReadonlySet<string>
  /** Keys with an old version that is no longer needed. */
  readonly old: readonly string[]
  readonly texts: readonly { readonly plain: string; readonly cipher: string }[]
}

/** Makes it. */
export async function makeAged(data: string): Promise<AgedStore> {
  const server = await startTestServer({ directory: data, flags: clockAt(0) })
  const [rotating, dying, old] = [new Set<string>(), new Set<string>(), [] as string[]]
  const texts: { plain: string; cipher: string }[] = []
  const ask = async (name: string, body: object) => {
    const { status, text, body: answer } = await server.kms(name, body)
    if (status !== 200) throw new Error(`${name}: ${text}`)
    return answer
  }
  try {
    for (let n = 0; n < KEYS; n++) {
      const [one, two, three] = [
        await server.createKey(),
        await server.createKey(),
        await server.createKey(),
      ]
      const plain = crypto.randomUUID()
      const { cipher_text: cipher } = await ask('encrypt-data', { key_id: one, plain_text: plain })
      texts.push({ plain, cipher })
      for (const key_id of [one, three]) {
        await ask('enable-key-rotation', { key_id })
        const rotation_interval = key_id === one ? INTERVAL_DAYS : 365
        await ask('update-key-rotation-interval', { key_id, rotation_interval })
        await ask('rotate-on-demand', { key_id })
      }
      await ask('schedule-key-deletion', { key_id: two, pending_days: '7' })
      rotating.add(one)
      dying.add(two)
      old.push(three)
    }
  } finally {
    await server.stop()
  }
  const projectId = server.credentials.project_id
  const storage = await openSqlite({ file: join(data, DATABASE) })
  const pictures = await picturesIn(await rootOf(data), storage, projectId)
  await storage.close()
  return { data, pictures, projectId, rotating, dying, old, texts }
}

/** Flags of a server whose clock stands still so many days after all was made. */
export function clockAt(days: number): readonly string[] {
  const at = new Date(BEGIN_MS + days * DAY_MS).toISOString()
  return ['--clock', `virtual:${at}`, '--clock-step-limit', '9999d']
}

/** What lets days pass. */
export function passing(days: number) {
  return { days, milliseconds: 1 }
}
