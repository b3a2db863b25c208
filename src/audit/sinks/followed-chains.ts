import { stat } from 'node:fs/promises'
import { type ChainFile, chainFiles } from '../chain-files.ts'
import type { ThreadFolder } from '../log-reader.ts'
import { endOfGroups, readGroups } from './read-groups.ts'
import type { SinkPlace, SinkPlaces } from './sink-places.ts'

/** How often folders are looked through for new chains and files. */
const LOOK_AGAIN_MS = 1000

/** Lines that come next in a chain. */
export interface NextLines {
  readonly chain: string
  readonly lines: readonly string[]
  /** Whether the chain had no more when it was read. */
  readonly isAll: boolean
  /** Goes on behind them. */
  readonly take: () => void
}

/** The chains of a node, read forwards as they grow. */
export class FollowedChains {
  readonly #folders: () => Promise<readonly ThreadFolder[]>
  #places: Map<string, SinkPlace>
  /** Files by chain, the oldest first. */
  #files = new Map<string, readonly ChainFile[]>()
  #lookedAtMs = Number.NEGATIVE_INFINITY

  /** @param places Where to go on; a chain that is not among them is read from its beginning. */
  constructor(folders: () => Promise<readonly ThreadFolder[]>, places: SinkPlaces) {
    this.#folders = folders
    this.#places = new Map(places)
  }

  /** How far each chain was taken. */
  places(): SinkPlaces {
    return new Map(this.#places)
  }

  /** Goes back to where the chains were. */
  goBack(places: SinkPlaces): void {
    this.#places = new Map(places)
  }

  /** Looks for new chains and files next time. */
  lookAgain(): void {
    this.#lookedAtMs = Number.NEGATIVE_INFINITY
  }

  /** The next lines of each chain that has some. */
  async next(): Promise<readonly NextLines[]> {
    await this.#look()
    const found: NextLines[] = []
    for (const [chain, files] of this.#files) {
      const next = await this.#nextOf(chain, files)
      if (next !== undefined) found.push(next)
    }
    return found
  }

  /** Passes over all that is there. */
  async skipToEnds(): Promise<void> {
    await this.#look()
    for (const [chain, files] of this.#files) {
      const last = files.at(-1)
      if (last === undefined) continue
      this.#places.set(chain, { sequence: last.sequence, offset: await endOfGroups(last.path) })
    }
  }

  async #nextOf(chain: string, files: readonly ChainFile[]): Promise<NextLines | undefined> {
    let place = this.#places.get(chain) ?? { sequence: files[0]?.sequence ?? 1, offset: 0 }
    for (;;) {
      const { sequence, offset } = place
      const file = files.find((one) => one.sequence === sequence)
      if (file === undefined) throw new Error(`file ${sequence} of chain ${chain} is gone`)
      // A file that is followed by another grows no more: so this is asked before it is read.
      const hasNext = files.some((one) => one.sequence === sequence + 1)
      const { size } = await stat(file.path)
      const { lines, end } = size === offset ? NOTHING : await readGroups(file.path, offset)
      if (lines.length > 0) {
        const take = () => {
          this.#places.set(chain, { sequence, offset: end })
        }
        return { chain, lines, isAll: !hasNext && end >= size, take }
      }
      if (!hasNext) return undefined
      place = { sequence: sequence + 1, offset: 0 }
    }
  }

  async #look(): Promise<void> {
    if (performance.now() - this.#lookedAtMs < LOOK_AGAIN_MS) return
    const found = new Map<string, ChainFile[]>()
    for (const { directory } of await this.#folders()) {
      for (const file of await chainFiles(directory)) {
        const files = found.get(file.chain) ?? []
        files.push(file)
        found.set(file.chain, files)
      }
    }
    this.#files = found
    this.#lookedAtMs = performance.now()
  }
}

const NOTHING = { lines: [], end: 0 } as const
