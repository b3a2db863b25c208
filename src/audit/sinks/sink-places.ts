import { readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'

/** How far a chain was read: what stands before this offset of a file was. */
export interface SinkPlace {
  readonly sequence: number
  /** Bytes. */
  readonly offset: number
}

/** Places by the ids of their chains. */
export type SinkPlaces = ReadonlyMap<string, SinkPlace>

/**
 * Reads how far a sink has everything; undefined when nothing was ever noted.
 *
 * @throws {Error} when the file is none of ours: to begin anew it must be deleted by whoever knows why
 */
export function readPlaces(path: string): SinkPlaces | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const places = new Map<string, SinkPlace>()
  for (const line of text.split('\n').slice(0, -1)) {
    const match = /^([0-9a-f]{16}) (\d{1,9}) (\d{1,15})$/.exec(line)
    if (match === null) throw new Error(`${path} does not say how far a sink was served`)
    const [, chain = '', sequence, offset] = match
    places.set(chain, { sequence: Number(sequence), offset: Number(offset) })
  }
  return places
}

/** Notes how far a sink has everything: a line `CHAIN FILE-NUMBER OFFSET` for each chain, on the disk at once. */
export async function writePlaces(path: string, places: SinkPlaces): Promise<void> {
  const lines = [...places].map(
    ([chain, { sequence, offset }]) => `${chain} ${sequence} ${offset}\n`,
  )
  const fresh = `${path}.new`
  const file = await open(fresh, 'w', 0o600)
  try {
    await file.writeFile(lines.join(''))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(fresh, path)
}
