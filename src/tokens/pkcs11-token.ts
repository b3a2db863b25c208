import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { type KeyToken, TokenError, type TokenMemory } from '../ports/key-token.ts'
import { traced } from '../ports/trace.ts'
import { callLine } from './call-line.ts'
import { startTokenChild, type TokenChild } from './token-child.ts'
import type { CallInput, TokenCall, TokenReply } from './token-protocol.ts'

/** Which token to use, and how. */
export interface Pkcs11TokenOptions {
  /** Path of the PKCS #11 module, a shared library. */
  readonly module: string
  /** Label of the token; exactly one must have it. */
  readonly tokenLabel: string
  /** The user's PIN. It is needed as long as the token is open: wipe it afterwards, not before. */
  readonly pin: SecretBytes
  /**
   * How long each may take, in milliseconds: to wait for a turn, to start the process when there is
   * none, and to get the token's answer. Making an RSA key is the slowest call: seconds, in some tokens.
   */
  readonly timeoutMs: number
  /** Variables for the module besides the server's own, such as SOFTHSM2_CONF. */
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Keys in a PKCS #11 token. The module runs in a process of its own, which starts with the first
 * call, and again with the next call after it crashed, hung or lost the token. One call runs at a
 * time.
 *
 * A refused PIN is not tried a second time, for tokens lock after a few: all later calls are rejected.
 *
 * Source: PKCS #11 v3.0 (OASIS), base specification and current mechanisms.
 */
export function openPkcs11Token(options: Pkcs11TokenOptions): KeyToken {
  const { module, tokenLabel, pin, timeoutMs, environment = {} } = options
  const line = callLine(timeoutMs)
  let child: TokenChild | undefined
  let refusal: string | undefined

  async function start(): Promise<TokenChild> {
    if (refusal !== undefined) throw refused(refusal)
    const started = startTokenChild(environment, timeoutMs)
    // What is sent is serialised at once: `ask` keeps no hold of the PIN.
    const reply = await pin.lend((bytes) =>
      started.ask({ kind: 'open', module, tokenLabel, pin: bytes }),
    )
    if (reply.kind === 'done') return started
    started.kill()
    if (reply.aftermath === 'give-up') {
      refusal = reply.message
      throw refused(refusal)
    }
    throw new TokenError('failed', reply.message)
  }

  function call<Name extends TokenCall>(name: Name, ...input: CallInput<Name>): Promise<unknown> {
    return traced(`token: ${name}`, 'client', () => inLine(name, ...input))
  }

  function inLine<Name extends TokenCall>(name: Name, ...input: CallInput<Name>): Promise<unknown> {
    return line.wait(async () => {
      if (child === undefined || child.isOver()) child = await start()
      const reply = await child.ask({ kind: 'call', call: name, input })
      if (reply.kind === 'done') return reply.output
      if (reply.aftermath !== 'proceed') child.kill()
      throw toError(reply)
    })
  }

  return {
    async makeKey(label, spec) {
      await call('makeKey', label, spec)
    },
    hasKey: async (label) => toBoolean(await call('hasKey', label)),
    async destroyKey(label) {
      await call('destroyKey', label)
    },
    publicKey: async (label) => toBytes(await call('publicKey', label)),
    encryptBlocks: async (label, blocks) => toBytes(await call('encryptBlocks', label, blocks)),
    sign: async (label, algorithm, digest) => toBytes(await call('sign', label, algorithm, digest)),
    mac: async (label, hash, message) => toBytes(await call('mac', label, hash, message)),
    memory: async () => toMemory(await call('memory')),
    async close() {
      await line.close()
      if (child === undefined || child.isOver()) return
      try {
        await child.ask({ kind: 'end' })
      } catch (error) {
        if (!(error instanceof TokenError)) throw error // it ended in some other way: ended it has
      } finally {
        child.kill()
      }
    },
  }
}

function refused(message: string): TokenError {
  return new TokenError('failed', message, { isPinRefused: true })
}

function toError(reply: Exclude<TokenReply, { readonly kind: 'done' }>): TokenError {
  return new TokenError(reply.kind, reply.message)
}

function toBoolean(output: unknown): boolean {
  if (typeof output !== 'boolean') throw new TokenError('failed', 'the token gave no answer')
  return output
}

function toMemory(output: unknown): TokenMemory | undefined {
  if (typeof output !== 'object' || output === null) return undefined
  const { totalBytes, freeBytes } = output as Readonly<Record<string, unknown>>
  const isTold = typeof totalBytes === 'number' && typeof freeBytes === 'number'
  return isTold ? { totalBytes, freeBytes } : undefined
}

function toBytes(output: unknown): Uint8Array {
  if (!(output instanceof Uint8Array)) throw new TokenError('failed', 'the token gave no bytes')
  return output
}
