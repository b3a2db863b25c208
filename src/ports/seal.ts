import type { RootKey } from '../crypto/root-key.ts'

/** Keeps the root key while the server is down. */
export interface Seal {
  /** Name of the kind, as settings spell it. */
  readonly kind: string
  /** Whether it has kept a root key yet. */
  readonly isInitialised: () => Promise<boolean>
  /** Makes a root key and keeps it. @throws when one is kept already. */
  readonly initialise: () => Promise<RootKey>
  /** The root key. @throws when it cannot be had, saying why without a secret. */
  readonly open: () => Promise<RootKey>
}
