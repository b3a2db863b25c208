/** How an operation travels. */
export interface CallRow {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Path with `{names}` of members. */
  readonly path: string
  /** Members that go into the query. */
  readonly query?: readonly string[]
  /** Members that go into headers. */
  readonly headers?: readonly string[]
  /** Whether the other members go into a JSON body. */
  readonly body?: true
  /** Members of the reply that come as headers. */
  readonly replyHeaders?: readonly string[]
  /** Whether anybody may call it. */
  readonly open?: true
  /** Whether it may be sent again without harm; reads by GET and HEAD always may. */
  readonly repeatable?: true
}

/** What a caller may say about one call. */
export interface CallOptions {
  /** Ends the call: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** How long the call may take, with all repetitions. */
  readonly timeoutMs?: number | undefined
}

/** An operation that needs a request. */
export type Call<Request, Reply> = (request: Request, options?: CallOptions) => Promise<Reply>

/** An operation that may be called without a request. */
export type OptionalCall<Request, Reply> = (
  request?: Request,
  options?: CallOptions,
) => Promise<Reply>
