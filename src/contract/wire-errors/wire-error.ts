/** How a fault looks on the wire. */
export interface WireError {
  readonly status: number
  /** Code of the nested body, and of the flat one unless `flatCode` says otherwise. */
  readonly code: string
  readonly flatCode?: string
  /** Sentences; `{name}` stands for the fact of that name. */
  readonly en: string
  readonly zh: string
}
