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
