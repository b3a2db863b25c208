import type { SinkLine } from './audit-sink.ts'

/**
 * What a sink gets of a line: a record with the id of its chain before all else, so that a record is
 * known by chain and number wherever it ends up; a seal names its chain already. Without
 * `"chain":"…",` at its beginning it is the line of the file, byte for byte.
 */
export function sinkText({ chain, text }: SinkLine): string {
  return text.startsWith('{"n":') ? `{"chain":"${chain}",${text.slice(1)}` : text
}
