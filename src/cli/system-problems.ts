/** What a system refuses that a person can put right, by the code of the error. Source: errno(3). */
const PROBLEMS = {
  ENOENT: 'absent',
  EACCES: 'denied',
  EPERM: 'denied',
  EEXIST: 'there',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'readOnly',
  EISDIR: 'folder',
  ENOTDIR: 'noFolder',
  ENAMETOOLONG: 'longName',
} as const

/** A problem of a system with a file. */
export type SystemProblem = (typeof PROBLEMS)[keyof typeof PROBLEMS]

/** A sentence for each; the path is undefined where the system does not say it. */
export type SystemWords = Readonly<Record<SystemProblem, (path: string | undefined) => string>>

/** In English. */
export const SYSTEM_WORDS_EN: SystemWords = {
  absent: (path) => (path === undefined ? 'there is no such file' : `there is no ${path}`),
  denied: (path) => `${path === undefined ? '' : `${path}: `}this user may not do that`,
  there: (path) => `${path ?? 'the file'} is there already`,
  full: (path) => `${path === undefined ? '' : `${path}: `}no space is left on the disk`,
  readOnly: (path) => `${path ?? 'the file'} is on a disk that is not to be written`,
  folder: (path) => `${path ?? 'that'} is a folder, not a file`,
  noFolder: (path) => `${path ?? 'that'}: a part of this path is no folder`,
  longName: (path) => `${path ?? 'the name'} is longer than a name may be`,
}

/** What an error of the system says, in words; undefined for what only its own message says. */
export function systemProblemOf(error: unknown, words: SystemWords): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined
  const code = String(error.code)
  if (!Object.hasOwn(PROBLEMS, code)) return undefined
  const problem = PROBLEMS[code as keyof typeof PROBLEMS] // as hasOwn says
  const { path, dest, address } = error as {
    readonly path?: unknown
    readonly dest?: unknown
    readonly address?: unknown
  }
  const place = [dest, path, address].find((text) => typeof text === 'string')
  return words[problem](place as string | undefined) // find says so
}
