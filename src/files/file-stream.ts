import type { SecretBytes } from '../crypto/secret-bytes.ts'
import {
  openStream,
  type StreamParameters,
  sealStream,
  streamHeaderBytes,
} from '../crypto/segment-stream.ts'
import type { ByteSink } from './byte-sink.ts'
import type { ByteSource } from './byte-source.ts'
import { encodeFileHeader, type FileHeader } from './file-header.ts'
import { pump } from './pump.ts'
import { RefusedFile } from './refused-file.ts'

/** Length of the segments that are written, in bytes. */
export const FILE_SEGMENT_BYTES = 1024 * 1024

/** Length of a data key in bytes. */
export const FILE_KEY_BYTES = 32

/** From where to where, and who is told how far it is. */
export interface FileWork {
  readonly source: ByteSource
  readonly sink: ByteSink
  /** The data key, in the clear; the caller wipes it. */
  readonly key: SecretBytes
  /** Told how many bytes of the source are done since the last time. */
  readonly onBytes: (bytes: number) => void
}

/** Encrypts all of a source: header, then one stream bound to it. Nothing is committed. */
export async function encryptStream(work: FileWork, header: FileHeader): Promise<void> {
  const { source, sink, key, onBytes } = work
  const bytes = encodeFileHeader(header)
  const stream = sealStream(key, bytes, parametersOf(header))
  try {
    await sink.write([bytes, stream.header])
    await pump({
      source,
      sink,
      firstBytes: stream.firstPlaintextBytes,
      otherBytes: stream.plaintextBytes,
      work: stream.seal,
      onBytes,
    })
  } finally {
    stream.end()
  }
}

/**
 * Decrypts what follows the header of a file. Each segment is written when it has proved authentic; that
 * nothing is missing at the end is known at the end only. Nothing is committed.
 *
 * @param bytes The header as it was read.
 * @throws {RefusedFile} at the first segment that is not authentic
 */
export async function decryptStream(
  work: FileWork,
  header: FileHeader,
  bytes: Uint8Array,
): Promise<void> {
  const { source, sink, key, onBytes } = work
  const parameters = parametersOf(header)
  const streamHeader = Buffer.alloc(streamHeaderBytes(parameters))
  const found = await source.read(streamHeader)
  const stream = openStream(key, bytes, streamHeader.subarray(0, found), parameters)
  if (stream === undefined) throw refused()
  try {
    await pump({
      source,
      sink,
      firstBytes: header.segmentBytes - streamHeader.length,
      otherBytes: header.segmentBytes,
      work: (segment, isLast) => {
        const plaintext = stream.open(segment, isLast)
        if (plaintext === undefined) throw refused()
        return [plaintext]
      },
      onBytes,
    })
  } finally {
    stream.end()
  }
}

function parametersOf({ segmentBytes }: FileHeader): StreamParameters {
  return { hash: 'sha256', derivedKeyBytes: FILE_KEY_BYTES, segmentBytes }
}

function refused(): RefusedFile {
  return new RefusedFile('the file was changed, cut or lengthened since it was encrypted')
}
