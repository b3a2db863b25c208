import { parseArgs } from 'node:util'
import { isRotationStatement, ROTATION_STATEMENT_TYPE } from '../contract/rotation-statement.ts'
import { automaticRotation } from '../contract/stated-settings.ts'
import { publicKeysIn } from '../crypto/ed25519-key.ts'
import { openJws, parseJws } from '../crypto/jws.ts'
import { CONNECTION_HELP, parseCall } from './call-flags.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { openClient } from './connection/open-client.ts'
import { readText } from './connection/secret-input.ts'
import { mistake, mistakeOfArguments } from './mistakes.ts'
import { terminalWordsFor } from './terminal-words.ts'

/** Says whether a statement about rotations is genuine, and prints it. */
export const rotationVerifyAttestation: Command = {
  help: () =>
    [
      'Usage: keyturn rotation verify-attestation FILE --public-key FILE',
      '',
      'Checks what rotation attest printed, without a server: that a key of this file signed it, as a statement',
      'about rotations. Prints the statement if that is so, and nothing of it otherwise; and says since when',
      'automatic rotation has been on without a break, as far as the statement proves it. FILE may be - for',
      'standard input; JWS of both forms, flattened JSON and compact, will do.',
      '',
      '  --public-key FILE\n        public keys (PEM), as audit public-key prints them (required)',
    ].join('\n'),
  async run(args, io) {
    const { file, keyFile } = parseFiles(args)
    const jws = parseJws(readText(file))
    const keys = publicKeysIn(readText(keyFile))
    if (keys.length === 0) throw mistake('no-public-key', { file: keyFile })
    const { proof: words } = await terminalWordsFor(io)
    const opened = jws && openJws(jws, ROTATION_STATEMENT_TYPE, keys)
    if (opened === undefined || opened.kind === 'malformed') {
      return refuse(io, words.isNoAttestation(file))
    }
    const { keyId } = opened
    if (opened.kind === 'other-key') return refuse(io, words.isOfOtherKey(keyId))
    if (opened.kind === 'forged') return refuse(io, words.isForged(keyId))
    const statement: unknown = JSON.parse(opened.payload)
    if (!isRotationStatement(statement)) return refuse(io, words.isNoAttestation(file))
    io.print(JSON.stringify(statement, undefined, 2))
    io.printError(words.isGenuine(keyId, statement.stated_at))
    io.printError(words.rotated(automaticRotation(statement)))
    return EXIT.ok
  },
}

/** Prints the public keys that attestations and audit logs are verified with. */
export const auditPublicKey: Command = {
  help: () =>
    [
      'Usage: keyturn audit public-key [FLAGS]',
      '',
      'Prints the public keys that rotation verify-attestation and audit verify take as --public-key, each as',
      'PEM under a line with its use and id. Hand them out on a way that you trust: they say who the server is.',
      '',
      CONNECTION_HELP,
    ].join('\n'),
  async run(args, io) {
    const { values, positionals } = parseCall(args, {})
    if (positionals.length > 0) throw mistake('no-arguments', {})
    const { keys } = await (await openClient(values, io)).listSigningKeys()
    io.print(keys.map((key) => `${key.use} ${key.key_id}\n${key.public_key.trim()}`).join('\n'))
    return EXIT.ok
  },
}

function parseFiles(args: readonly string[]): { readonly file: string; readonly keyFile: string } {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    throw mistakeOfArguments(error)
  }
  const [file, ...more] = parsed.positionals
  const keyFile = parsed.values['public-key']
  if (keyFile === undefined || keyFile === '') throw mistake('flag-missing', { flag: 'public-key' })
  if (file === undefined) throw mistake('file-missing', {})
  if (more.length > 0) throw mistake('too-many-arguments', {})
  return { file, keyFile }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: { 'public-key': { type: 'string' } },
    allowPositionals: true,
    strict: true,
  })
}

function refuse(io: CommandIo, why: string): number {
  io.printError(`keyturn: ${why}`)
  return EXIT.failed
}
