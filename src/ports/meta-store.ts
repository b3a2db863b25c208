/** Fact in a store: the root key under which its records are wrapped. */
export const ROOT_KEY_ID = 'root-key-id'
/** Fact in a store that a copy to it has begun and is not done: no server may use it. */
export const COPY_UNFINISHED = 'copy-unfinished'
/** Fact in a store that all its keys and versions bear MACs; it is itself a MAC, in hex. */
export const ROWS_GUARDED = 'rows-guarded'
/** Fact in a store that had keys before it kept changes of rotation settings: since when it keeps them. */
export const ROTATION_SETTINGS_SINCE = 'rotation-settings-since'

/** Small facts about the store itself, as text by name. */
export interface MetaStore {
  readonly get: (name: string) => Promise<string | undefined>
  readonly put: (name: string, value: string) => Promise<void>
  /** Writes a fact that is not there yet, and answers what it is now, whoever wrote it. */
  readonly settle: (name: string, value: string) => Promise<string>
}
