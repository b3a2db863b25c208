import type { JsonSchema } from '../contract/json-schema.ts'
import type { Language } from '../contract/wire-errors/index.ts'
import { type Html, html } from './html.ts'
import { fill, WORDS, type Words } from './words.ts'

/** A line of a table of fields. */
export interface FieldRow {
  readonly name: string
  /** 0 for a member of the body itself, 1 for a member of a member, … */
  readonly depth: number
  readonly required: boolean
  readonly schema: JsonSchema
  /** Where the parameter stands; undefined for members of bodies. */
  readonly place?: string
}

/** The members of an object, each followed by its own, where it or its items are objects. */
export function rowsOf(schema: JsonSchema, depth = 0): readonly FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
    { name, depth, required: schema.required?.includes(name) ?? false, schema: member },
    ...rowsOf(member.items ?? member, depth + 1),
  ])
}

/** A table of fields. Roles are spelled out, for narrow screens show its rows as blocks. */
export function fieldTable(
  caption: string,
  rows: readonly FieldRow[],
  direction: 'sent' | 'received',
  language: Language,
): Html {
  const words = WORDS[language]
  return html`<table class="fields" role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${words.field}</th><th role="columnheader" scope="col">${words.type}</th><th role="columnheader" scope="col">${direction === 'sent' ? words.required : words.presence}</th><th role="columnheader" scope="col">${words.limits}</th></tr></thead>
<tbody role="rowgroup">${rows.map((row) => fieldRow(row, direction, language))}</tbody></table>`
}

function fieldRow(row: FieldRow, direction: 'sent' | 'received', language: Language): Html {
  const words = WORDS[language]
  const { name, depth, required, schema, place } = row
  const limits = limitsOf(schema, words, language)
  return html`<tr role="row" class="depth-${Math.min(depth, 5)}"><th role="rowheader" scope="row"><code>${parted(name)}</code>${
    place === undefined ? undefined : html` <span class="place">${place}</span>`
  }</th><td role="cell" class="type">${typeOf(schema, words)}</td><td role="cell">${presenceOf(required, direction, words)}</td><td role="cell" class="limits">${
    limits.length === 0 ? html`<span class="none" aria-hidden="true">—</span>` : limits
  }</td></tr>
`
}

/** A name that may break after its low lines. */
function parted(name: string): readonly Html[] {
  return name.split(/(?<=_)/).map((part) => html`<wbr>${part}`)
}

function presenceOf(required: boolean, direction: 'sent' | 'received', words: Words): Html {
  if (direction === 'sent') {
    return required
      ? html`<span class="need">${words.yes}</span>`
      : html`<span class="may">${words.no}</span>`
  }
  return html`<span class="may">${required ? words.always : words.sometimes}</span>`
}

function typeOf(schema: JsonSchema, words: Words): string {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.map((member) => typeOf(member, words)).join(` ${words.or} `)
  }
  if (schema.type === 'array') {
    return fill(words.listOf, { type: typeOf(schema.items ?? {}, words) })
  }
  if (typeof schema.additionalProperties === 'object') {
    return fill(words.mapOf, { type: typeOf(schema.additionalProperties, words) })
  }
  return schema.type ?? words.any
}

function limitsOf(schema: JsonSchema, words: Words, language: Language): readonly Html[] {
  const note = language === 'zh' ? schema['x-description-zh'] : schema.description
  const bounds = [
    boundsOf(schema.minimum, schema.maximum, words),
    wrapped(words.characters, boundsOf(schema.minLength, schema.maxLength, words)),
    wrapped(words.items, boundsOf(schema.minItems, schema.maxItems, words)),
  ]
  // The sentence has the narrower limits: those of the schema would only confuse.
  if (note !== undefined && schema.enum === undefined) return [html`<p>${note}</p>`]
  return [
    ...(note === undefined ? [] : [html`<p>${note}</p>`]),
    ...(schema.enum === undefined
      ? []
      : [
          html`<p class="values">${schema.enum.map((value) => html`<code>${String(value)}</code> `)}</p>`,
        ]),
    ...(schema.pattern === undefined ? [] : [patternOf(schema.pattern, words)]),
    ...bounds.filter((bound) => bound !== undefined).map((bound) => html`<p>${bound}</p>`),
    ...(schema.anyOf ?? []).flatMap((member) => limitsOf(member, words, language)),
    ...(schema.items === undefined ? [] : limitsOf(schema.items, words, language)),
  ]
}

const UUID_SHAPE = '^[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$'

function patternOf(pattern: string, words: Words): Html {
  return pattern === UUID_SHAPE
    ? html`<p>${words.uuid}</p>`
    : html`<p><code class="pattern">${pattern}</code></p>`
}

function boundsOf(
  min: number | undefined,
  max: number | undefined,
  words: Words,
): string | undefined {
  if (min !== undefined && max !== undefined) return fill(words.range, { min, max })
  if (min !== undefined) return fill(words.from, { min })
  return max === undefined ? undefined : fill(words.to, { max })
}

function wrapped(text: string, range: string | undefined): string | undefined {
  return range === undefined ? undefined : fill(text, { range })
}
