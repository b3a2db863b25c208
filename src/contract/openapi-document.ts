import type { JsonSchema } from './json-schema.ts'
import type { ApiKind, OperationRow, Permission } from './operation.ts'

/** A text in both languages. */
export interface Bilingual {
  readonly en: string
  readonly zh: string
}

/** A parameter of path, query or headers, or a reference to one. */
export type OpenApiParameter =
  | { readonly $ref: string }
  | {
      readonly name: string
      readonly in: 'path' | 'query' | 'header'
      readonly required: boolean
      readonly description?: string
      readonly 'x-description-zh'?: string
      readonly schema: JsonSchema
    }

/** A fault within a reply. */
export interface OpenApiFault {
  readonly kind: string
  readonly code: string
  /** Code of the flat body where it is another. */
  readonly flatCode?: string
  /** Whether it says nothing of this operation: every one of the sort may meet it. */
  readonly common: boolean
  readonly sentence: Bilingual
}

/** A header of a reply, or a reference to one. */
export type OpenApiHeader =
  | { readonly $ref: string }
  | { readonly description?: string; readonly required?: boolean; readonly schema: JsonSchema }

/** JSON content. */
export interface OpenApiContent {
  readonly 'application/json': { readonly schema: JsonSchema }
}

/** What an operation may answer with one status. */
export interface OpenApiResponse {
  readonly description: string
  readonly headers: Readonly<Record<string, OpenApiHeader>>
  /** Left out when the reply has no body. */
  readonly content?: OpenApiContent
  /** The faults behind an error status. */
  readonly 'x-faults'?: readonly OpenApiFault[]
}

/** A method on a path. */
export interface OpenApiOperation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  /** The subject, then the API. */
  readonly tags: readonly [string, ApiKind]
  readonly parameters: readonly OpenApiParameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: OpenApiContent }
  /** By status. */
  readonly responses: Readonly<Record<string, OpenApiResponse | { readonly $ref: string }>>
  /** Empty when anybody may call. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  /** What policies call it; left out when nobody needs a permission. */
  readonly 'x-permission'?: Permission
  /** What a grant calls it that lets somebody do it without the permission. */
  readonly 'x-grant'?: string
  /** Where the contract was read. */
  readonly 'x-source': string
  /** There, and true, for operations that the vendor's API does not have. */
  readonly 'x-keyturn'?: true
}

/** Methods of operations as OpenAPI spells them. */
export type OpenApiMethod = Lowercase<OperationRow['method']>

/** A group of operations. */
export interface OpenApiTag {
  readonly name: string
  readonly description: string
  readonly 'x-title': Bilingual
}

/** An OpenAPI 3.1 document of Keyturn. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: {
    readonly title: string
    readonly version: string
    readonly summary: string
    readonly description: string
    readonly license: { readonly name: string; readonly identifier: string }
  }
  readonly servers: readonly { readonly url: string }[]
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly tags: readonly OpenApiTag[]
  /** Tags that are subjects, and tags that are APIs. */
  readonly 'x-tagGroups': readonly { readonly name: string; readonly tags: readonly string[] }[]
  readonly paths: Readonly<
    Record<string, Readonly<Partial<Record<OpenApiMethod, OpenApiOperation>>>>
  >
  readonly components: {
    readonly responses: Readonly<Record<string, OpenApiResponse>>
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly parameters: Readonly<Record<string, OpenApiParameter>>
    readonly headers: Readonly<Record<string, OpenApiHeader>>
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, string>>>>
  }
}
