import { Type } from 'typebox'
import { fault } from '../core/fault.ts'
import type { KeyId, MaterialId, TenantId } from '../core/ids.ts'
import type { KeyState } from '../core/key.ts'
import { KEY_SPEC_NAMES, type KeySpec, type KeyUsage } from '../core/key-specs.ts'
import { DELETION_DELAY } from '../core/key-state.ts'
import { ALIAS_PATTERN, MAX_DESCRIPTION_CHARACTERS } from '../core/limits.ts'
import { ROTATION_INTERVAL } from '../core/rotation.ts'
import type { Days, EpochMs } from '../core/time.ts'
import { field, plain, wordsOf } from './field.ts'

const UUID_SHAPE = '^[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$'

/** Text without U+0000, which not every database can hold; so long at least and at most. */
export function textOf(lengths: { readonly minLength?: number; readonly maxLength?: number }) {
  return field({
    schema: Type.String(lengths),
    decode: (wire) => (wire.includes('\0') ? undefined : wire),
    encode: (value: string) => value,
  })
}

/** Any text without U+0000. */
export const text = textOf({})
/** Any text at all: what it may hold is for the core to say. */
export const anyText = plain(Type.String())
/** Any number. */
export const number = plain(Type.Number())
/** A JSON boolean. */
export const boolean = plain(Type.Boolean())

/** `key_id` of a request or a reply. */
export const keyId = field({
  schema: Type.String({ pattern: UUID_SHAPE }),
  decode: (wire) => wire as KeyId, // the pattern is that of a key id
  encode: (id: KeyId) => id,
  malformed: () => fault('key-id-malformed'),
})

/** `sequence`: a number that callers give their requests; checked, and used for nothing. */
export const sequence = plain(Type.String({ pattern: UUID_SHAPE }), () =>
  fault('sequence-malformed'),
)

/** An id of the shape of a UUID, in either case. */
export const uuid = plain(
  Type.String({
    pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  }),
)

