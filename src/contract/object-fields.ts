import { type TSchema, Type } from 'typebox'
import type { Fault } from '../core/fault.ts'
import { fault } from '../core/fault.ts'
import type { AnyField, Field, Fields, ValueOf, Values } from './field.ts'

/** JSON Schema of an object with these fields. Unknown members are allowed, as on the real wire. */
export function schemaOf(fields: Fields): TSchema {
  const properties: Record<string, TSchema> = {}
  for (const [name, { schema, optional }] of Object.entries(fields)) {
    properties[name] = optional ? Type.Optional(schema) : schema
  }
  return Type.Object(properties)
}

/**
 * Reads the fields out of a JSON object, in the order of the table; what is not a field is ignored,
 * and null reads as left out.
 *
 * @throws {Fault} `parameter-missing`, or what the first malformed field says
 */
export function decodeFields<F extends Fields>(
  fields: F,
  wire: Readonly<Record<string, unknown>>,
): Values<F> {
  const values: Record<string, unknown> = {}
  for (const name in fields) {
    const member = fields[name] as AnyField // `name` is a key of `fields`
    const raw = Object.hasOwn(wire, name) ? wire[name] : undefined
    if (raw === undefined || raw === null) {
      if (member.optional) continue
      throw fault('parameter-missing', { name })
    }
    const value = member.decode(raw)
    if (value === undefined) throw member.malformed(name)
    values[name] = value
  }
  return values as Values<F> // one value for each required field
}

/** The JSON object of these values; optional ones that are undefined are left out. */
export function encodeFields<F extends Fields>(
  fields: F,
  values: Values<F>,
): Readonly<Record<string, unknown>> {
  const wire: Record<string, unknown> = {}
  const byName: Readonly<Record<string, unknown>> = values
  for (const name in fields) {
    const value = byName[name]
    if (value === undefined) continue
    const encode = (fields[name] as AnyField).encode as (value: unknown) => unknown // same field
    wire[name] = encode(value)
  }
  return wire
}

/** A field that holds an object of fields. */
export function objectOf<F extends Fields>(
  fields: F,
): Field<Values<F>> & { readonly optional: false } {
  return {
    schema: schemaOf(fields),
    optional: false,
    decode: (wire) => (isObject(wire) ? decodeFields(fields, wire) : undefined),
    encode: (values) => encodeFields(fields, values),
    malformed,
  }
}

/** A field that holds a list of what `item` holds. */
export function listOf<F extends AnyField>(
  item: F,
): Field<readonly ValueOf<F>[]> & { readonly optional: false } {
  const encode = item.encode as (value: unknown) => unknown // fed with the same field's values
  return {
    schema: Type.Array(item.schema),
    optional: false,
    decode(wire) {
      if (!Array.isArray(wire)) return undefined
      const values: ValueOf<F>[] = []
      for (const entry of wire) {
        const value = item.decode(entry)
        if (value === undefined) return undefined
        values.push(value as ValueOf<F>) // undefined was refused above
      }
      return values
    },
    encode: (values) => values.map(encode),
    malformed,
  }
}

/** Whether `value` is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(name: string): Fault {
  return fault('field-invalid', { name })
}
