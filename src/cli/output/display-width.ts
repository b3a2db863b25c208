/** Characters that take two columns: East Asian wide and full-width ones, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u
/** Marks that stand on the character before them. */
const NARROW = /\p{Mn}|\p{Me}|\u200d|\ufe0f/u

/** How many columns `text` takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    if (WIDE.test(character)) width += 2
    else if (!NARROW.test(character)) width += 1
  }
  return width
}

/** The beginning of `text` that takes so many columns at most. */
export function cutTo(text: string, columns: number): string {
  let kept = ''
  let left = columns
  for (const character of text) {
    left -= displayWidth(character)
    if (left < 0) break
    kept += character
  }
  return kept
}

/** `text` with spaces behind it, so that it takes so many columns at least. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)))
}

/** `text` with nothing in it that a terminal would obey: what others wrote may not drive it. */
export function tame(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u${code.toString(16).padStart(4, '0')}`
  })
}
