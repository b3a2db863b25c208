/** Shorter values are found by chance. */
const MIN_BYTES = 12
/** Of longer ones a piece from the middle is looked for: a leak need not be whole. */
const PIECE_BYTES = 48

/** A secret, by what it is. */
export interface Mark {
  readonly what: string
  readonly value: string
}

/** Bytes that were looked through, by where they were. */
export type Places = ReadonlyMap<string, Buffer>

/** Where which secret was found, in whatever form. */
export function findMarks(marks: readonly Mark[], places: Places): readonly string[] {
  const found = new Set<string>()
  for (const { what, value } of marks) {
    for (const [form, bytes] of formsOf(value)) {
      for (const [place, content] of places) {
        if (content.includes(bytes)) found.add(`${what} in ${place}, ${form}`)
      }
    }
  }
  return [...found]
}

/** Every form in which a value could lie about. */
export function formsOf(value: string): ReadonlyMap<string, Buffer> {
  const forms = new Map<string, Buffer>()
  const add = (form: string, bytes: Uint8Array | string) => {
    const all = Buffer.from(bytes as string)
    if (all.length >= MIN_BYTES) forms.set(form, all)
  }
  for (const [meaning, bytes] of meaningsOf(value)) {
    const from = Math.max(0, Math.floor((bytes.length - PIECE_BYTES) / 2))
    const piece = bytes.subarray(from, from + PIECE_BYTES)
    // Zeros alone, as of the data key of a test, lie about everywhere.
    const isPlain = piece.every((byte) => byte === piece[0])
    if (piece.length < MIN_BYTES || isPlain) continue
    add(`${meaning} as it is`, piece)
    add(`${meaning} in hexadecimal`, piece.toString('hex'))
    add(`${meaning} in capital hexadecimal`, piece.toString('hex').toUpperCase())
    add(`${meaning} in UTF-16`, Buffer.from(piece.toString('latin1'), 'utf16le'))
    add(`${meaning} in JSON`, JSON.stringify(piece.toString('utf8')).slice(1, -1))
    add(`${meaning} in a URL`, encodeURIComponent(piece.toString('latin1')))
    // It may begin at any of the three places of a group, whose first and last letters then differ.
    for (const skipped of [0, 1, 2]) {
      const whole = piece.subarray(skipped)
      const even = whole.subarray(0, whole.length - (whole.length % 3))
      add(`${meaning} in base64, ${skipped}`, even.toString('base64'))
      add(`${meaning} in base64url, ${skipped}`, even.toString('base64url'))
    }
  }
  return forms
}

/** What a text may stand for: itself, and what it is in hexadecimal, base64 or PEM. */
function meaningsOf(value: string): readonly (readonly [string, Buffer])[] {
  const all: (readonly [string, Buffer])[] = [['text', Buffer.from(value)]]
  const body = value.replace(/-----[A-Z ]+-----|\s/g, '')
  if (/^([0-9a-f]{2})+$/i.test(body)) all.push(['bytes', Buffer.from(body, 'hex')])
  else if (/^[A-Za-z0-9+/_-]{16,}=*$/.test(body)) all.push(['bytes', Buffer.from(body, 'base64')])
  return all
}
