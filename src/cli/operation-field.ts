/** How the value of a flag becomes a member of a request. */
export type FieldKind =
  /** As it is. */
  | 'text'
  /** A number. */
  | 'number'
  /** Milliseconds since 1970, or a date in the words of ISO 8601. */
  | 'time'
  /** A flag without a value, or its contrary with `no-`. */
  | 'boolean'
  /** One of a few words. */
  | 'choice'
  /** Words between commas, or a JSON list. */
  | 'texts'
  /** `name=value` between commas, or JSON: a list of names with their values. */
  | 'pairs'
  /** `name=value`, or JSON: one name with its value. */
  | 'pair'
  /** `name=value` between commas, or JSON: an object. */
  | 'map'
  /** JSON. */
  | 'json'
  /** Bytes of a file, which travel in base64. */
  | 'bytes'

/** What a number, or a number in text, may be; both ends are allowed. */
export interface FieldLimits {
  readonly min: number
  readonly max: number
  readonly unit?: 'bits' | 'bytes' | 'days'
}

/** A member of a request, as a flag. */
export interface OperationField {
  /** Its name on the wire. */
  readonly name: string
  readonly kind: FieldKind
  readonly required?: true
  /** It is read from a file or typed unseen, never an argument. */
  readonly secret?: true
  readonly choices?: readonly string[]
  readonly limits?: FieldLimits
  readonly help: string
}

/** What a command knows of its operation. */
export interface OperationFacts {
  readonly summary: string
  readonly method: string
  readonly path: string
  /** What one must be allowed; left out where no permission is asked. */
  readonly permission?: string
  readonly fields: readonly OperationField[]
  /** Members that have one value only. */
  readonly fixed?: Readonly<Record<string, string>>
}
