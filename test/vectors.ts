import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.env['KEYTURN_VECTORS'] ?? ''

/** Options of a test of published vectors: it is left out, saying so, where they are not there. */
export const needsVectors = {
  skip: folder === '' ? 'KEYTURN_VECTORS names no folder with published vectors' : false,
}

/** One group of cases of a Wycheproof file. */
export interface WycheproofGroup {
  readonly tests: readonly WycheproofCase[]
  readonly ivSize?: number
  readonly tagSize?: number
  readonly keySize?: number
}

/** One case; which members it has depends on the file. All bytes are hexadecimal. */
export interface WycheproofCase {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly [member: string]: unknown
}

/** The groups of a Wycheproof file. */
export function wycheproof(name: string): readonly WycheproofGroup[] {
  return JSON.parse(vectorFile(`wycheproof/${name}`)).testGroups
}

/** The text of a published file. */
export function vectorFile(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

/** A member of a case as bytes. */
export function bytesOf(vector: WycheproofCase, member: string): Buffer {
  return Buffer.from(String(vector[member]), 'hex')
}

/** How a case is named where it fails. */
export function nameOf({ tcId, result, comment }: WycheproofCase): string {
  return `${tcId}, ${result}, ${comment}`
}
