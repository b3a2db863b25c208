import type { Answer, CallLine, CallRequest } from '../call-line.ts'
import type { NodeProcess } from '../node-process.ts'
import type { LinkCertificates } from './link-certificates.ts'
import type { UpstreamFault } from './upstream-faults.ts'

/** What may be broken and mended while a node runs: a link, or a token. */
export interface Breakable {
  readonly break: (fault: UpstreamFault) => Promise<void>
  readonly mend: () => Promise<void>
}

/** A node that depends on an upstream. */
export interface Stage {
  readonly node: NodeProcess
  readonly way: Breakable
  /** A call that does not need the upstream, for as long as one fault. It is asked for before each. */
  readonly honest: () => Promise<CallRequest>
  /** Calls what needs the upstream, or what goes on without it and is told to it later. */
  readonly needy: (line: CallLine) => Promise<Answer>
  readonly expected: (fault: UpstreamFault) => Expected
  /** How long an answer may take while the upstream is broken. */
  readonly limitMs: number
  /** How soon after the fault all must be well. */
  readonly backMs: number
  /** What did not come through in the end, one sentence each. */
  readonly whole: () => Promise<readonly string[]>
  /** Ends all but the node, which is stopped before, in order. */
  readonly close: () => Promise<void>
}

/** How needy calls may be answered while the upstream is broken; each as status and code. */
export interface Expected {
  /** One of these must be seen. */
  readonly seen: readonly string[]
  /** These may be seen before, until it is noticed. */
  readonly before: readonly string[]
  /** How long it may take to be noticed; the fault lasts so long at most. */
  readonly withinMs: number
}

/** An upstream that the campaign breaks. */
export interface Upstream {
  readonly about: string
  /** Why it cannot be tried here; undefined when it can. */
  readonly missing: () => string | undefined
  readonly set: (folder: string, certificates: LinkCertificates) => Promise<Stage>
}

/** An answer in short, as {@link Expected} has it. */
export function inShort({ status, code, failure }: Answer): string {
  return [status, code, failure].filter(Boolean).join(' ')
}

/** What a service answers that its callers wait for: 502 for what is invalid, 504 for what is late. */
export function expectedOfAsked(fault: UpstreamFault): Expected {
  const isLate = fault === 'slow' || fault === 'half-open'
  return {
    seen: [isLate ? '504 APIGW.0203' : '502 APIGW.0202'],
    before: [],
    withinMs: 0,
  }
}
