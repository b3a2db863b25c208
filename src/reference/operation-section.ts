import type { JsonSchema } from '../contract/json-schema.ts'
import type {
  OpenApiDocument,
  OpenApiFault,
  OpenApiOperation,
  OpenApiResponse,
} from '../contract/openapi-document.ts'
import type { Language } from '../contract/wire-errors/index.ts'
import { curlExample } from './curl-example.ts'
import type { Described, Parameter } from './described.ts'
import { exampleOf } from './examples.ts'
import { type Html, html } from './html.ts'
import { type FieldRow, fieldTable, rowsOf } from './schema-table.ts'
import { SUMMARIES_ZH } from './summaries-zh.ts'
import { WORDS, type Words } from './words.ts'

/** A fault with the status it is answered with. */
export interface ListedFault {
  readonly status: number
  readonly fault: OpenApiFault
}

/** The summary, and the language it is in. */
export function summaryOf(
  operation: OpenApiOperation,
  language: Language,
): { readonly text: string; readonly language: Language } {
  const chinese = SUMMARIES_ZH[operation.operationId]
  return language === 'zh' && chinese !== undefined
    ? { text: chinese, language }
    : { text: operation.summary, language: 'en' }
}

/** A text whose language is said where it is not the page's. */
function inLanguage(
  { text, language }: { readonly text: string; readonly language: Language },
  page: Language,
): Html {
  return language === page ? html`${text}` : html`<span lang="${language}">${text}</span>`
}

/** The section of an operation. */
export function operationSection(
  document: OpenApiDocument,
  described: Described,
  language: Language,
): Html {
  const words = WORDS[language]
  const { path, method, operation } = described
  const { operationId } = operation
  const parameters = parametersOf(document, operation)
  const body = operation.requestBody?.content['application/json'].schema
  const [status, reply] = replyOf(document, operation)
  const summary = summaryOf(operation, language)
  return html`<article id="${operationId}" class="operation" data-find="${findText(described, parameters, summary.text)}">
<div class="told">
<h3><a href="#${operationId}">${operationId}</a></h3>
<p class="summary">${inLanguage(summary, language)}</p>
<p class="route"><span class="method ${method}">${method.toUpperCase()}</span> <code>${breakable(path)}</code></p>
<dl class="facts">
<div><dt>${words.who}</dt><dd>${accessOf(operation, words)}</dd></div>
${
  operation['x-keyturn']
    ? html`<div><dt>${words.source}</dt><dd><span class="ours">${words.ours}</span></dd></div>`
    : html`<div><dt>${words.source}</dt><dd lang="en">${operation['x-source']}</dd></div>`
}
</dl>
${
  parameters.length === 0
    ? undefined
    : fieldTable(
        words.parameters,
        parameters.map((given) => parameterRow(given, words)),
        'sent',
        language,
      )
}
${body === undefined ? undefined : fieldTable(words.request, rowsOf(body), 'sent', language)}
${replySection(status, reply, language)}
${faultSection(document, operation, language)}
</div>
<div class="shown">
${codeBlock(words.example, 'curl', curlExample(described, parameters, body))}
${replyExample(status, reply, words)}
</div>
</article>
`
}

/** Every fault of an operation, by status. */
export function faultsOf(
  document: OpenApiDocument,
  operation: OpenApiOperation,
): readonly ListedFault[] {
  return Object.entries(operation.responses).flatMap(([status, response]) =>
    (resolved(document, response)['x-faults'] ?? []).map((fault) => ({
      status: Number(status),
      fault,
    })),
  )
}

/** Rows of a table of faults. */
export function faultRows(faults: readonly ListedFault[], language: Language): readonly Html[] {
  const other: Language = language === 'en' ? 'zh' : 'en'
  const words = WORDS[language]
  return faults.map(
    ({ status, fault: { code, flatCode, sentence } }) =>
      html`<tr><td>${status}</td><td><code>${code}</code>${
        flatCode === undefined
          ? undefined
          : html` <span class="flat"><code>${flatCode}</code> ${words.flatCode}</span>`
      }</td><td>${sentence[language]}<span class="other" lang="${other}">${sentence[other]}</span></td></tr>
`,
  )
}

/** Heading of a table of faults. */
export function faultHead(words: Words): Html {
  return html`<thead><tr><th scope="col">${words.status}</th><th scope="col">${words.code}</th><th scope="col">${words.sentence}</th></tr></thead>`
}

function resolved(
  document: OpenApiDocument,
  response: OpenApiResponse | { readonly $ref: string },
): OpenApiResponse {
  if (!('$ref' in response)) return response
  const found = document.components.responses[response.$ref.split('/').at(-1) ?? '']
  if (found === undefined) throw new Error(`${response.$ref} leads nowhere`)
  return found
}