/** `marker` of lists whose markers are ids; empty asks for the first page. */
export const uuidOrEmpty = plain(
  Type.String({
    pattern: '^$|^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  }),
  () => fault('marker-out-of-range'),
)

/** A name that people give to things, 1 to 255 characters. */
export const name = plain(Type.String({ pattern: '^[a-zA-Z0-9:/_-]{1,255}$' }))

/** `domain_id`. */
export const tenantId = field({
  schema: Type.String(),
  decode: (wire) => wire as TenantId,
  encode: (id: TenantId) => id,
})

/** `material_id`. */
export const materialId = field({
  schema: Type.String({ pattern: UUID_SHAPE }),
  decode: (wire) => wire as MaterialId,
  encode: (id: MaterialId) => id,
})

/** `key_alias`, 1 to 255 characters. */
export const keyAlias = plain(Type.String({ pattern: ALIAS_PATTERN }), () => fault('alias-invalid'))

/** `key_description`, 0 to 255 characters; no control characters, for it is shown to people. */
export const keyDescription = field({
  schema: Type.String(),
  decode: (wire) =>
    [...wire].length <= MAX_DESCRIPTION_CHARACTERS && wire.isWellFormed() && !hasControls(wire)
      ? wire
      : undefined,
  encode: (value: string) => value,
  malformed: () => fault('description-invalid', { maxCharacters: MAX_DESCRIPTION_CHARACTERS }),
})

/** `key_spec` of a key. */
export const keySpec = field({
  schema: wordsOf(KEY_SPEC_NAMES),
  decode: (wire): KeySpec => wire,
  encode: (value) => value,
})

/** `key_spec` of a list: one spec, or every one. */
export const keySpecFilter = field({
  schema: wordsOf<KeySpec | 'ALL'>([...KEY_SPEC_NAMES, 'ALL']),
  decode: (wire): KeySpec | 'ALL' => wire,
  encode: (value) => value,
})

/** `key_usage`. */
export const keyUsage = field({
  schema: Type.Union([
    Type.Literal('ENCRYPT_DECRYPT'),
    Type.Literal('SIGN_VERIFY'),
    Type.Literal('GENERATE_VERIFY_MAC'),
    Type.Literal('KEY_AGREEMENT'),
  ]),
  decode: (wire): KeyUsage => wire,
  encode: (value) => value,
})

/** `origin`: material made by the service, or imported. */
export const keyOrigin = plain(Type.Union([Type.Literal('kms'), Type.Literal('external')]))

/** `key_state`: a digit. 1 (waiting for activation) and 7 (frozen) are never sent. */
const KEY_STATE_DIGITS = {
  enabled: '2',
  disabled: '3',
  pendingDeletion: '4',
  pendingImport: '5',
} as const satisfies Record<KeyState['kind'], string>

/** `key_state` of a reply. */
export const keyState = field({
  schema: Type.String({ pattern: '^[1-5]$' }),
  decode: parseKeyState,
  encode: (kind: KeyState['kind']) => KEY_STATE_DIGITS[kind],
})

/** `key_state` of a list, a digit as text or number; `none` is a state that no key here has. */
export const keyStateFilter = field({
  schema: Type.Union([
    Type.String({ pattern: '^[1-5]$' }),
    Type.Integer({ minimum: 1, maximum: 5 }),
  ]),
  decode: (wire): KeyState['kind'] | 'none' => parseKeyState(String(wire)) ?? 'none',
  encode: (kind) => (kind === 'none' ? '1' : KEY_STATE_DIGITS[kind]),
})

/** A time in replies: milliseconds since 1970 as decimal text, 13 digits for a long while yet. */
export const epochMsText = field({
  schema: Type.String({ pattern: '^[0-9]{1,16}$' }),
  decode: (wire) => Number(wire) as EpochMs,
  encode: (time: EpochMs) => String(time),
})

/** A time in replies that is empty text when there is none. */
export const epochMsTextOrEmpty = field({
  schema: Type.String({ pattern: '^[0-9]{0,16}$' }),
  decode: (wire): EpochMs | 'none' => (wire === '' ? 'none' : (Number(wire) as EpochMs)),
  encode: (time: EpochMs | 'none') => (time === 'none' ? '' : String(time)),
})

/** A boolean in replies that travels as text. */
export const booleanText = field({
  schema: Type.Union([Type.Literal('true'), Type.Literal('false')]),
  decode: (wire) => wire === 'true',
  encode: (value: boolean) => String(value) as 'true' | 'false',
})

/** `default_key_flag` in replies: "1" for a default key, else "0". */
export const flagText = field({
  schema: Type.Union([Type.Literal('0'), Type.Literal('1')]),
  decode: (wire) => wire === '1',
  encode: (value: boolean) => (value ? '1' : '0') as '0' | '1',
})

const decimal = Type.Union([
  Type.String({ pattern: '^[0-9]{1,10}$' }),
  Type.Integer({ minimum: 0, maximum: 9_999_999_999 }),
])

/** A whole number of a request, sent as number or as decimal text; replies have it as text. */
export const wholeNumber = field({
  schema: decimal,
  decode: Number,
  encode: (value: number) => String(value),
})

/** `pending_days`: days, as decimal text or number. */
export const pendingDays = field({
  schema: decimal,
  decode: (wire) => Number(wire) as Days,
  encode: (value: Days) => String(value),
  malformed: () => fault('deletion-delay-out-of-range', { days: Number.NaN, ...DELETION_DELAY }),
})

/** `rotation_interval` of a request: days, a JSON integer; the core says whether it will do. */
export const rotationInterval = field({
  schema: Type.Integer(),
  decode: (wire) => wire as Days,
  encode: (value: Days) => value,
  malformed: () =>
    fault('rotation-interval-out-of-range', {
      min: ROTATION_INTERVAL.min,
      max: ROTATION_INTERVAL.max,
    }),
})

/** From here on a number is milliseconds, below it seconds: the year 5138, or March 1973. */
const SECONDS_END = 100_000_000_000

/** `expiration_time` of imported material: seconds or milliseconds since 1970, number or text. */
export const importedUntil = field({
  schema: Type.Union([
    Type.String({ pattern: '^[0-9]{1,15}$' }),
    Type.Integer({ minimum: 0, maximum: 999_999_999_999_999 }),
  ]),
  decode: (wire) => {
    const time = Number(wire)
    return (time < SECONDS_END ? time * 1000 : time) as EpochMs
  },
  encode: (time: EpochMs) => time,
})

/** `limit` of a list: 1 to `max`. */
export function pageLimit(max: number) {
  return field({
    schema: decimal,
    decode: (wire) => {
      const limit = Number(wire)
      return limit >= 1 && limit <= max ? limit : undefined
    },
    encode: (value: number) => String(value),
    malformed: () => fault('limit-out-of-range', { min: 1, max }),
  })
}

/** `marker` of a list: digits; empty or 0 asks for the first page. */
export const marker = field({
  schema: Type.Union([
    Type.String({ pattern: '^[0-9]{0,15}$' }),
    Type.Integer({ minimum: 0, maximum: 999_999_999_999_999 }),
  ]),
  decode: Number,
  encode: (value: number) => String(value),
  malformed: () => fault('marker-out-of-range'),
})

/** `next_marker` of a reply: empty text at the end. */
export const nextMarker = field({
  schema: Type.String({ pattern: '^[0-9]*$' }),
  decode: (wire): number | 'end' => (wire === '' ? 'end' : Number(wire)),
  encode: (value: number | 'end') => (value === 'end' ? '' : String(value)),
})

/** Text that no caller may fill with line breaks or escapes for somebody's terminal. */
function hasControls(value: string): boolean {
  return /\p{Cc}/u.test(value)
}

function parseKeyState(digit: string): KeyState['kind'] | undefined {
  switch (digit) {
    case '2':
      return 'enabled'
    case '3':
      return 'disabled'
    case '4':
      return 'pendingDeletion'
    case '5':
      return 'pendingImport'
    default:
      return undefined
  }
}
