import { randomBytes } from 'node:crypto'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { type RootMaterials, type Seal, SealError, sealOf } from '../ports/seal.ts'
import {
  type GuardedFile,
  type GuardParameters,
  guardedText,
  parseGuarded,
  unwrapRoots,
  wrapRoots,
} from './guarded-file.ts'
import { isThere, readPrivate, replaceFile, writeNew } from './private-file.ts'

/** Length of a sealing key in bytes. */
export const SEALING_KEY_BYTES = 32

/**
 * What a sealing key can be had from, and nothing else: a passphrase, shares, a token, another service.
 * The sealing key wraps the root keys in the file of the seal.
 */
export interface Guard {
  readonly kind: GuardedFile['kind']
  /**
   * A new sealing key, and what has to be known, beside the secret, to have it again.
   *
   * @param sealId 16 hex digits that the file will bear.
   */
  readonly make: (sealId: string) => Promise<NewGuard>
  /**
   * The sealing key again; it may be a wrong one if the secret is.
   *
   * @throws {SealError} `wrong`, `unavailable`, or `damaged` for parameters that will not do
   */
  readonly recover: (sealId: string, parameters: GuardParameters) => Promise<SecretBytes>
}

/** A sealing key with what is written down about it. */
export interface NewGuard {
  readonly sealing: SecretBytes
  readonly parameters: GuardParameters
}

/** A seal that keeps root keys in a file, wrapped under the sealing key of a guard. */
export function guardedSeal(options: { readonly path: string; readonly guard: Guard }): Seal {
  const { path, guard } = options
  const { kind } = guard
  /**
   * The sealing key that opened the file: so that the root key can be changed while a server runs, nobody
   * is asked again. It is worth no more than the root keys, which are in the same memory.
   */
  let remembered: { readonly name: string; readonly sealing: SecretBytes } | undefined

  async function withSealing<T>(
    file: GuardedFile,
    use: (sealing: SecretBytes) => T | Promise<T>,
  ): Promise<T> {
    const name = JSON.stringify([file.id, file.guard])
    const known = name === remembered?.name ? remembered.sealing : undefined
    const sealing = known ?? (await guard.recover(file.id, file.guard))
    try {
      const answer = await use(sealing)
      if (known === undefined) {
        remembered?.sealing.wipe()
        remembered = {
          name,
          sealing: new SecretBytes(sealing.lend((bytes) => Uint8Array.from(bytes))),
        }
      }
      return answer
    } finally {
      if (known === undefined) sealing.wipe()
    }
  }

  async function readFile(from = path): Promise<GuardedFile> {
    const file = parseGuarded(from, await readPrivate(from))
    if (file.kind === kind) return file
    throw new Error(`${from} is the file of a ${file.kind} seal, not of a ${kind} seal`)
  }

  return sealOf({
    kind,
    isInitialised: () => isThere(path),
    async initialise(roots) {
      if (await isThere(path)) throw new Error(`there is a file ${path} already: it stays`)
      const id = randomBytes(8).toString('hex')
      const { sealing, parameters } = await guard.make(id)
      const file = wrapRoots(sealing, { kind, id, guard: parameters }, roots)
      sealing.wipe()
      await writeNew(path, guardedText(file))
    },
    async unwrap() {
      const file = await readFile()
      return withSealing(file, (sealing) => opened(sealing, file))
    },
    async replace(roots) {
      const file = await readFile()
      await withSealing(file, async (sealing) => {
        wipe(opened(sealing, file))
        const text = guardedText(wrapRoots(sealing, file, roots))
        await replaceFile(path, text, async (temporary) => {
          wipe(opened(sealing, await readFile(temporary)))
        })
      })
    },
  })
}

function opened(sealing: SecretBytes, file: GuardedFile): RootMaterials {
  const roots = unwrapRoots(sealing, file)
  if (roots === undefined) throw new SealError('wrong', 'that does not open the seal')
  return roots
}

function wipe(roots: RootMaterials): void {
  for (const root of roots) root.wipe()
}
