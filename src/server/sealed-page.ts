import { createHash } from 'node:crypto'
import type { Language } from '../contract/wire-errors/index.ts'

const STYLE =
  'body{margin:0;min-height:100vh;display:grid;place-items:center;font:1rem/1.6 system-ui,sans-serif;' +
  'color:#1c2130;background:#faf8f4}main{max-width:34rem;padding:2rem}h1{font-size:1.75rem;margin:0 0 .5rem}' +
  'code{padding:.1em .4em;border-radius:.3em;background:#f0ebe0}@media(prefers-color-scheme:dark)' +
  '{body{color:#e8e6e1;background:#14161c}code{background:#262a34}}'

/** Nothing may be loaded, and no script run. */
export const SEALED_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const WORDS = {
  en: {
    title: 'Sealed',
    text: 'This server has started and its root key is not at hand yet: nobody is served until somebody unseals it.',
    how: 'On its machine, as the user of the server:',
    goesOn: 'This page goes on by itself once it is unsealed.',
  },
  zh: {
    title: '已封印',
    text: '服务器已启动，但尚未取得根密钥：解封之前不提供任何服务。',
    how: '请在服务器所在的机器上，以服务器的用户运行：',
    goesOn: '解封后，本页会自动继续。',
  },
} as const satisfies Record<Language, unknown>

/** What a browser shows while the server is sealed; the header `Refresh` makes it ask again. */
export function sealedPage(language: Language): string {
  const { title, text, how, goesOn } = WORDS[language]
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width">' +
    `<title>${title} · Keyturn</title><style>${STYLE}</style></head><body><main><h1>${title}</h1><p>${text}</p>` +
    `<p>${how}</p><p><code>keyturn seal unseal</code></p><p>${goesOn}</p></main></body></html>\n`
  )
}
