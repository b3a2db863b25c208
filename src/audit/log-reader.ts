import type { EpochMs } from '../core/time.ts'
import type {
  AuditPage,
  AuditPlace,
  AuditQuery,
  AuditReader,
  StoredAuditRecord,
} from '../ports/audit-reader.ts'
import { ChainCursor } from './chain-cursor.ts'
import { chainBefore, chainFiles, wholeChain } from './chain-files.ts'

/** How much one page reads at most, of all chains together. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024

/** Where the chain of a thread is. */
export interface ThreadFolder {
  readonly slot: number
  readonly directory: string
}

/** What a reader of a node's audit log needs. */
export interface LogReaderOptions {
  readonly node: string
  /** The folders of all threads that ever wrote here. */
  readonly folders: () => Promise<readonly ThreadFolder[]>
  readonly maxPageBytes?: number
}

/** Reads the files of a node's audit log backwards, all chains together by time. */
export function openLogReader(options: LogReaderOptions): AuditReader {
  const { node, folders, maxPageBytes = MAX_PAGE_BYTES } = options
  return {
    node,
    async read(query, { after, limit }) {
      const cursors: ChainCursor[] = []
      for (const folder of await folders()) {
        const cursor = await openCursor(folder, query, after)
        if (cursor !== undefined) cursors.push(cursor)
      }
      return readBack(cursors, limit, maxPageBytes)
    },
  }
}

async function openCursor(
  { slot, directory }: ThreadFolder,
  query: AuditQuery,
  after: readonly AuditPlace[] | undefined,
): Promise<ChainCursor | undefined> {
  const chain = await chainFiles(directory)
  if (after === undefined) {
    const { files, end } = await (query.to === undefined
      ? wholeChain(chain)
      : chainBefore(chain, query.to))
    return new ChainCursor(slot, query, files, end)
  }
  // A chain that is not named was read to its end, or has begun since.
  const place = after.find((one) => one.slot === slot)
  if (place === undefined) return undefined
  const { files, end } = await wholeChain(
    chain.filter(({ sequence }) => sequence <= place.sequence),
  )
  const isThere = files.at(-1)?.sequence === place.sequence
  return new ChainCursor(slot, query, files, isThere ? Math.min(place.offset, end) : end)
}

/** Takes the newest record of all chains again and again, reading on wherever it might be. */
async function readBack(
  cursors: readonly ChainCursor[],
  limit: number,
  maxBytes: number,
): Promise<AuditPage> {
  const records: StoredAuditRecord[] = []
  let bytes = 0
  for (;;) {
    const newest = newestOf(cursors)
    if (newest?.bound === undefined) return { records, next: [], searchedBackTo: undefined }
    const stop = (searchedBackTo: EpochMs): AuditPage => {
      const next = cursors.map(({ place }) => place).filter((place) => place !== undefined)
      return { records, next, searchedBackTo }
    }
    // Of every chain something is read, so that none keeps the others from going on.
    const isRead = newest.bound !== Number.POSITIVE_INFINITY
    if (isRead && records.length === limit) return stop(newest.bound)
    const record = newest.take()
    if (record !== undefined) records.push(record)
    else if (isRead && bytes >= maxBytes) return stop(newest.bound)
    else bytes += await newest.readOn()
  }
}

function newestOf(cursors: readonly ChainCursor[]): ChainCursor | undefined {
  let newest: ChainCursor | undefined
  for (const cursor of cursors) {
    const { bound } = cursor
    if (bound !== undefined && (newest?.bound === undefined || bound > newest.bound)) {
      newest = cursor
    }
  }
  return newest
}
