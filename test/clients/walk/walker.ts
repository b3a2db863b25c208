import assert from 'node:assert/strict'
import type { Bridge, Order } from '../bridge.ts'

// biome-ignore lint/suspicious/noExplicitAny: what an SDK answers, whatever it is
export type Json = any

/** How often an operation was called by a client, and how often all was as it should be. */
export interface Tally {
  calls: number
  passed: number
}

/** What the walks need to know of the servers. */
export interface World {
  readonly projectId: string
  readonly tenantId: string
  readonly userId: string
  readonly region: string
  readonly peer: { readonly region: string; readonly projectId: string }
  /** Id of a cluster with a token; undefined where there is none. */
  readonly clusterId: string | undefined
  /** Milliseconds since 1970 by the server's clock for keys; the machine's when left out. */
  readonly now?: () => number
  /** A name that nobody else in this run has. */
  readonly name: (what: string) => string
}

/** Walks through the API with one client, and keeps count. A failure is noted, and it goes on. */
export class Walker {
  readonly world: World
  readonly tallies = new Map<string, Tally>()
  readonly failures: string[] = []
  /** Makes a key for agreement by other means, where a client's model knows no such usage. */
  agreementKey: (() => Promise<string>) | undefined
  readonly #bridge: Bridge

  constructor(bridge: Bridge, world: World) {
    this.#bridge = bridge
    this.world = world
  }

  /** Calls an operation that is to succeed; what it answers is `check`ed and handed back. */
  async ok(
    operation: string,
    request: Omit<Order, 'operation'> = {},
    check: (response: Json) => void = () => undefined,
  ): Promise<Json> {
    const { response, error, failure, missing } = await this.#bridge.call({
      operation,
      ...request,
    })
    if (missing) return {}
    this.#note(operation, request, () => {
      assert.equal(failure, undefined)
      assert.equal(error, undefined)
      check(response)
    })
    return response ?? {}
  }

  /** Calls an operation that is to be refused so. */
  async refused(
    operation: string,
    request: Omit<Order, 'operation'>,
    status: number,
    code: string,
  ): Promise<void> {
    const { error, failure, missing } = await this.#bridge.call({ operation, ...request })
    if (missing) return
    this.#note(operation, request, () => {
      assert.equal(failure, undefined)
      assert.deepEqual({ status: error?.status, code: error?.code }, { status, code })
    })
  }

  #note(operation: string, request: unknown, check: () => void): void {
    const tally = this.tallies.get(operation) ?? { calls: 0, passed: 0 }
    this.tallies.set(operation, tally)
    tally.calls++
    try {
      check()
      tally.passed++
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.failures.push(`${operation} ${JSON.stringify(request).slice(0, 200)}: ${message}`)
    }
  }
}
