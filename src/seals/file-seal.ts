import { hash } from 'node:crypto'
import { rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { type RootMaterials, type Seal, SealError, sealOf } from '../ports/seal.ts'
import { isThere, readPrivate, replaceFile, writeNew } from './private-file.ts'

const LINE = /^keyturn-root-key:1:([0-9a-f]{16}):([A-Za-z0-9+/]{43}=):([0-9a-f]{16})$/

/**
 * Keeps root keys in a file that only its owner may read, a line for each:
 * `keyturn-root-key:1:<id>:<32 bytes in base64>:<first 8 bytes of SHA-256 of all before>`.
 * Whoever can read the file can read every key; whoever loses it loses them all.
 */
export function fileSeal({ path }: { readonly path: string }): Seal {
  return sealOf({
    kind: 'file',
    isInitialised: () => isThere(path),
    initialise: (roots) => writeNew(path, textOf(roots)),
    unwrap: async () => parse(path, await readPrivate(path)),
    async replace(roots) {
      parse(path, await readPrivate(path))
      const text = textOf(roots)
      await replaceFile(path, text, async (temporary) => {
        parse(temporary, await readPrivate(temporary))
      })
    },
  })
}

/** Whether a text begins as the file of a file seal does. */
export function isFileSealText(text: string): boolean {
  return text.startsWith('keyturn-root-key:')
}

function parse(path: string, text: string): RootMaterials {
  const [first, ...others] = text.replace(/\n$/, '').split('\n')
  const take = (line = '') => {
    const material = materialOf(line)
    if (material === undefined) {
      throw new SealError('damaged', `${path} is not a whole root key file`)
    }
    return material
  }
  return [take(first), ...others.map(take)]
}

function materialOf(line: string): SecretBytes | undefined {
  const [match, id = '', encoded = '', checksum] = LINE.exec(line) ?? []
  if (match === undefined || checksum !== checksumOf(id, encoded)) return undefined
  const material = new SecretBytes(Buffer.from(encoded, 'base64'))
  return rootKeyFrom(material).id === id ? material : undefined
}

function textOf(roots: RootMaterials): string {
  return roots
    .map((material) => {
      const { id } = rootKeyFrom(material)
      const encoded = material.lend((bytes) => Buffer.from(bytes).toString('base64'))
      return `keyturn-root-key:1:${id}:${encoded}:${checksumOf(id, encoded)}\n`
    })
    .join('')
}

function checksumOf(id: string, encoded: string): string {
  return hash('sha256', `keyturn-root-key:1:${id}:${encoded}`).slice(0, 16)
}
