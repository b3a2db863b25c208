import { dirname, relative, resolve } from 'node:path'

/** Where a page stands on the site: `x.zh.md` beside `x.md` becomes `zh/x.md`. Both are paths from docs/. */
export function sitePath(file: string): string {
  const english = file.replace(/(^|\/)README\.md$/, '$1index.md')
  return english.endsWith('.zh.md') ? `zh/${english.replace(/\.zh\.md$/, '.md')}` : english
}

/**
 * The link of a page as the site needs it: pages link to each other by their files, so that a reader of
 * the repository can follow them too. Undefined for what lies outside of docs/ and is not on the site.
 *
 * @param folder The absolute path of docs/.
 * @param file The absolute path of the page.
 */
export function siteLink(folder: string, file: string, href: string): string | undefined {
  if (/^([a-z]+:|\/\/|#|\/)/i.test(href)) return href
  const [path = '', anchor] = href.split('#', 2)
  const target = relative(folder, resolve(dirname(file), decodeURIComponent(path)))
  if (target.startsWith('..') || !target.endsWith('.md')) return undefined
  return `/${sitePath(target)}${anchor === undefined ? '' : `#${anchor}`}`
}

/** A character of Chinese at the end, at the start. */
const ENDS_IN_HAN = /\p{Script=Han}$/u
const BEGINS_WITH_HAN = /^\p{Script=Han}/u
/** Full-width punctuation. */
const WIDE_PUNCTUATION = /[\u3000-\u303f\uff00-\uffef]/

/**
 * Whether a line that ends with `before` runs on into `after` without a space, as Chinese does: between
 * two of its characters, and at its punctuation, which is wide enough. Between Chinese and a word of
 * another script a space stays.
 */
export function joinsWithoutSpace(before: string, after: string): boolean {
  if (WIDE_PUNCTUATION.test(before.slice(-1) + after.slice(0, 1))) return true
  return ENDS_IN_HAN.test(before) && BEGINS_WITH_HAN.test(after)
}
