import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandIo } from '../../src/cli/command.ts'
import { run } from '../../src/cli/run.ts'
import type { TestServer } from '../server.ts'

/** A cipher text that was acknowledged, with what it opens to. */
export interface Text {
  readonly keyId: string
  readonly plain: string
  readonly cipher: string
}

/** What a server has acknowledged. */
export interface Acknowledged {
  readonly keys: Set<string>
  readonly texts: Text[]
  /** Rotations of each key. */
  readonly rotations: Map<string, number>
}

/** Clients that go on until they are told to stop. */
export interface Load {
  /** All that was acknowledged up to now. */
  readonly soFar: () => Acknowledged
  readonly stop: () => Promise<void>
}

/** Creates keys, encrypts and rotates on a server, all at once and without a pause. */
export function startLoad(server: TestServer, clients: number): Load {
  const known: Acknowledged = { keys: new Set(), texts: [], rotations: new Map() }
  let isOver = false
  const client = async (number: number): Promise<void> => {
    while (!isOver) {
      const keyId = await server.createKey()
      known.keys.add(keyId)
      for (let turn = 0; turn < 3 && !isOver; turn++) {
        known.texts.push(await encrypt(server, keyId, `text ${number} ${turn}`))
        const { status, text } = await server.kms('rotate-on-demand', { key_id: keyId })
        if (status !== 200) throw new Error(text)
        known.rotations.set(keyId, turn + 1)
      }
    }
  }
  const all = Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
  all.catch(() => undefined) // told by `stop`
  return {
    soFar: () => ({
      keys: new Set(known.keys),
      texts: [...known.texts],
      rotations: new Map(known.rotations),
    }),
    async stop() {
      isOver = true
      await all
    },
  }
}

/** Encrypts a text. */
export async function encrypt(server: TestServer, keyId: string, plain: string): Promise<Text> {
  const { status, text, body } = await server.kms('encrypt-data', {
    key_id: keyId,
    plain_text: plain,
  })
  if (status !== 200) throw new Error(text)
  return { keyId, plain, cipher: body.cipher_text }
}

/** What of it a server no longer has, in words; empty when it has all. */
export async function missingOn(
  server: TestServer,
  { keys, texts, rotations }: Acknowledged,
): Promise<readonly string[]> {
  const missing: string[] = []
  for (const { plain, cipher } of texts) {
    const { status, body } = await server.kms('decrypt-data', { cipher_text: cipher })
    if (status !== 200 || body.plain_text !== plain) missing.push(`text ${plain}: ${status}`)
  }
  for (const keyId of keys) {
    const { project_id: project } = server.credentials
    const path = `/keyturn/v1/${project}/keys/${keyId}/rotation-events`
    const { status, body } = await server.send('GET', path)
    const events: readonly unknown[] = body?.events ?? []
    const atLeast = rotations.get(keyId) ?? 0
    if (status !== 200 || events.length < atLeast) {
      missing.push(`rotations of ${keyId}: ${events.length} of ${atLeast}`)
    }
  }
  return missing
}

/** Runs a command in this process. */
export async function command(args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const io: CommandIo = {
    environment: {},
    print: (text) => out.push(text),
    printError: (text) => err.push(text),
  }
  const code = await run(args, io)
  return { code, out: out.join('\n'), err: err.join('\n') }
}

/** A new data folder with the root key, the audit log and the credentials of another: not its store. */
export function withoutStore(parent: string, from: string): string {
  const folder = mkdtempSync(join(parent, 'data-'))
  for (const name of ['root.key', 'audit', 'bootstrap-credentials.json']) {
    cpSync(join(from, name), join(folder, name), { recursive: true })
  }
  return folder
}

/** A file for its owner alone. */
export function privateFile(path: string, text: string): string {
  writeFileSync(path, text, { mode: 0o600 })
  return path
}