/** Parameters but for the language, which every operation has and the page tells once. */
function parametersOf(document: OpenApiDocument, operation: OpenApiOperation): Parameter[] {
  return operation.parameters.flatMap((given) => {
    if (!('$ref' in given)) return [given]
    const found = document.components.parameters[given.$ref.split('/').at(-1) ?? '']
    if (found === undefined || '$ref' in found) throw new Error(`${given.$ref} leads nowhere`)
    return found.name === 'X-Language' ? [] : [found]
  })
}

function replyOf(
  document: OpenApiDocument,
  operation: OpenApiOperation,
): [string, OpenApiResponse] {
  const found = Object.entries(operation.responses).find(([status]) => Number(status) < 400)
  if (found === undefined) throw new Error(`${operation.operationId} has no reply`)
  return [found[0], resolved(document, found[1])]
}

function accessOf(operation: OpenApiOperation, words: Words): Html {
  const permission = operation['x-permission']
  const grant = operation['x-grant']
  if (permission !== undefined) {
    return html`<code class="permission">${permission}</code>${
      grant === undefined
        ? undefined
        : html` ${words.orGrant} <code class="permission">${grant}</code>`
    }`
  }
  return html`${operation.security.length === 0 ? words.anyone : words.signedIn}`
}

function parameterRow(given: Parameter, words: Words): FieldRow {
  const places = { path: words.inPath, query: words.inQuery, header: words.inHeader }
  const { description, 'x-description-zh': zh } = given
  const notes =
    description === undefined || zh === undefined ? {} : { description, 'x-description-zh': zh }
  return {
    name: given.name,
    depth: 0,
    required: given.required,
    schema: { ...given.schema, ...notes },
    place: places[given.in],
  }
}

function replySection(status: string, reply: OpenApiResponse, language: Language): Html {
  const words = WORDS[language]
  const caption = `${words.reply} ${status}`
  const schema = reply.content?.['application/json'].schema
  const rows = schema === undefined ? [] : rowsOf(schema)
  const headers = Object.entries(reply.headers).flatMap(([name, header]): readonly FieldRow[] =>
    '$ref' in header
      ? []
      : [{ name, depth: 0, required: header.required ?? false, schema: header.schema }],
  )
  const nothing = schema === undefined ? words.noBody : words.emptyObject
  return html`${
    rows.length > 0
      ? fieldTable(caption, rows, 'received', language)
      : html`<h4>${caption}</h4><p class="nothing">${nothing}</p>`
  }${headers.length === 0 ? undefined : fieldTable(words.replyHeaders, headers, 'received', language)}`
}

function faultSection(
  document: OpenApiDocument,
  operation: OpenApiOperation,
  language: Language,
): Html {
  const words = WORDS[language]
  const faults = faultsOf(document, operation)
  const own = faults.filter(({ fault }) => !fault.common)
  const common = faults.filter(({ fault }) => fault.common)
  const codes = [...new Set(common.map(({ fault }) => fault.code))].sort()
  return html`${
    own.length === 0
      ? html`<h4>${words.errors}</h4>`
      : html`<table class="faults"><caption>${words.errors}</caption>${faultHead(words)}
<tbody>${faultRows(own, language)}</tbody></table>`
  }
<p class="common">${words.alsoAny} ${codes.map((code) => html`<a href="#common-errors"><code>${code}</code></a> `)}</p>`
}

function replyExample(status: string, reply: OpenApiResponse, words: Words): Html | undefined {
  const schema = reply.content?.['application/json'].schema
  if (schema === undefined) return undefined
  const example = JSON.stringify(exampleOf('', schema, 'all'), null, 2)
  return codeBlock(words.exampleReply, status, example)
}

function codeBlock(label: string, kind: string, text: string): Html {
  return html`<figure class="code${kind === 'curl' ? ' wrapped' : ''}"><figcaption><span>${label}</span> <span class="kind">${kind}</span></figcaption><pre tabindex="0" aria-label="${label}"><code>${text}</code></pre></figure>`
}

/** A path that may break at its slashes. */
function breakable(path: string): readonly Html[] {
  return path.split(/(?=\/)/).map((segment) => html`<wbr>${parted(segment)}`)
}

function parted(segment: string): Html {
  return segment.startsWith('/{') ? html`/<var>${segment.slice(1)}</var>` : html`${segment}`
}

/** What the filter looks in. */
function findText(
  { path, method, operation }: Described,
  parameters: readonly Parameter[],
  summary: string,
): string {
  const body: JsonSchema = operation.requestBody?.content['application/json'].schema ?? {}
  return [
    operation.operationId,
    method,
    path,
    operation.summary,
    summary,
    operation['x-permission'] ?? '',
    operation['x-grant'] ?? '',
    ...parameters.map(({ name }) => name),
    ...rowsOf(body).map(({ name }) => name),
  ]
    .join(' ')
    .toLowerCase()
}
