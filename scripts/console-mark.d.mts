/** Folder of the project. */
export const ROOT: string
/** Where the console is built to. */
export const BUILT: string
/** Beside it: digests of the files that it was built from, by their paths. */
export const MARK: string
/** The digest of a file; undefined when there is none. */
export function digestOf(path: string): string | undefined
/** Whether the console has to be built: there is none, or a file that it was built from is another. */
export function isStale(): boolean
