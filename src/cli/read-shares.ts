import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import type { GuardedFile } from '../seals/guarded-file.ts'
import { ShareCollection, ShareError } from '../seals/share-collection.ts'
import { readPassphrase } from '../server/seal-settings.ts'
import type { CommandIo } from './command.ts'
import { mistake } from './mistakes.ts'
import { sealWordsFor } from './seal-words.ts'
import { terminalWordsFor } from './terminal-words.ts'
import { typedSecret } from './typed-secret.ts'

/**
 * A share from a file, or from whoever sits at the terminal.
 *
 * @throws {Mistake} where nobody can be asked
 */
export async function readShare(file: string | undefined, io: CommandIo): Promise<SecretBytes> {
  if (file !== undefined) return readPassphrase(file)
  const secret = { kind: 'share' } as const
  if (io.ask === undefined) throw mistake('secret-missing', { secret, flag: 'seal-share-file' })
  const words = await terminalWordsFor(io)
  return typedSecret(await io.ask(words.question(words.secret(secret)), 'secret'))
}

/**
 * As many shares as a seal needs: from the files of a folder, or each typed at the terminal. One that is
 * wrong is asked for again.
 *
 * @throws {Error} for a wrong one in a folder, or too few
 * @throws {Mistake} where nobody can be asked
 */
export async function readShares(
  { id, guard }: GuardedFile,
  folder: string | undefined,
  io: CommandIo,
): Promise<ShareCollection> {
  const collection = new ShareCollection(id, guard)
  return folder === undefined ? typeShares(collection, io) : loadShares(collection, folder, io)
}

async function typeShares(collection: ShareCollection, io: CommandIo): Promise<ShareCollection> {
  const words = await sealWordsFor(io)
  if (io.ask === undefined) {
    throw mistake('secret-missing', { secret: { kind: 'share' }, flag: 'seal-shares-dir' })
  }
  while (collection.given < collection.threshold) {
    const text = await readShare(undefined, io)
    try {
      collection.take(text)
      io.printError(words.shares(collection.given, collection.threshold))
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      io.printError(words.shareProblems[error.problem])
    } finally {
      text.wipe()
    }
  }
  return collection
}

async function loadShares(
  collection: ShareCollection,
  folder: string,
  io: CommandIo,
): Promise<ShareCollection> {
  const words = await sealWordsFor(io)
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name)
    const text = readPassphrase(file)
    try {
      collection.take(text)
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      throw new Error(`${file}: ${words.shareProblems[error.problem]}`)
    } finally {
      text.wipe()
    }
  }
  if (collection.given >= collection.threshold) return collection
  throw new Error(`${folder}: ${words.shares(collection.given, collection.threshold)}`)
}
