import type { OpenApiDocument } from '../contract/openapi-document.ts'
import type { Language } from '../contract/wire-errors/index.ts'
import { EXAMPLE_ORIGIN } from './curl-example.ts'
import type { Described } from './described.ts'
import { type Html, html } from './html.ts'
import {
  faultHead,
  faultRows,
  faultsOf,
  type ListedFault,
  operationSection,
  summaryOf,
} from './operation-section.ts'
import { WORDS, type Words } from './words.ts'

/** Where the parts of the reference are, below the server's own address. */
export const REFERENCE_PATHS = {
  document: '/openapi.json',
  en: '/docs',
  zh: '/docs/zh',
  style: '/docs/reference.css',
  script: '/docs/reference.js',
} as const

interface Group {
  readonly id: string
  readonly title: string
  readonly operations: readonly Described[]
}

/**
 * The reference as an HTML page in the language's words. It has no style and no script of its own,
 * but refers to those at {@link REFERENCE_PATHS}; without the script it lacks the filter and nothing
 * else.
 *
 * @param consolePath Where the console is, below the server's own address; undefined: nowhere.
 */
export function referencePage(
  document: OpenApiDocument,
  language: Language,
  consolePath?: string,
): string {
  const words = WORDS[language]
  const prefix = prefixOf(document)
  const groups = groupsOf(document, language)
  const count = groups.reduce((sum, { operations }) => sum + operations.length, 0)
  const page = html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Keyturn · ${words.title}</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${prefix}${REFERENCE_PATHS.style}">
<link rel="alternate" hreflang="en" href="${prefix}${REFERENCE_PATHS.en}">
<link rel="alternate" hreflang="zh" href="${prefix}${REFERENCE_PATHS.zh}">
<script src="${prefix}${REFERENCE_PATHS.script}" defer></script>
</head>
<body data-origin="${EXAMPLE_ORIGIN}" data-copy="${words.copy}" data-copied="${words.copied}" data-found="${words.found}">
<a class="skip" href="#operations">${words.skip}</a>
${headerOf(document, prefix, language, consolePath)}
<div class="columns">
${navigationOf(groups, words, language)}
<main id="operations" tabindex="-1">
${introduction(document, words)}
<p class="nothing-found" id="nothing-found" hidden>${words.nothing}</p>
${groups.map((group) => groupSection(document, group, language))}
${commonErrors(document, groups, language)}
<footer><p>Keyturn ${document.info.version} · ${count} · OpenAPI ${document.openapi} · ${document.info.license.name}</p></footer>
</main>
</div>
</body>
</html>
`
  return page.markup
}

/** A key, as an icon that needs no request. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1b2130"/><g fill="none" stroke="#e3b25c" stroke-width="3" stroke-linecap="round"><circle cx="11.5" cy="16" r="4.5"/><path d="M16 16h10M22 16v4.5M26 16v3"/></g></svg>',
)}`

const MARK = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><g fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round"><circle cx="9.5" cy="16" r="5.5"/><path d="M15 16h13M23 16v5.5M28 16v4"/></g></svg>`

/** Path below which a proxy serves us, without its last slash. */
function prefixOf({ servers }: OpenApiDocument): string {
  const url = servers[0]?.url ?? '/'
  const path = URL.canParse(url) ? new URL(url).pathname : url
  return path.replace(/\/+$/, '')
}

function groupsOf(document: OpenApiDocument, language: Language): readonly Group[] {
  const all: readonly Described[] = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  )
  return document.tags
    .map((tag) => ({
      id: tag.name,
      title: tag['x-title'][language],
      operations: all.filter(({ operation }) => operation.tags[0] === tag.name),
    }))
    .filter(({ operations }) => operations.length > 0)
}

