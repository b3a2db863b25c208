import { readSmall } from '../../files/read-small.ts'
import type { CommandIo } from '../command.ts'
import { mistake } from '../mistakes.ts'
import { type SecretName, terminalWordsFor } from '../terminal-words.ts'

/** Where a secret is to come from. */
export interface SecretSource {
  readonly about: SecretName
  /** The flag that names its file. */
  readonly flag: string
  /** Value of that flag; `-` is standard input. */
  readonly file: string | undefined
}

/**
 * A secret from a file, from standard input, or from somebody at a terminal; never from an argument,
 * which others on the machine could read. A line feed at its end is no part of it.
 *
 * @throws {Mistake} when there is none
 */
export async function readSecret(
  { about, flag, file }: SecretSource,
  io: CommandIo,
): Promise<string> {
  if (file !== undefined) return requireText(about, readText(file).replace(/\r?\n$/, ''))
  if (io.ask === undefined) {
    throw mistake('secret-missing', { secret: about, flag })
  }
  const words = await terminalWordsFor(io)
  return requireText(about, await io.ask(words.question(words.secret(about)), 'secret'))
}

/** The bytes of a file, or of standard input for `-`. */
export function readBytes(file: string): Buffer {
  try {
    return readSmall(file === '-' ? 0 : file)
  } catch (cause) {
    const { message } = cause instanceof Error ? cause : { message: String(cause) }
    throw file === '-'
      ? mistake('stdin-unreadable', { message })
      : mistake('unreadable', { file, message })
  }
}

/** The text of a file, or of standard input for `-`. */
export function readText(file: string): string {
  return readBytes(file).toString('utf8')
}

function requireText(about: SecretName, text: string): string {
  if (text === '') throw mistake('secret-empty', { secret: about })
  return text
}
