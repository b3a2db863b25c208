/** Small facts about the store itself, as text by name. */
export interface MetaStore {
  readonly get: (name: string) => Promise<string | undefined>
  readonly put: (name: string, value: string) => Promise<void>
  /** Writes a fact that is not there yet, and answers what it is now, whoever wrote it. */
  readonly settle: (name: string, value: string) => Promise<string>
}
