import { open } from 'node:fs/promises'
import type { RootKey } from '../crypto/root-key.ts'
import { openStream, streamHeaderBytes } from '../crypto/segment-stream.ts'
import { type BackupFrame, frameReader } from './backup-frames.ts'
import { type BackupHeader, readBackupHeader } from './backup-header.ts'
import { END_BYTES, parseEnd, streamParameters } from './backup-stream.ts'
import { RefusedBackup } from './refused-backup.ts'

/** A backup that is there to be read, any number of times. */
export interface BackupFile {
  readonly header: BackupHeader
  readonly totalBytes: number
  /**
   * Everything in it, in order, each part when it has proved authentic; memory does not grow with it.
   *
   * @param onBytes Told how many bytes were read since the last time.
   * @throws {RefusedBackup} at the first thing that is not as it was written
   */
  readonly frames: (
    root: RootKey,
    onBytes?: (bytes: number) => void,
  ) => AsyncGenerator<BackupFrame, void, undefined>
  readonly close: () => Promise<void>
}

/** The bytes of a backup, wherever they are. */
export interface BackupBytes {
  readonly totalBytes: number
  /** Bytes from a place on; fewer than asked for only at the end. */
  readonly read: (at: number, length: number) => Promise<Buffer>
  readonly close: () => Promise<void>
}

/**
 * Opens a backup and checks its head and its length.
 *
 * @throws {RefusedBackup} naming what is wrong
 */
export async function openBackup(path: string): Promise<BackupFile> {
  const file = await open(path, 'r')
  const read = async (at: number, length: number): Promise<Buffer> => {
    const target = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await file.read(target, filled, length - filled, at + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return target.subarray(0, filled)
  }
  try {
    const stats = await file.stat()
    if (!stats.isFile())
      throw new RefusedBackup({ en: `${path} is no regular file`, zh: `${path} 不是普通文件` })
    return await readBackup({ totalBytes: stats.size, read, close: () => file.close() })
  } catch (error) {
    await file.close()
    throw error
  }
}

/**
 * As {@link openBackup}, of bytes that are there.
 *
 * @throws {RefusedBackup} naming what is wrong; nothing is closed
 */
export async function readBackup({ totalBytes, read, close }: BackupBytes): Promise<BackupFile> {
  const { header, length, digest } = await readBackupHeader(read)
  requireEnd(await read(Math.max(0, totalBytes - END_BYTES), END_BYTES), totalBytes)
  const place = { begin: length, end: totalBytes - END_BYTES }
  // The last bytes of a digest may look like the first of an end.
  if (place.end < place.begin) {
    throw new RefusedBackup({
      en: 'the backup was cut: it has nothing but a head',
      zh: '备份已被截断：除头部外没有任何内容',
    })
  }
  return {
    header,
    totalBytes,
    frames: (root, onBytes) => readFrames(read, { header, digest, place, root, onBytes }),
    close,
  }
}

function requireEnd(bytes: Buffer, totalBytes: number): void {
  const told = parseEnd(bytes)
  if (told === undefined) {
    throw new RefusedBackup({
      en: 'the backup was cut, or bytes were put behind it: it does not end as one',
      zh: '备份已被截断，或其后添加了字节：结尾不是备份的结尾',
    })
  }
  if (told !== totalBytes) {
    const missing = told - totalBytes
    const what =
      missing > 0
        ? {
            en: `${missing} bytes are missing in it, or its end was changed`,
            zh: `缺少 ${missing} 字节，或其结尾已被改动`,
          }
        : { en: 'some were put in', zh: '被加入了字节' }
    throw new RefusedBackup({
      en: `the backup had ${told} bytes and has ${totalBytes}: ${what.en}`,
      zh: `备份原有 ${told} 字节，现有 ${totalBytes} 字节：${what.zh}`,
    })
  }
}

interface Reading {
  readonly header: BackupHeader
  readonly digest: Buffer
  readonly place: { readonly begin: number; readonly end: number }
  readonly root: RootKey
  readonly onBytes: ((bytes: number) => void) | undefined
}

async function* readFrames(
  read: (at: number, length: number) => Promise<Buffer>,
  { header, digest, place, root, onBytes }: Reading,
): AsyncGenerator<BackupFrame, void, undefined> {
  if (root.id !== header.rootKeyId) {
    throw new RefusedBackup({
      en: `the backup is under the root key ${header.rootKeyId}, and the one here is ${root.id}`,
      zh: `备份由根密钥 ${header.rootKeyId} 保护，而这里的根密钥是 ${root.id}`,
    })
  }
  const parameters = streamParameters(header.segmentBytes)
  const headBytes = streamHeaderBytes(parameters)
  const segments = Math.max(1, Math.ceil((place.end - place.begin) / header.segmentBytes))
  const head = await read(place.begin, Math.min(headBytes, place.end - place.begin))
  const stream = openStream(root.backup, digest, head, parameters)
  if (stream === undefined) throw changed(1, segments)
  const reader = frameReader()
  try {
    let at = place.begin + head.length
    for (let number = 1; number <= segments; number++) {
      const end = Math.min(place.begin + number * header.segmentBytes, place.end)
      const segment = await read(at, end - at)
      const plaintext = stream.open(segment, number === segments)
      if (plaintext === undefined) throw changed(number, segments)
      at = end
      yield* reader.add(plaintext)
      onBytes?.(segment.length)
    }
    reader.end()
  } finally {
    stream.end()
  }
}

function changed(number: number, segments: number): RefusedBackup {
  return new RefusedBackup({
    en: `the backup was changed: part ${number} of ${segments} is not what was written there`,
    zh: `备份已被改动：第 ${number} 部分（共 ${segments} 部分）与写入时不同`,
  })
}
