import { Client } from 'pg'
import { MessageGuard } from './postgres-messages.ts'

/** How long the database may take to close its side of a connection that is ended, in milliseconds. */
const END_MS = 1000

/** What we and `pg` ask of the stream that bytes come by. */
interface ByteStream {
  readonly destroyed: boolean
  readonly on: (event: string, listener: (bytes: Buffer) => void) => unknown
  readonly destroy: (error?: Error) => unknown
}

/** What a connection of `pg` has, and its types do not tell. */
interface Wire {
  readonly stream: ByteStream
  attachListeners: (stream: Pick<ByteStream, 'on'>) => void
}

/**
 * A client of `pg` that ends in time, whatever the other side does, and takes nothing that is no
 * message of PostgreSQL: `pg` itself throws where nobody can catch it, or reads for ever.
 */
export class PostgresClient extends Client {
  constructor(config?: ConstructorParameters<typeof Client>[0]) {
    super(config)
    const wire = wireOf(this)
    const attach = wire.attachListeners.bind(wire)
    wire.attachListeners = (stream) => attach(guarded(stream as ByteStream)) // the same one, which `pg` lends whole
  }

  override end(): Promise<void>
  override end(callback: (error: Error) => void): void
  override end(callback?: (error: Error) => void): Promise<void> | void {
    const wire = wireOf(this)
    // A connection that was cut without a word never answers. With an error, so that `pg` also tells
    // whoever still waits for it to be made; whoever ends it wants to hear of none.
    this.on('error', () => undefined)
    const cutOff = setTimeout(() => wire.stream.destroy(new Error('ended unanswered')), END_MS)
    const ended = super.end().finally(() => clearTimeout(cutOff))
    if (callback === undefined) return ended
    // As in `pg`, whose types promise an error to it, it is called without one.
    void ended.finally(callback as () => void)
  }
}

function wireOf(client: Client): Wire {
  return (client as unknown as { readonly connection: Wire }).connection // not in its types
}

/** The stream, of which listeners get what is good alone; it ends at the first that is not. */
function guarded(stream: ByteStream): Pick<ByteStream, 'on'> {
  const guard = new MessageGuard()
  return {
    on(event, listener) {
      if (event !== 'data') return stream.on(event, listener)
      return stream.on('data', (bytes) => {
        if (stream.destroyed) return
        try {
          guard.take(bytes)
          listener(bytes)
        } catch (cause) {
          const what = 'the database answered what is no message of PostgreSQL'
          stream.destroy(new Error(what, { cause }))
        }
      })
    },
  }
}
