import { endianness } from 'node:os'
import { TokenError } from '../ports/key-token.ts'
import { loadCryptoki } from './cryptoki.ts'
import { guardProcess } from './process-guard.ts'
import { CryptokiError } from './result-codes.ts'
import { TOKEN_CALLS } from './token-calls.ts'
import type { NumberedOrder, TokenOrder, TokenReply } from './token-protocol.ts'
import { openTokenSession, type TokenSession } from './token-session.ts'

/*
 * Entry of the process that loads the PKCS #11 module: whatever native code does to it, the server
 * stays. It does one order after the other, and ends with its parent.
 */

let session: TokenSession | undefined

function carryOut(order: TokenOrder): unknown {
  switch (order.kind) {
    case 'open': {
      if (process.platform === 'win32' || endianness() !== 'LE') {
        throw new Error('tokens are served on 64-bit Linux and macOS only')
      }
      try {
        session = openTokenSession(loadCryptoki(order.module), order.tokenLabel, order.pin)
      } finally {
        order.pin.fill(0)
      }
      return undefined
    }
    case 'call': {
      if (session === undefined) throw new Error('no session is open')
      // The compiler cannot follow that `input` fits the call of that very name.
      const call = TOKEN_CALLS[order.call] as (
        session: TokenSession,
        ...input: readonly unknown[]
      ) => unknown
      return call(session, ...order.input)
    }
    case 'end':
      session?.close()
      return undefined
  }
}

function replyTo({ number, order }: NumberedOrder): TokenReply {
  try {
    return { number, kind: 'done', output: carryOut(order) }
  } catch (error) {
    const kind = error instanceof TokenError && error.kind === 'absent' ? 'absent' : 'failed'
    const message = error instanceof Error ? error.message : String(error)
    const aftermath = error instanceof CryptokiError ? error.aftermath : 'proceed'
    return { number, kind, message, aftermath }
  }
}

guardProcess()
process.on('message', (message: NumberedOrder) => {
  const reply = replyTo(message)
  process.send?.(reply, undefined, undefined, () => {
    if (message.order.kind === 'end') process.exit()
  })
})
process.on('disconnect', () => process.exit())
// Signals to the whole group are for the server, which may need the token until it has stopped.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
