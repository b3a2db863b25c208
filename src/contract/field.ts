import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Fault } from '../core/fault.ts'
import { fault } from '../core/fault.ts'

/** One value on the wire: its JSON Schema, and how it becomes a value of the core and back. */
export interface Field<Value> {
  readonly schema: TSchema
  readonly optional: boolean
  /** True where the value is a secret or somebody's plain text: programs show and log it nowhere. */
  readonly secret?: true
  /** The value, or undefined when `wire` is not of the schema. */
  readonly decode: (wire: unknown) => Value | undefined
  readonly encode: (value: Value) => unknown
  /** What a caller is told when `decode` gives nothing. */
  readonly malformed: (name: string) => Fault
}

/** A field of whatever value. */
export type AnyField = Omit<Field<unknown>, 'encode'> & {
  readonly encode: (value: never) => unknown
}

/** The fields of a request, of a reply, or of an object within one, by name. */
export type Fields = Readonly<Record<string, AnyField>>

/** The value that a field decodes to. */
export type ValueOf<F extends AnyField> = Exclude<ReturnType<F['decode']>, undefined>

type OptionalNames<F extends Fields> = {
  [Name in keyof F]: F[Name]['optional'] extends true ? Name : never
}[keyof F]

/** What an object of these fields is once decoded; what a handler returns to be encoded. */
export type Values<F extends Fields> = {
  readonly [Name in Exclude<keyof F, OptionalNames<F>>]: ValueOf<F[Name]>
} & {
  readonly [Name in OptionalNames<F>]?: ValueOf<F[Name]> | undefined
}

/** A field that may be left out. */
export type OptionalField<F extends AnyField> = Omit<F, 'optional'> & { readonly optional: true }

interface FieldOptions<Schema extends TSchema, Value> {
  readonly schema: Schema
  /** Undefined refuses what the schema could not. */
  readonly decode: (wire: Static<Schema>) => Value | undefined
  readonly encode: (value: Value) => unknown
  /** Without it: `field-invalid`, which names the field. */
  readonly malformed?: () => Fault
}

/** A required field. Its schema is compiled when it is first asked. */
export function field<Schema extends TSchema, Value>(
  options: FieldOptions<Schema, Value>,
): Field<Value> & { readonly optional: false } {
  const { schema, decode, encode, malformed } = options
  let accepts: ((wire: unknown) => boolean) | undefined
  return {
    schema,
    optional: false,
    decode(wire) {
      if (accepts === undefined) {
        const validator = Compile(schema)
        accepts = (value) => validator.Check(value)
      }
      return accepts(wire) ? decode(wire as Static<Schema>) : undefined // Check has proved it
    },
    encode,
    malformed: malformed ?? ((name) => fault('field-invalid', { name })),
  }
}

/** A required field whose wire form is the value itself. */
export function plain<Schema extends TSchema>(
  schema: Schema,
  malformed?: () => Fault,
): Field<Static<Schema>> & { readonly optional: false } {
  const decode = (wire: Static<Schema>) => wire
  return field<Schema, Static<Schema>>({
    schema,
    decode,
    encode: identity,
    ...(malformed === undefined ? {} : { malformed }),
  })
}

/** One of these words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  malformed?: () => Fault,
): Field<Word> & { readonly optional: false } {
  return plain(wordsOf(words), malformed)
}

/** The schema of one of these words. */
export function wordsOf<const Word extends string>(words: readonly Word[]) {
  return Type.Unsafe<Word>(Type.Union(words.map((word) => Type.Literal(word))))
}

/** `base`, which may be left out; null on the wire reads as left out. */
export function optional<F extends AnyField>(base: F): OptionalField<F> {
  return { ...base, optional: true }
}

/** `base`, whose value is a secret or somebody's plain text. */
export function secret<F extends AnyField>(base: F): F & { readonly secret: true } {
  return { ...base, secret: true }
}

function identity<T>(value: T): T {
  return value
}
