/** A store that all nodes of a test share. */
export interface SharedStore {
  /** Flags that name it, such as `--store` and `--root-key`. */
  readonly flags: readonly string[]
  readonly stop: () => Promise<void>
}

/**
 * Opens the store that nodes share, with files in `folder`; undefined where there is none: then each
 * node has a copy of one data folder. With PostgreSQL this starts one, makes a database and a root
 * key, and answers the flags of both; nothing else in these tests changes.
 */
export function openSharedStore(_folder: string): Promise<SharedStore | undefined> {
  return Promise.resolve(undefined)
}
