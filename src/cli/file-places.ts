import { type ByteSink, openFileSink, streamSink } from '../files/byte-sink.ts'
import { type ByteSource, openFileSource, streamSource } from '../files/byte-source.ts'
import { mistake } from './mistakes.ts'

/** Stands for standard input or output. */
const STANDARD = '-'

/** What a file command reads: a file, or standard input for `-`. */
export function openInput(path: string): Promise<ByteSource> | ByteSource {
  return path === STANDARD ? streamSource(process.stdin) : openFileSource(path)
}

/**
 * Where a file command writes: a file, or standard output for `-`.
 *
 * @throws {Mistake} when bytes that nobody can read would go to a terminal
 */
export async function openOutput(
  path: string,
  options: { readonly replaces: boolean; readonly isReadable: boolean },
): Promise<ByteSink> {
  if (path !== STANDARD) return openFileSink(path, options.replaces)
  if (process.stdout.isTTY && !options.isReadable) {
    throw mistake('cipher-text-on-terminal', {})
  }
  return streamSink(process.stdout)
}
