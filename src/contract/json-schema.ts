import type { TSchema } from 'typebox'
import type { AnyField, Fields } from './field.ts'
import { wording } from './wire-errors/index.ts'

/** JSON Schema 2020-12, as far as our fields go. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | boolean
  readonly description?: string
  readonly 'x-description-zh'?: string
}

/** What a record of any names becomes: JSON Schema has a plainer word for it. */
const ANY_NAME = '^.*$'

/**
 * A field's schema as plain JSON Schema: without TypeBox's marks, a union of constants as `enum`,
 * a record as `additionalProperties`.
 */
export function jsonSchema(schema: TSchema): JsonSchema {
  return plainSchema(schema as unknown as Source) // TSchema names none of its keywords
}

/** JSON Schema of an object with these fields; `notes` adds what a caller may send in each. */
export function jsonSchemaOf(fields: Fields, notes: 'notes' | 'bare'): JsonSchema {
  const entries = Object.entries(fields)
  const required = entries.filter(([, { optional }]) => !optional).map(([name]) => name)
  const properties = Object.fromEntries(
    entries.map(([name, member]) => [
      name,
      { ...jsonSchema(member.schema), ...(notes === 'notes' ? limitNotes(name, member) : {}) },
    ]),
  )
  return { type: 'object', ...(required.length === 0 ? {} : { required }), properties }
}

/**
 * The limits that a schema does not tell, as the sentences a caller would be refused with: those
 * of faults that bear facts.
 */
export function limitNotes(
  name: string,
  member: AnyField,
): Pick<JsonSchema, 'description' | 'x-description-zh'> {
  const { kind, facts } = member.malformed(name)
  if (kind === 'field-invalid' || Object.keys(facts).length === 0) return {}
  return {
    description: wording(kind, facts, 'en'),
    'x-description-zh': wording(kind, facts, 'zh'),
  }
}

type Source = Readonly<Record<string, unknown>>

function plainSchema(source: Source): JsonSchema {
  const schema: Record<string, unknown> = {}
  for (const [keyword, value] of Object.entries(source)) {
    if (keyword.startsWith('~')) continue
    schema[keyword] = plainKeyword(keyword, value)
  }
  return withAdditional(withEnum(schema))
}

function plainKeyword(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case 'properties':
    case 'patternProperties':
      return Object.fromEntries(
        Object.entries(value as Readonly<Record<string, Source>>).map(([name, member]) => [
          name,
          plainSchema(member),
        ]),
      )
    case 'anyOf':
      return (value as readonly Source[]).map(plainSchema)
    case 'items':
      return plainSchema(value as Source)
    default:
      return value
  }
}

function withEnum(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema
  if (anyOf === undefined || !anyOf.every((member) => member.const !== undefined)) return schema
  const types = new Set(anyOf.map(({ type }) => type))
  const type = types.size === 1 ? [...types][0] : undefined
  return {
    ...rest,
    ...(type === undefined ? {} : { type }),
    enum: anyOf.map((member) => member.const),
  }
}

function withAdditional(schema: JsonSchema & { readonly patternProperties?: unknown }): JsonSchema {
  const { patternProperties, ...rest } = schema
  const byName = (patternProperties ?? {}) as Readonly<Record<string, JsonSchema>> // made above
  const { [ANY_NAME]: any } = byName
  return any === undefined ? schema : { ...rest, additionalProperties: any }
}
