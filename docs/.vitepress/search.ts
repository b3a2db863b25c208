import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import MiniSearch from 'minisearch'
import { createMarkdownRenderer, type SiteConfig } from 'vitepress'
import { sitePath } from './links.ts'

const MODULE = '/@localSearchIndex'
const LANGUAGES = ['root', 'zh'] as const

/**
 * Makes the index of the search, in place of VitePress's own, which takes the language of a page from
 * its file and so puts `x.zh.md` among the English pages. The theme reads it as it would the other.
 */
export function searchIndex(options: object) {
  let site: SiteConfig | undefined
  return {
    name: 'search-by-language',
    enforce: 'pre' as const,
    configResolved(config: object) {
      site = (config as { readonly vitepress: SiteConfig }).vitepress
    },
    async load(id: string) {
      if (site === undefined || !id.startsWith(MODULE)) return undefined
      if (id !== MODULE) {
        const index = await indexOf(site, id.slice(MODULE.length), options)
        return `export default ${JSON.stringify(JSON.stringify(index))}`
      }
      const loaders = LANGUAGES.map((name) => `${name}: () => import('@localSearchIndex${name}')`)
      return `export default { ${loaders.join(', ')} }`
    },
  }
}

async function indexOf(site: SiteConfig, language: string, options: object) {
  const md = await createMarkdownRenderer(site.srcDir, site.markdown, site.site.base, site.logger)
  const index = new MiniSearch({
    fields: ['title', 'titles', 'text'],
    storeFields: ['title', 'titles'],
    ...options,
  })
  for (const page of site.pages) {
    const target = sitePath(page)
    if (target.startsWith('zh/') !== (language === 'zh')) continue
    const path = join(site.srcDir, page)
    const env = { path, relativePath: target, cleanUrls: false }
    const html = md.render(readFileSync(path, 'utf8'), env)
    const url = `${site.site.base}${target.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '.html')}`
    for (const section of sectionsOf(html)) {
      index.add({ ...section, id: `${url}#${section.anchor}` })
    }
  }
  return index
}

/** The parts of a page: what follows a heading, with the headings above it. */
function sectionsOf(html: string) {
  const headings = [...html.matchAll(/<h(\d) id="([^"]*)"[^>]*>(.*?)<a /g)]
  const above: string[] = []
  return headings.map(
    ({ 0: whole, 1: level, 2: anchor = '', 3: inner = '', index: at }, number) => {
      const title = textOf(inner)
      const depth = Number(level) - 1
      above.length = Math.min(above.length, depth)
      const titles = above.filter((name) => name !== undefined)
      above[depth] = title
      const end = headings[number + 1]?.index ?? html.length
      return { anchor, title, titles, text: textOf(html.slice(at + whole.length, end)) }
    },
  )
}

function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim()
}