function headerOf(
  document: OpenApiDocument,
  prefix: string,
  language: Language,
  consolePath: string | undefined,
): Html {
  const words = WORDS[language]
  const other = language === 'en' ? 'zh' : 'en'
  return html`<header class="top" id="top">
<a class="brand" href="#top">${MARK}<span>Keyturn</span></a>
<span class="version" title="${words.version}">${document.info.version}</span>
<form class="search" role="search" hidden><label class="unseen" for="filter">${words.search}</label><input id="filter" type="search" placeholder="${words.searchHint}" autocomplete="off" spellcheck="false" aria-describedby="found"><kbd aria-hidden="true">/</kbd><span id="found" class="unseen" role="status"></span></form>
<a class="to-contents" href="#contents">${words.contents}</a>
${
  consolePath === undefined
    ? undefined
    : html`<a class="link" href="${prefix}${consolePath}">${words.console}</a>
`
}<a class="link document" href="${prefix}${REFERENCE_PATHS.document}">${words.document}</a>
<a class="link" href="${prefix}${REFERENCE_PATHS[other]}" lang="${other}" hreflang="${other}">${words.otherLanguage}</a>
</header>`
}

function navigationOf(groups: readonly Group[], words: Words, language: Language): Html {
  return html`<nav id="contents" aria-label="${words.contents}">
<a class="close" href="#operations">${words.close}</a>
<ul class="plain"><li><a href="#start">${words.start}</a></li></ul>
${groups.map(
  ({
    id,
    title,
    operations,
  }) => html`<section data-group="${id}"><h2><a href="#${id}">${title}</a></h2>
<ul>${operations.map(
    ({
      method,
      operation,
    }) => html`<li data-for="${operation.operationId}"><a href="#${operation.operationId}" title="${summaryOf(operation, language).text}"><span class="method ${method}" aria-hidden="true">${method}</span><span>${inWords(operation.operationId)}</span></a></li>
`,
  )}</ul></section>
`,
)}
<ul class="plain"><li><a href="#common-errors">${words.commonErrors}</a></li></ul>
</nav>`
}

/** A name that may break before its capitals. */
function inWords(name: string): readonly Html[] {
  return name.split(/(?=[A-Z])/).map((word) => html`<wbr>${word}`)
}

function introduction(document: OpenApiDocument, words: Words): Html {
  const signIn = document.paths['/v3/auth/tokens']?.post !== undefined
  return html`<section class="intro" id="start">
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<h2 class="unseen">${words.start}</h2>
<ol class="steps">
<li><h3>${words.signIn}</h3><p>${words.signInText}</p>${
    signIn ? html`<p><a href="#CreateToken"><code>POST /v3/auth/tokens</code></a></p>` : undefined
  }</li>
<li><h3>${words.call}</h3><p>${words.callText}</p><p><code>X-Auth-Token: …</code></p></li>
<li><h3>${words.errors}</h3><p>${words.errorsText}</p><p><a href="#common-errors">${words.commonErrors}</a></p></li>
</ol>
</section>`
}

function groupSection(document: OpenApiDocument, group: Group, language: Language): Html {
  const { id, title, operations } = group
  return html`<section class="group" id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${operations.map((described) => operationSection(document, described, language))}</section>
`
}

/** Faults that are common, once each, as the key management API words them where it has them. */
function commonErrors(
  document: OpenApiDocument,
  groups: readonly Group[],
  language: Language,
): Html {
  const words = WORDS[language]
  const byKind = new Map<string, ListedFault>()
  const described = groups.flatMap(({ operations }) => operations)
  const isIdentity = ({ operation }: Described) => operation.tags[1] === 'identity'
  const ordered = [
    ...described.filter((one) => !isIdentity(one)),
    ...described.filter((one) => isIdentity(one)),
  ]
  for (const { operation } of ordered) {
    for (const listed of faultsOf(document, operation)) {
      const { fault } = listed
      if (fault.common && !byKind.has(fault.kind)) byKind.set(fault.kind, listed)
    }
  }
  const faults = [...byKind.values()].sort((a, b) => a.status - b.status)
  return html`<section class="group" id="common-errors" aria-labelledby="common-errors-title">
<h2 id="common-errors-title">${words.commonErrors}</h2>
<p>${words.commonErrorsText}</p>
<table class="faults">${faultHead(words)}<tbody>${faultRows(faults, language)}</tbody></table>
</section>`
}
