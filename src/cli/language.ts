import type { Language } from '../contract/wire-errors/index.ts'

export type { Language }

/** Where a language is taken from: the first that is set and not empty. Source: POSIX.1-2024, XBD 8.2. */
const VARIABLES = ['KEYTURN_LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'LANG'] as const

/** The language of whoever typed the command: Chinese for a value as `zh_CN.UTF-8`, else English. */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const told = VARIABLES.map((name) => environment[name]).find((value) => (value ?? '') !== '')
  return /^zh(?![a-z])/i.test(told ?? '') ? 'zh' : 'en'
}
