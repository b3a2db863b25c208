import type { FaultFacts, FaultKind } from '../../core/fault.ts'
import { CALLER_ERRORS } from './caller-errors.ts'
import { CRYPTO_ERRORS } from './crypto-errors.ts'
import { KEY_ERRORS } from './key-errors.ts'
import { LABEL_ERRORS } from './label-errors.ts'
import { REQUEST_ERRORS } from './request-errors.ts'
import { SERVER_ERRORS } from './server-errors.ts'
import { SHARING_ERRORS } from './sharing-errors.ts'
import type { WireError } from './wire-error.ts'

/**
 * What callers are told of each fault. Source: KMS API reference, "Error codes", and the API
 * gateway's "Error codes"; the sentences are ours.
 */
export const WIRE_ERRORS = {
  ...REQUEST_ERRORS,
  ...CALLER_ERRORS,
  ...KEY_ERRORS,
  ...CRYPTO_ERRORS,
  ...SHARING_ERRORS,
  ...LABEL_ERRORS,
  ...SERVER_ERRORS,
} as const satisfies Record<FaultKind, WireError>

/** A language that errors are worded in. */
export type Language = 'en' | 'zh'

/** The row of `kind`, as what every row has. */
export function wireErrorOf(kind: FaultKind): WireError {
  return WIRE_ERRORS[kind]
}

/** The sentence of a fault, with its facts filled in. */
export function wording<K extends FaultKind>(
  kind: K,
  facts: Readonly<FaultFacts[K]>,
  language: Language,
): string {
  const byName: Readonly<Record<string, unknown>> = { ...facts }
  return wireErrorOf(kind)[language].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(byName[name]),
  )
}
