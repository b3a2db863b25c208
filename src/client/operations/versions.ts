// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call, OptionalCall } from '../call.ts'

/**
 * What `showVersion` takes.
 */
export interface ShowVersionRequest {
  readonly version_id: string
}

/**
 * What `showVersion` answers.
 */
export interface ShowVersionReply {
  readonly version: {
    readonly id: string
    readonly links: readonly {
      readonly href: string
      readonly rel: string
    }[]
    readonly version: string
    readonly status: string
    readonly updated: string
    readonly min_version: string
  }
}

/**
 * What `showVersions` answers.
 */
export interface ShowVersionsReply {
  readonly versions: readonly {
    readonly id: string
    readonly links: readonly {
      readonly href: string
      readonly rel: string
    }[]
    readonly version: string
    readonly status: string
    readonly updated: string
    readonly min_version: string
  }[]
}

/** Operations on: API versions. */
export interface VersionsOperations {
  /**
   * Tell about one version of this API.
   *
   * Refused with:
   * - 404 APIGW.0101: There is no such API.
   */
  readonly showVersion: Call<ShowVersionRequest, ShowVersionReply>
  /**
   * List the versions of this API.
   */
  readonly showVersions: OptionalCall<Readonly<Record<never, never>>, ShowVersionsReply>
}
