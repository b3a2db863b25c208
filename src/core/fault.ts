/** Facts that a fault carries, by its kind. Wording, status and code are in `contract/wire-errors`. */
export interface FaultFacts {
  // The request as such
  'route-unknown': Nothing
  'method-not-allowed': { allowed: string }
  'request-malformed': Nothing
  'request-timeout': Nothing
  'url-invalid': Nothing
  'uri-too-long': Nothing
  'headers-too-large': Nothing
  'body-too-large': { maxBytes: number }
  'body-not-json': Nothing
  'parameter-missing': { name: string }
  'field-invalid': { name: string }
  'sequence-malformed': Nothing
  'too-many-requests': { retryAfterSeconds: number }
  // Who calls, and what it may
  'credentials-missing': Nothing
  'authorization-malformed': Nothing
  'signature-invalid': Nothing
  'token-malformed': Nothing
  'token-invalid': Nothing
  'token-expired': Nothing
  'token-without-project': Nothing
  'project-mismatch': Nothing
  'operation-forbidden': { permission: string }
  'key-use-forbidden': { permission: string }
  'sign-in-failed': Nothing
  'resource-not-found': Nothing
  // Keys
  'key-id-malformed': Nothing
  'key-not-found': { keyId: string }
  'key-disabled': { keyId: string }
  'key-pending-deletion': { keyId: string }
  'key-pending-import': { keyId: string }
  'key-not-disabled': { keyId: string }
  'key-not-enabled': { keyId: string }
  'default-key': { keyId: string }
  'key-quota-reached': { quota: number }
  'key-usage-mismatch': { keyId: string }
  'alias-invalid': Nothing
  'alias-taken': Nothing
  'description-invalid': { maxCharacters: number }
  'deletion-delay-out-of-range': { days: number; min: number; max: number }
  'deletion-already-scheduled': { keyId: string }
  'deletion-not-scheduled': { keyId: string }
  'limit-out-of-range': { min: number; max: number }
  'marker-out-of-range': Nothing
  // Rotation
  'rotation-already-enabled': { keyId: string }
  'rotation-not-enabled': { keyId: string }
  'rotation-interval-out-of-range': { min: number; max: number }
  'imported-not-rotatable': { keyId: string }
  'asymmetric-not-rotatable': { keyId: string }
  'version-retired': { version: number }
  'version-not-retirable': { version: number }
  'version-not-retired': { version: number }
  // Cryptography
  'encryption-context-malformed': Nothing
  'decryption-failed': Nothing
  'random-length-out-of-range': { min: number; max: number }
  'random-length-not-multiple': Nothing
  'datakey-length-out-of-range': { min: number; max: number }
  'datakey-length-out-of-range-without-plaintext': { min: number; max: number }
  'datakey-length-not-multiple': Nothing
  'datakey-spec-invalid': Nothing
  'datakey-plaintext-invalid': Nothing
  'datakey-plain-length-out-of-range': { min: number; max: number }
  'datakey-plaintext-digest-mismatch': Nothing
  'datakey-plain-length-mismatch': Nothing
  'datakey-ciphertext-invalid': Nothing
  'datakey-cipher-length-out-of-range': { min: number; max: number }
  'datakey-ciphertext-digest-mismatch': Nothing
  'datakey-cipher-length-mismatch': Nothing
  'digest-length-mismatch': Nothing
  // Grants
  'grant-operations-invalid': Nothing
  'grant-principal-invalid': Nothing
  'grant-key-quota-reached': { quota: number }
  'grant-grantee-quota-reached': { quota: number }
  'grant-not-found': Nothing
  'grant-key-mismatch': Nothing
  // Imported material
  'origin-not-external': { keyId: string }
  'key-not-pending-import': { keyId: string }
  'wrapping-algorithm-invalid': Nothing
  'import-token-expired': Nothing
  'import-token-of-another-key': Nothing
  'import-token-invalid': Nothing
  'material-expiry-past': Nothing
  'material-invalid': Nothing
  'material-differs': Nothing
  'material-not-deletable': { keyId: string }
  'asymmetric-material-not-deletable': { keyId: string }
  // Aliases and tags
  'alias-not-found': Nothing
  'alias-quota-reached': { quota: number }
  'tags-empty': Nothing
  'tag-action-invalid': Nothing
  'tag-key-invalid': Nothing
  'tag-key-too-long': { max: number }
  'tag-value-invalid': Nothing
  'tag-value-too-long': { max: number }
  'too-many-tags': { max: number }
  'too-many-tag-values': { max: number }
  'tag-filter-invalid': Nothing
  'tag-not-found': Nothing
  'matches-key-invalid': Nothing
  'matches-value-invalid': Nothing
  'resource-type-invalid': Nothing
  'offset-out-of-range': Nothing
  'offset-not-wanted': Nothing
  // Capsules, key stores, regions
  'attestation-refused': Nothing
  'keystore-unusable': Nothing
  'keystore-disabled': Nothing
  'pin-invalid': Nothing
  'key-not-replicable': { keyId: string }
  'replica-not-rotatable': { keyId: string }
  'peer-refused': { code: string }
  // Not the caller's doing
  internal: Nothing
  'storage-failed': Nothing
  'upstream-invalid': Nothing
  'upstream-timeout': Nothing
  /** The root key is not at hand. */
  sealed: Nothing
}

type Nothing = Readonly<Record<never, never>>

/** Name of a way in which a request can be refused. */
export type FaultKind = keyof FaultFacts

/**
 * A refusal that the caller is told of. Anything else that is thrown is a defect.
 * It has no stack of its own: a refusal is an answer, not an accident.
 */
export class Fault<K extends FaultKind = FaultKind> extends Error {
  override readonly name = 'Fault'
  readonly kind: K
  readonly facts: Readonly<FaultFacts[K]>

  constructor(kind: K, facts: Readonly<FaultFacts[K]>, cause?: unknown) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = cause === undefined ? 0 : limit
    super(kind, cause === undefined ? undefined : { cause })
    Error.stackTraceLimit = limit
    this.kind = kind
    this.facts = facts
  }
}

type FactsArgument<K extends FaultKind> = FaultFacts[K] extends Nothing
  ? Nothing extends FaultFacts[K]
    ? [facts?: FaultFacts[K], cause?: unknown]
    : [facts: FaultFacts[K], cause?: unknown]
  : [facts: FaultFacts[K], cause?: unknown]

/**
 * A fault to throw.
 *
 * @param rest The facts of that kind, left out when it has none; then what caused it, for the log.
 */
export function fault<K extends FaultKind>(kind: K, ...rest: FactsArgument<K>): Fault<K> {
  const [facts, cause] = rest
  return new Fault(kind, (facts ?? {}) as FaultFacts[K], cause)
}
