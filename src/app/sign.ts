import {
  HASH_BYTES,
  type MacAlgorithm,
  type SigningAlgorithm,
  signingRowOf,
} from '../core/algorithms.ts'
import { fault } from '../core/fault.ts'
import type { Key } from '../core/key.ts'
import { type KeyUsage, specOf } from '../core/key-specs.ts'
import type { SignedMessage } from '../crypto/asymmetric-key.ts'
import { loadSharedKey, primaryOf, useKey } from './find-key.ts'
import type { Handler } from './handler.ts'
import { loadMac, loadPrivate, loadVersion } from './load-version.ts'

/** What `sign` and `verify` ask for. */
interface MessageFields {
  readonly message: Uint8Array
  readonly signing_algorithm: SigningAlgorithm
  readonly message_type?: 'DIGEST' | 'RAW' | undefined
}

export const sign: Handler<'Sign'> = async (deps, caller, request, context) => {
  const warm = await useKey(deps, caller, request.key_id, context.admission, context)
  const message = messageOf(warm.key, request)
  const signature = await (await loadPrivate(deps, warm)).sign(request.signing_algorithm, message)
  context.keyVersion = primaryOf(warm.key)
  return { key_id: warm.key.id, signature }
}

export const validateSignature: Handler<'ValidateSignature'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const warm = await useKey(deps, caller, request.key_id, context.admission, context)
  const message = messageOf(warm.key, request)
  const key = await loadPrivate(deps, warm)
  const isValid = await key.verify(request.signing_algorithm, message, request.signature)
  context.keyVersion = primaryOf(warm.key)
  return { key_id: warm.key.id, signature_valid: isValid }
}

export const generateMac: Handler<'GenerateMac'> = async (deps, caller, request, context) => {
  const warm = await useKey(deps, caller, request.key_id, context.admission, context)
  requireMac(warm.key, request.mac_algorithm)
  const key = await loadMac(deps, warm)
  context.keyVersion = primaryOf(warm.key)
  return {
    key_id: warm.key.id,
    mac_algorithm: request.mac_algorithm,
    mac: await key.generate(request.mac_algorithm, request.message),
  }
}

export const verifyMac: Handler<'VerifyMac'> = async (deps, caller, request, context) => {
  const warm = await useKey(deps, caller, request.key_id, context.admission, context)
  requireMac(warm.key, request.mac_algorithm)
  const key = await loadMac(deps, warm)
  context.keyVersion = primaryOf(warm.key)
  return {
    key_id: warm.key.id,
    mac_algorithm: request.mac_algorithm,
    mac_valid: await key.verify(request.mac_algorithm, request.message, request.mac),
  }
}

/** Reading a public key works in every state in which there is one. */
export const showPublicKey: Handler<'ShowPublicKey'> = async (deps, caller, request, context) => {
  const { key } = await loadSharedKey(deps, caller, request.key_id, context.admission, context)
  if (specOf(key.spec).family !== 'asymmetric') {
    throw fault('key-usage-mismatch', { keyId: key.id })
  }
  const { primaryVersion } = key
  const warm = { key, versions: new Map(), grants: undefined }
  const loaded = primaryVersion && (await loadVersion(deps, warm, primaryVersion))
  if (loaded === undefined) throw fault('key-pending-import', { keyId: key.id })
  if (loaded.kind !== 'asymmetric') throw new Error(`key ${key.id} is no key pair`)
  return { key_id: key.id, public_key: loaded.publicKey }
}

export const deriveSharedSecret: Handler<'DeriveSharedSecret'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const warm = await useKey(deps, caller, request.key_id, context.admission, context)
  requireUsage(warm.key, 'KEY_AGREEMENT')
  // Who names a recipient wants the secret for that one alone, which only the cloud can prove.
  if (request.recipient !== undefined) throw fault('field-invalid', { name: 'recipient' })
  const secret = await (await loadPrivate(deps, warm)).agree(request.public_key)
  if (secret === undefined) throw fault('field-invalid', { name: 'public_key' })
  context.keyVersion = primaryOf(warm.key)
  return secret.lend((bytes) => ({
    key_id: warm.key.id,
    key_agreement_algorithm: request.key_agreement_algorithm,
    shared_secret: bytes,
  }))
}

/**
 * What is to be signed. Algorithms that sign messages themselves take no digests: `DIGEST` is then
 * refused, and left out it means `RAW`.
 */
function messageOf(key: Key, request: MessageFields): SignedMessage {
  requireUsage(key, 'SIGN_VERIFY')
  const { signing_algorithm: algorithm, message: bytes } = request
  if (!specOf(key.spec).signing.includes(algorithm)) {
    throw fault('key-usage-mismatch', { keyId: key.id })
  }
  const { hash } = signingRowOf(algorithm)
  const type = request.message_type ?? (hash === undefined ? 'RAW' : 'DIGEST')
  if (type === 'RAW') return { kind: 'raw', bytes }
  if (hash === undefined) throw fault('field-invalid', { name: 'message_type' })
  if (bytes.length !== HASH_BYTES[hash]) throw fault('digest-length-mismatch')
  return { kind: 'digest', bytes }
}

function requireUsage(key: Key, usage: KeyUsage): void {
  if (key.usage !== usage) throw fault('key-usage-mismatch', { keyId: key.id })
}

function requireMac(key: Key, algorithm: MacAlgorithm): void {
  requireUsage(key, 'GENERATE_VERIFY_MAC')
  if (!specOf(key.spec).macs.includes(algorithm)) {
    throw fault('key-usage-mismatch', { keyId: key.id })
  }
}
