import { load, percentile } from './load.ts'
import { median } from './median.ts'

/** What was measured of one kind of request in one round. */
export interface Sample {
  readonly perSecond: number
  /** CPU time of the server a request, in microseconds. */
  readonly cpuUs: number
  /** CPU time of the database a request, in microseconds; 0 where it is a part of the server. */
  readonly databaseUs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Something to measure: a kind of request to one of several servers. */
export interface Measured {
  readonly port: number
  readonly nextRequest: () => Buffer
  /** CPU time that the server, and its database, have used so far, in seconds. */
  readonly cpuSeconds: () => Promise<readonly [server: number, database: number]>
}

/** Sends requests without pause for a while. */
export async function measureRound(
  { port, nextRequest, cpuSeconds }: Measured,
  connections: number,
  durationMs: number,
): Promise<Sample> {
  const [serverBefore, databaseBefore] = await cpuSeconds()
  const { requests, seconds, latenciesMs } = await load({
    port,
    connections,
    durationMs,
    nextRequest,
  })
  const [server, database] = await cpuSeconds()
  return {
    perSecond: requests / seconds,
    cpuUs: ((server - serverBefore) * 1e6) / requests,
    databaseUs: ((database - databaseBefore) * 1e6) / requests,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  }
}

/** Samples by what they are of. */
export class Samples {
  readonly #of = new Map<string, Sample[]>()

  add(name: string, sample: Sample): void {
    this.#of.set(name, [...(this.#of.get(name) ?? []), sample])
  }

  /** Median of a figure over the rounds. */
  median(name: string, figure: keyof Sample): number {
    return median((this.#of.get(name) ?? []).map((sample) => sample[figure]))
  }

  /** Median of the ratios of a figure of two things in the same round. */
  ratio(name: string, to: string, figure: keyof Sample): number {
    const floor = this.#of.get(to) ?? []
    const ratios = (this.#of.get(name) ?? []).map(
      (sample, round) => sample[figure] / (floor[round]?.[figure] ?? Number.NaN),
    )
    return median(ratios)
  }
}

/** Prints a row of a table in Markdown. */
export function printRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}

/** Prints the head of a table in Markdown: the first column to the left, the others to the right. */
export function printHead(names: readonly string[]): void {
  printRow(names)
  printRow(names.map((_, index) => (index === 0 ? '---' : '---:')))
}
