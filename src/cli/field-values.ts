import type { CommandIo } from './command.ts'
import { readBytes, readText } from './connection/secret-input.ts'
import { mistake } from './mistakes.ts'
import type { OperationField } from './operation-field.ts'
import { terminalWordsFor } from './terminal-words.ts'

/**
 * What a flag's text becomes in a request. Text that begins with `@` names a file, `@-` is standard
 * input; `@@` stands for an `@`.
 *
 * @throws {Mistake} when the text will not do
 */
export function fieldValue(field: OperationField, flag: string, given: string): unknown {
  const text = contentOf(given)
  switch (field.kind) {
    case 'text':
      return text
    case 'choice':
      if (field.choices?.includes(text) !== true) {
        throw mistake('not-a-choice', { flag, choices: field.choices?.join(', ') ?? '' })
      }
      return text
    case 'number': {
      const value = Number(text)
      if (text.trim() === '' || !Number.isFinite(value)) {
        throw mistake('not-a-number', { flag })
      }
      return value
    }
    case 'time':
      return timeOf(flag, text)
    case 'texts':
      if (isJson(text, '[')) return parseJson(flag, text)
      return text.split(',').map((word) => word.trim())
    case 'pairs':
      return isJson(text, '[')
        ? parseJson(flag, text)
        : pairsOf(text).map(([key, value]) => pair(key, value))
    case 'pair': {
      if (isJson(text, '{')) return parseJson(flag, text)
      const [key, value] = pairOf(text)
      return pair(key, value)
    }
    case 'map':
      return isJson(text, '{')
        ? parseJson(flag, text)
        : Object.fromEntries(pairsOf(text).map(([key, value]) => [key, value ?? '']))
    case 'json':
      return parseJson(flag, text)
    case 'bytes':
    case 'boolean':
      throw new Error(`--${flag} takes no text`)
    default:
      throw field.kind satisfies never
  }
}

/**
 * A secret member of a request, from its file or from somebody at a terminal. Bytes and what is to be
 * encrypted are taken as they are; of other secrets a line feed at the end is no part.
 *
 * @throws {Mistake} when it is missing and nobody can be asked
 */
export async function secretValue(
  field: OperationField,
  flag: string,
  file: string | undefined,
  io: CommandIo,
): Promise<unknown> {
  if (file === undefined) {
    if (io.ask === undefined || field.kind === 'json') {
      throw mistake('secret-file-missing', { flag })
    }
    const words = await terminalWordsFor(io)
    const typed = await io.ask(words.question(words.field(field.name)), 'secret')
    return field.kind === 'bytes' ? Buffer.from(typed).toString('base64') : typed
  }
  switch (field.kind) {
    case 'bytes':
      return readBytes(file).toString('base64')
    case 'json':
      return parseJson(flag, readText(file))
    default: {
      const bytes = readBytes(file)
      const text = bytes.toString('utf8')
      if (!Buffer.from(text).equals(bytes)) throw mistake('not-text', { flag })
      return field.name === 'plain_text' ? text : text.replace(/\r?\n$/, '')
    }
  }
}

function contentOf(given: string): string {
  if (given.startsWith('@@')) return given.slice(1)
  return given.startsWith('@') ? readText(given.slice(1)).replace(/\r?\n$/, '') : given
}

function timeOf(flag: string, text: string): string {
  if (/^\d+$/.test(text)) return text
  const time = Date.parse(text)
  if (Number.isNaN(time)) {
    throw mistake('not-a-time', { flag })
  }
  return String(time)
}

/** `name=value` between commas; values with commas take JSON. */
function pairsOf(text: string): readonly (readonly [string, string | undefined])[] {
  return text === '' ? [] : text.split(',').map(pairOf)
}

function pairOf(text: string): readonly [string, string | undefined] {
  const at = text.indexOf('=')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function pair(key: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? { key } : { key, value }
}

function isJson(text: string, opening: '[' | '{'): boolean {
  return text.trimStart().startsWith(opening)
}

/** What the parser says quotes the text: it may be a secret. */
function parseJson(flag: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw mistake('not-json', { flag })
  }
}
