/** Small facts about the store itself, as text by name. */
export interface MetaStore {
  readonly get: (name: string) => Promise<string | undefined>
  readonly put: (name: string, value: string) => Promise<void>
}
