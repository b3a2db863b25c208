import type { Fields } from './field.ts'
import { jsonSchema, jsonSchemaOf, limitNotes } from './json-schema.ts'
import { COMPONENTS, LANGUAGE } from './openapi-components.ts'
import type {
  OpenApiDocument,
  OpenApiMethod,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiTag,
} from './openapi-document.ts'
import { responsesOf, sharedResponses } from './openapi-responses.ts'
import type { Access, ApiKind, OperationRow } from './operation.ts'
import { OPERATIONS } from './operations/index.ts'
import { OTHER_SUBJECT, SUBJECTS, subjectOf } from './subjects.ts'

/** What a document is to say beyond the table. */
export interface OpenApiOptions {
  /** Version of Keyturn. */
  readonly version: string
  /** Scheme, host, port and prefix by which clients reach the server; else the document's own. */
  readonly serverUrl?: string | undefined
  /** The APIs that the server answers; all of them when left out. */
  readonly apis?: readonly ApiKind[]
}

const APIS: Readonly<Record<ApiKind, { en: string; zh: string; about: string }>> = {
  kms: { en: 'Key management', zh: '密钥管理', about: "The vendor's key management API." },
  identity: {
    en: 'Identity',
    zh: '身份认证',
    about: "The part of the vendor's identity API that clients need to sign in.",
  },
  keyturn: { en: "Keyturn's own", zh: 'Keyturn 扩展', about: "Beyond the vendor's documents." },
}

const SIGNED_IN = [{ token: [] }, { signature: [] }] as const

/**
 * An OpenAPI 3.1 document of every operation in the table. The same options make the same document.
 *
 * Source: OpenAPI Specification 3.1.0; members that begin with `x-` are ours.
 */
export function openApiDocument(options: OpenApiOptions): OpenApiDocument {
  const { version, serverUrl = '/', apis = ['kms', 'identity', 'keyturn'] } = options
  const all: readonly OperationRow[] = Object.values(OPERATIONS)
  const rows = all.filter(({ api }) => apis.includes(api))
  const subjects = [...SUBJECTS, OTHER_SUBJECT].filter((subject) =>
    rows.some(({ id }) => subjectOf(id) === subject),
  )
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keyturn',
      version,
      summary: 'A self-hosted key management service',
      description: DESCRIPTION,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    security: SIGNED_IN,
    tags: [
      ...subjects.map(({ id, en, zh }): OpenApiTag => tag(id, `Operations on: ${en}.`, en, zh)),
      ...apis.map((api): OpenApiTag => tag(api, APIS[api].about, APIS[api].en, APIS[api].zh)),
    ],
    'x-tagGroups': [
      { name: 'Subjects', tags: subjects.map(({ id }) => id) },
      { name: 'APIs', tags: [...apis] },
    ],
    paths: pathsOf(rows),
    components: { ...COMPONENTS, responses: sharedResponses(apis) },
  }
}

const DESCRIPTION = [
  'Requests and replies are JSON. Members that are not described are ignored, and null counts as left out.',
  'A caller signs in at `POST /v3/auth/tokens` and sends the token as `X-Auth-Token`, or signs each',
  'request with an access key. Errors are worded in English, or in Chinese for `X-Language: zh-cn`.',
].join(' ')

function tag(name: string, description: string, en: string, zh: string): OpenApiTag {
  return { name, description, 'x-title': { en, zh } }
}

function pathsOf(rows: readonly OperationRow[]): OpenApiDocument['paths'] {
  const paths: Record<string, Partial<Record<OpenApiMethod, OpenApiOperation>>> = {}
  for (const row of rows) {
    const method = row.method.toLowerCase() as OpenApiMethod // the same letters, in lower case
    paths[row.path] = { ...paths[row.path], [method]: operationOf(row) }
  }
  return paths
}

function operationOf(row: OperationRow): OpenApiOperation {
  const { access } = row
  const right = 'permission' in access ? access : undefined
  const schema = jsonSchemaOf(row.request, 'notes')
  return {
    operationId: row.id,
    summary: row.summary,
    description: `${whoMay(row.access)} Source: ${row.source}.`,
    tags: [subjectOf(row.id).id, row.api],
    parameters: parametersOf(row),
    ...(hasFields(row.request)
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema } },
          },
        }
      : {}),
    responses: responsesOf(row),
    security: access.kind === 'anyone' ? [] : SIGNED_IN,
    ...(right === undefined ? {} : { 'x-permission': right.permission }),
    ...(right?.grant === undefined ? {} : { 'x-grant': right.grant }),
    'x-source': row.source,
    ...(row.api === 'keyturn' ? { 'x-keyturn': true as const } : {}),
  }
}

function whoMay(access: Access): string {
  switch (access.kind) {
    case 'anyone':
      return 'Anybody may call it.'
    case 'signedIn':
      return 'Whoever is signed in may call it.'
    case 'permission':
    case 'permissionInHandler': {
      const grant = access.grant === undefined ? '' : ` or a grant of \`${access.grant}\``
      return `Needs the permission \`${access.permission}\`${grant}.`
    }
    default:
      throw access satisfies never
  }
}

function parametersOf(row: OperationRow): readonly OpenApiParameter[] {
  const project: readonly OpenApiParameter[] = row.path.includes('{project_id}')
    ? [{ $ref: '#/components/parameters/ProjectId' }]
    : []
  return [
    ...project,
    ...parametersIn('path', row.pathFields),
    ...parametersIn('query', row.query),
    ...parametersIn('header', row.requestHeaders),
    LANGUAGE,
  ]
}

function parametersIn(place: 'path' | 'query' | 'header', fields: Fields): OpenApiParameter[] {
  return Object.entries(fields).map(([name, member]) => ({
    name: place === 'header' ? headerName(name) : name,
    in: place,
    required: place === 'path' || !member.optional,
    ...limitNotes(name, member),
    schema: jsonSchema(member.schema),
  }))
}

/** `x-subject-token` as it is usually spelled: `X-Subject-Token`. */
function headerName(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())
}

function hasFields(fields: Fields): boolean {
  return Object.keys(fields).length > 0
}
