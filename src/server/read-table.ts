import { dirname, resolve } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { readSmall } from '../files/read-small.ts'
import { SettingsError } from './settings.ts'

/** One entry of a settings file that lists things, such as `[[peer]]`. */
export interface TableEntry {
  /** @throws {SettingsError} when it is missing or no text */
  readonly text: (name: string) => string
  readonly optionalNumber: (name: string) => number | undefined
  /** What is in the file that `name` names, without a line break at its end. */
  readonly secret: (name: string) => SecretBytes
}

/**
 * The entries of a TOML file, `[[kind]]` each. Paths in it count from its folder.
 *
 * @throws {SettingsError} when it cannot be read or has what nobody knows
 */
export function readTable(
  file: string,
  kind: string,
  names: readonly string[],
): readonly TableEntry[] {
  let parsed: Readonly<Record<string, unknown>>
  try {
    parsed = parseToml(readSmall(file).toString('utf8'))
  } catch (cause) {
    throw new SettingsError({ en: `${file} cannot be read`, zh: `无法读取 ${file}` }, { cause })
  }
  const unknown = Object.keys(parsed).find((name) => name !== kind)
  const entries = parsed[kind] ?? []
  if (unknown !== undefined || !Array.isArray(entries)) {
    throw new SettingsError({
      en: `${file} may hold [[${kind}]] entries and nothing else`,
      zh: `${file} 只能包含 [[${kind}]] 条目`,
    })
  }
  return entries.map((entry: Readonly<Record<string, unknown>>) => {
    const strange = Object.keys(entry).find((name) => !names.includes(name))
    if (strange !== undefined) {
      throw new SettingsError({
        en: `${file}: unknown setting ${strange}`,
        zh: `${file}：没有设置 ${strange}`,
      })
    }
    const text = (name: string): string => {
      const value = entry[name]
      if (typeof value !== 'string' || value === '') {
        throw new SettingsError({
          en: `${file}: each [[${kind}]] needs ${name}, a text`,
          zh: `${file}：每个 [[${kind}]] 都要有文本 ${name}`,
        })
      }
      return value
    }
    return {
      text,
      optionalNumber(name) {
        const value = entry[name]
        if (value === undefined) return undefined
        if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value
        throw new SettingsError({
          en: `${file}: ${name} is a whole number above 0`,
          zh: `${file}：${name} 必须是大于 0 的整数`,
        })
      },
      secret: (name) => readSecret(resolve(dirname(file), text(name))),
    }
  })
}

function readSecret(path: string): SecretBytes {
  let bytes: Buffer
  try {
    bytes = readSmall(path)
  } catch (cause) {
    throw new SettingsError({ en: `${path} cannot be read`, zh: `无法读取 ${path}` }, { cause })
  }
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--
  return new SecretBytes(bytes.subarray(0, end))
}
