import { defineConfig } from 'vitepress'
import { joinsWithoutSpace, siteLink, sitePath } from './links.ts'
import { en } from './nav-en.ts'
import { zh } from './nav-zh.ts'
import { searchIndex } from './search.ts'

const FOLDER = new URL('..', import.meta.url).pathname
/** Where the repository can be looked at; without it, links to its files are shown as text. */
const REPOSITORY = process.env['KEYTURN_REPOSITORY']

/** Pages that are one wide table, which takes the place of the outline beside it. */
const TABLES = /^(zh\/)?(settings|faults|metrics|compatibility)\.md$/

/** Chinese has no spaces between words: it is found by its characters. */
const SEARCH = {
  tokenize: (text: string) =>
    text.toLowerCase().match(/[\p{Script=Han}]|[^\s\p{P}\p{S}\p{Script=Han}]+/gu) ?? [],
}

export default defineConfig({
  vite: { plugins: [searchIndex(SEARCH)] },
  title: 'Keyturn',
  base: process.env['KEYTURN_SITE_BASE'] ?? '/',
  outDir: '../dist/site',
  cacheDir: './node_modules/.cache/vitepress',
  cleanUrls: false,
  rewrites: sitePath,
  transformPageData({ relativePath, frontmatter }) {
    if (!TABLES.test(relativePath)) return
    return { frontmatter: { ...frontmatter, aside: false, pageClass: 'wide-table' } }
  },
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/favicon.svg' }]],
  locales: {
    root: { label: 'English', lang: 'en', ...en },
    zh: { label: '简体中文', lang: 'zh-CN', ...zh },
  },
  themeConfig: {
    logo: '/favicon.svg',
    search: {
      provider: 'local',
      options: {
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详情',
                resetButtonTitle: '清除',
                backButtonTitle: '返回',
                noResultsText: '没有结果：',
                footer: { selectText: '选择', navigateText: '切换', closeText: '关闭' },
              },
            },
          },
        },
        miniSearch: { options: SEARCH },
      },
    },
  },
  markdown: {
    config(md) {
      md.core.ruler.push('chinese-lines', ({ tokens }) => {
        for (const { children } of tokens) {
          const shown = (children ?? []).filter(
            ({ content, type }) => content || type === 'softbreak',
          )
          for (const [at, token] of shown.entries()) {
            if (token.type !== 'softbreak') continue
            const before = shown[at - 1]?.content ?? ''
            const after = shown[at + 1]?.content ?? ''
            if (joinsWithoutSpace(before, after)) token.type = 'text'
          }
        }
      })
      md.core.ruler.push('site-links', ({ tokens, env }) => {
        const all = tokens.flatMap((token) => token.children ?? [])
        for (const [at, token] of all.entries()) {
          if (token.type !== 'link_open') continue
          const href = token.attrGet('href') ?? ''
          const link = siteLink(FOLDER, env.realPath ?? env.path, href)
          if (link !== undefined) token.attrSet('href', link)
          else if (REPOSITORY !== undefined) {
            token.attrSet('href', new URL(href, `${REPOSITORY}/docs/`).href)
          } else {
            token.tag = 'span'
            token.attrs = null
            token.type = 'text_open'
            const close = all.slice(at).find(({ type }) => type === 'link_close')
            if (close !== undefined) close.tag = 'span'
          }
        }
      })
    },
  },
})
