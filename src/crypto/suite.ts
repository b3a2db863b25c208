import { type KeySpec, specOf } from '../core/key-specs.ts'
import type { DataCipher } from './data-cipher.ts'
import { SecretBytes } from './secret-bytes.ts'
import { sm4Gcm } from './sm4-gcm.ts'
import { xaes256Gcm } from './xaes-256-gcm.ts'

interface Suite {
  /** Written into every cipher text; never given to another algorithm. */
  readonly id: number
  readonly load: (material: SecretBytes, suiteId: number) => DataCipher
}

/** What encrypts under a key of each spec. */
export const SUITES = {
  AES_256: { id: 1, load: xaes256Gcm },
  SM4: { id: 2, load: sm4Gcm },
} as const satisfies Record<KeySpec, Suite>

/** Fresh material for a key of this spec. */
export function generateMaterial(spec: KeySpec): SecretBytes {
  return SecretBytes.random(specOf(spec).materialBytes)
}

/** The cipher of a key version; `material` may be wiped afterwards. */
export function loadCipher(spec: KeySpec, material: SecretBytes): DataCipher {
  const suite: Suite = SUITES[spec]
  return suite.load(material, suite.id)
}
