import type { FaultKind } from '../core/fault.ts'
import { jsonSchema, jsonSchemaOf } from './json-schema.ts'
import { ERROR_SCHEMA, REQUEST_ID, RETRY_AFTER } from './openapi-components.ts'
import type { OpenApiFault, OpenApiHeader, OpenApiResponse } from './openapi-document.ts'
import type { ApiKind, OperationRow } from './operation.ts'
import { COMMON_FAULTS, type PossibleFault, possibleFaults } from './possible-faults.ts'
import { type Language, wireErrorOf } from './wire-errors/index.ts'

type Responses = Readonly<Record<string, OpenApiResponse | { readonly $ref: string }>>

/** What an operation may answer, by status: its reply, and every fault it may be refused with. */
export function responsesOf(row: OperationRow): Responses {
  const responses: Record<string, Responses[string]> = { [row.status]: replyOf(row) }
  for (const [status, faults] of byStatus(possibleFaults(row))) {
    const hasBody = row.method !== 'HEAD'
    const isShared = hasBody && kindsOf(faults) === COMMON_KINDS.get(status)
    responses[status] = isShared
      ? { $ref: `#/components/responses/${sharedName(row.api, status)}` }
      : refusalOf(row.api, status, faults, hasBody)
  }
  return responses
}

/** The refusals that are the same for many operations, for the components of a document. */
export function sharedResponses(
  apis: readonly ApiKind[],
): Readonly<Record<string, OpenApiResponse>> {
  const responses: Record<string, OpenApiResponse> = {}
  for (const api of apis) {
    for (const [status, faults] of byStatus(COMMON_FAULTS)) {
      responses[sharedName(api, status)] = refusalOf(api, status, faults, true)
    }
  }
  return responses
}

function byStatus(faults: readonly PossibleFault[]): ReadonlyMap<number, readonly PossibleFault[]> {
  return Map.groupBy(faults, ({ kind }) => wireErrorOf(kind).status)
}

function kindsOf(faults: readonly PossibleFault[]): string {
  return faults.map(({ kind, common }) => `${kind} ${common}`).join()
}

const COMMON_KINDS: ReadonlyMap<number, string> = new Map(
  [...byStatus(COMMON_FAULTS)].map(([status, faults]) => [status, kindsOf(faults)]),
)

/** `Error401`: operations of the same form of error share a response. */
function sharedName(api: ApiKind, status: number): string {
  return `${ERROR_SCHEMA[api].$ref.slice('#/components/schemas/'.length)}${status}`
}

function replyOf(row: OperationRow): OpenApiResponse {
  const headers: Record<string, OpenApiHeader> = { 'X-Request-Id': REQUEST_ID }
  for (const [name, { schema, optional }] of Object.entries(row.headers)) {
    headers[name] = { required: !optional, schema: jsonSchema(schema) }
  }
  const schema = jsonSchemaOf(row.response, 'bare')
  const hasBody = row.status !== 204 && row.method !== 'HEAD'
  return {
    description: row.summary,
    headers,
    ...(hasBody ? { content: { 'application/json': { schema } } } : {}),
  }
}

function refusalOf(
  api: ApiKind,
  status: number,
  faults: readonly PossibleFault[],
  hasBody: boolean,
): OpenApiResponse {
  const listed = faults.map((possible) => faultOf(api, possible))
  return {
    description: listed.map(({ code, sentence }) => `- \`${code}\` ${sentence.en}`).join('\n'),
    headers: {
      'X-Request-Id': REQUEST_ID,
      ...(status === 429 ? { 'Retry-After': RETRY_AFTER } : {}),
    },
    ...(hasBody ? { content: { 'application/json': { schema: ERROR_SCHEMA[api] } } } : {}),
    'x-faults': listed,
  }
}

function faultOf(api: ApiKind, { kind, common, facts }: PossibleFault): OpenApiFault {
  const { status, code, flatCode } = wireErrorOf(kind)
  const sentence = { en: sentenceOf(kind, facts, 'en'), zh: sentenceOf(kind, facts, 'zh') }
  // The identity API's body has the status in the place of a code.
  if (api === 'identity') return { kind, code: String(status), common, sentence }
  return { kind, code, ...(flatCode === undefined ? {} : { flatCode }), common, sentence }
}

/** The sentence with the facts that are known; the names of the others stay in braces. */
function sentenceOf(
  kind: FaultKind,
  facts: Readonly<Record<string, unknown>>,
  language: Language,
): string {
  return wireErrorOf(kind)[language].replace(/\{(\w+)\}/g, (braced, name: string) =>
    facts[name] === undefined ? braced : String(facts[name]),
  )
}
