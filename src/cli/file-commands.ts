import type { SecretBytes } from '../crypto/secret-bytes.ts'
import type { ByteSink } from '../files/byte-sink.ts'
import type { ByteSource } from '../files/byte-source.ts'
import { readFileHeader } from '../files/file-header.ts'
import { decryptStream, encryptStream, type FileWork } from '../files/file-stream.ts'
import { type CallOptions, CONNECTION_HELP, parseCall } from './call-flags.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { openClient } from './connection/open-client.ts'
import { makeFileKey, openFileKey } from './file-keys.ts'
import { openInput, openOutput } from './file-places.ts'
import { mistake } from './mistakes.ts'
import { cleaningUp } from './on-signal.ts'
import { showProgress } from './progress.ts'
import { type Task, terminalWordsFor } from './terminal-words.ts'

const OPTIONS = { aad: { type: 'string' }, force: { type: 'boolean' } } as const

const FORCE_HELP = '  --force\n        replace OUT if it is there'

/** Encrypts a file under a data key of its own. */
export const encryptFile: Command = {
  help: () =>
    [
      'Usage: keyturn encrypt-file --key KEY IN OUT [FLAGS]',
      '',
      'Encrypts a file of any size. The server makes a data key under KEY; the file itself never leaves this',
      'machine. IN and OUT may be - for standard input and output. OUT appears when it is whole and on the',
      'disk, for its owner alone. Keys may rotate: what was encrypted before still opens. The format is in',
      'docs/file-format.md.',
      '',
      '  --key KEY\n        id or alias of the master key (required)',
      '  --aad TEXT\n        bind the data key to TEXT: decrypt-file then needs the same; no secret, not kept in OUT',
      FORCE_HELP,
      '',
      CONNECTION_HELP,
    ].join('\n'),
  async run(args, io) {
    const { values, from, to } = parse(args, { ...OPTIONS, key: { type: 'string' } } as const)
    const named = values.key
    if (named === undefined || named === '') throw mistake('flag-missing', { flag: 'key' })
    await using source = disposed(await openInput(from))
    const output = { replaces: values.force === true, isReadable: false }
    await whole(
      () => openOutput(to, output),
      async (sink) => {
        const client = await openClient(values, io)
        const words = await terminalWordsFor(io)
        const { key, header } = await makeFileKey(client, named, values.aad, words)
        await withKey({ task: 'encrypting', source, sink, key, io }, (work) =>
          encryptStream(work, header),
        )
      },
    )
    return EXIT.ok
  },
}

/** Decrypts what {@link encryptFile} made. */
export const decryptFile: Command = {
  help: () =>
    [
      'Usage: keyturn decrypt-file IN OUT [FLAGS]',
      '',
      'Decrypts what encrypt-file made; the file says which key it is under. IN and OUT may be - for standard',
      'input and output. OUT appears when all of IN has proved unchanged and whole, for its owner alone: a',
      'file that was changed, cut or lengthened leaves nothing behind.',
      '',
      'To standard output each megabyte is written when it has proved authentic. That the end is not missing is',
      'known at the end only: use what comes out of a pipe when the exit code is 0.',
      '',
      '  --aad TEXT\n        the text that encrypt-file was given; a file made without one is refused',
      FORCE_HELP,
      '',
      CONNECTION_HELP,
    ].join('\n'),
  async run(args, io) {
    const { values, from, to } = parse(args, OPTIONS)
    await using source = disposed(await openInput(from))
    const { header, bytes } = await readFileHeader(source)
    const output = { replaces: values.force === true, isReadable: true }
    await whole(
      () => openOutput(to, output),
      async (sink) => {
        const client = await openClient(values, io)
        const key = await openFileKey(client, header, values.aad)
        await withKey({ task: 'decrypting', source, sink, key, io }, (work) =>
          decryptStream(work, header, bytes),
        )
      },
    )
    return EXIT.ok
  },
}

/** Commits what `work` wrote, or takes it back when that fails or the process is told to stop. */
function whole(
  open: () => Promise<ByteSink>,
  work: (sink: ByteSink) => Promise<void>,
): Promise<void> {
  let opened: ByteSink | undefined
  return cleaningUp(
    () => opened?.discardNow(),
    async () => {
      const sink = await open()
      opened = sink
      try {
        await work(sink)
        await sink.commit()
      } catch (error) {
        await sink.discard()
        throw error
      }
    },
  )
}

async function withKey(
  parts: {
    readonly task: Task
    readonly source: ByteSource
    readonly sink: ByteSink
    readonly key: SecretBytes
    readonly io: CommandIo
  },
  use: (work: FileWork) => Promise<void>,
): Promise<void> {
  const { task, source, sink, key, io } = parts
  const progress = await showProgress(io, { task, unit: 'bytes', total: source.totalBytes })
  try {
    await use({ source, sink, key, onBytes: progress.add })
  } finally {
    progress.end()
    key.wipe()
  }
}

function parse<Options extends CallOptions>(args: readonly string[], options: Options) {
  const { values, positionals } = parseCall(args, options)
  const [from, to, ...more] = positionals
  if (from === undefined || to === undefined || more.length > 0) {
    throw mistake('two-files', {})
  }
  return { values, from, to }
}

/** So that `await using` closes it. */
function disposed(source: ByteSource): ByteSource & AsyncDisposable {
  return { ...source, [Symbol.asyncDispose]: source.close }
}
