import { displayWidth } from '../output/display-width.ts'
import { HELP_WORDS_ZH } from './help-words.ts'

/** Flags with what they take, and what they mean. */
export type FlagTexts = Readonly<Record<string, string>>

/** No line of a help in Chinese is wider; a Han letter counts as two. */
export const HELP_COLUMNS = 100

/**
 * A whole help. `blocks` stand below the usage line: a text becomes a paragraph, or stands as it is
 * when it begins with a space; flags become a list.
 */
export function helpText(usage: string, ...blocks: readonly (string | FlagTexts)[]): string {
  return [`${HELP_WORDS_ZH.usage}keyturn ${usage}`, ...blocks.map(blockText)].join('\n\n')
}

function blockText(block: string | FlagTexts): string {
  if (typeof block === 'string') return block.startsWith(' ') ? block : fill(block, '')
  return Object.entries(block)
    .map(([flag, meaning]) => `  ${flag}\n${fill(meaning, '        ')}`)
    .join('\n')
}

/** `text` on lines that begin with `margin` and are no wider than {@link HELP_COLUMNS}. */
export function fill(text: string, margin: string): string {
  const lines: string[] = []
  let line = margin
  for (const piece of piecesOf(text)) {
    if (line !== margin && displayWidth((line + piece).trimEnd()) > HELP_COLUMNS) {
      lines.push(line.trimEnd())
      line = margin
    }
    line += line === margin ? piece.trimStart() : piece
  }
  return [...lines, line.trimEnd()].join('\n')
}

/** Between these a line may not end: Latin letters, and punctuation with what it belongs to. */
const UNBROKEN = /^[\x21-\x7e…]{2}$|^[（《]|[，。；：、）》]$/u

/** The words of `text`, with their punctuation; spaces are pieces of their own. */
function piecesOf(text: string): readonly string[] {
  const pieces: string[] = []
  for (const { segment } of new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)) {
    const last = pieces.at(-1) ?? ''
    const isUnbroken = last !== '' && UNBROKEN.test(`${last.at(-1)}${segment.at(0)}`)
    if (isUnbroken) pieces[pieces.length - 1] = last + segment
    else pieces.push(segment)
  }
  return pieces
}
