import { Type } from 'typebox'
import { oneOf, optional, plain, secret } from '../field.ts'
import {
  booleanText,
  epochMsText,
  epochMsTextOrEmpty,
  flagText,
  keyId,
  keyOrigin,
  keySpec,
  keyState,
  keyUsage,
  sequence,
  tenantId,
  text,
} from '../fields.ts'

/** Body of an operation that names a key and nothing else. */
export const KEY_REQUEST = { key_id: keyId, sequence: optional(sequence) }

/** A key with all that the wire tells of it; a client that misses a member reports a drift. */
export const KEY_DETAILS = {
  key_id: keyId,
  domain_id: tenantId,
  key_alias: text,
  realm: text,
  key_spec: keySpec,
  key_usage: keyUsage,
  key_description: text,
  creation_date: epochMsText,
  scheduled_deletion_date: epochMsTextOrEmpty,
  key_state: keyState,
  default_key_flag: flagText,
  key_type: text,
  expiration_time: epochMsTextOrEmpty,
  origin: keyOrigin,
  key_rotation_enabled: booleanText,
  sys_enterprise_project_id: text,
  keystore_id: text,
  keystore_type: text,
  multi_region_key_type: text,
  pending_days: text,
}

/** A key and its state, after the state changed. */
export const KEY_STATUS = { key_id: keyId, key_state: keyState }

/** A PIN that a data key is bound to: it then opens with that alone. */
export const PIN = {
  pin: optional(secret(plain(Type.String({ minLength: 1, maxLength: 512 })))),
  pin_type: optional(oneOf(['CipherText', 'PlainText'])),
}
