import type { OpenApiOperation, OpenApiParameter } from '../contract/openapi-document.ts'

/** An operation with where it is. */
export interface Described {
  readonly path: string
  readonly method: string
  readonly operation: OpenApiOperation
}

/** A parameter that is written out. */
export type Parameter = Exclude<OpenApiParameter, { readonly $ref: string }>
