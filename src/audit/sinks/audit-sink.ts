/** A line of an audit log on its way to a sink. */
export interface SinkLine {
  readonly chain: string
  /** As it stands in the file, without its line feed. */
  readonly text: string
}

/** Where the lines of audit logs go besides the files. Whatever it throws, it is broken until told {@link AuditSink.reset}. */
export interface AuditSink {
  /** For how long, in milliseconds, lines may go there before {@link AuditSink.settle} is asked. */
  readonly settleAfterMs: number
  /** Of what was sent last, so many bytes may never arrive although sending them went well. */
  readonly unsureBytes: number
  /** Makes sure that lines can be sent, connecting if need be. */
  readonly ready: () => Promise<void>
  /** Sends lines in their order. @returns How many bytes they were. */
  readonly send: (lines: readonly SinkLine[]) => Promise<number>
  /**
   * Fulfilled when all that was sent has arrived, but for {@link AuditSink.unsureBytes}. False when
   * that is not known by the time that `patience` is over.
   */
  readonly settle: (patience: AbortSignal) => Promise<boolean>
  /** Gives up what is under way, to begin anew. */
  readonly reset: () => void
}
