import type { OperationRow } from '../../src/contract/operation.ts'
import { OPERATIONS } from '../../src/contract/operations/index.ts'
import type { Answer, Bridge, Order } from '../clients/bridge.ts'
import type { TestServer } from '../server.ts'

/** An exchange as it was on the wire. */
export interface Exchange {
  readonly operation: string
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown }
  readonly reply: { readonly status: number; readonly body?: unknown }
}

/** A client that speaks HTTP as the table says, and shows each exchange. */
export function rawBridge(server: TestServer, show: (exchange: Exchange) => void): Bridge {
  return {
    async call(order): Promise<Answer> {
      const rows: Readonly<Record<string, OperationRow>> = OPERATIONS
      const row = rows[order.operation]
      if (row === undefined) return { missing: true }
      const path = pathOf(row, server.credentials.project_id, order)
      const takesBody = Object.keys(row.request).length > 0
      const reply = await server.send(row.method, path, {
        ...(takesBody ? { body: JSON.stringify(order.body ?? {}) } : {}),
      })
      show({
        operation: order.operation,
        request: { method: row.method, path, ...(takesBody ? { body: order.body } : {}) },
        reply: {
          status: reply.status,
          ...(reply.text === '' ? {} : { body: reply.body }),
        },
      })
      if (reply.status < 400) return { response: reply.body }
      const { error } = reply.body
      return {
        error: { status: reply.status, code: error.error_code, message: error.error_msg },
      }
    },
    close: () => undefined,
  }
}

/** The path and query of a call. */
export function pathOf(row: OperationRow, projectId: string, { fields = {} }: Order): string {
  const names: ReadonlySet<string> = new Set(Object.keys(row.pathFields))
  const path = row.path
    .replace('{project_id}', projectId)
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(fields[name])))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    const isQuery = !names.has(name) && name in row.query
    if (isQuery) query.set(name, String(value))
  }
  return query.size === 0 ? path : `${path}?${query}`
}
