import type { RequestFor } from '../contract/operations/index.ts'
import type { AccessPoint } from '../core/access-point.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import { allowsAccessPoint, type KeyPolicyDocument, parseKeyPolicy } from '../core/key-policy.ts'
import {
  isAttested,
  isClusterToken,
  parsePublicKey,
  wrapForReceiver,
} from '../crypto/attestation.ts'
import { parseCiphertext } from '../crypto/ciphertext.ts'
import { randomSecret } from '../crypto/random.ts'
import type { Deps } from './deps.ts'
import { useKey } from './find-key.ts'
import type { Handler } from './handler.ts'
import { holdsNow, loadPolicy } from './key-policies.ts'
import { keyOfCiphertext, protect, unprotect } from './protect.ts'
import { requireEncryption } from './small-data.ts'

/*
 * A capsule is a frame of its own kind, base64. Inside: length of the policy, 32-bit big-endian ‖
 * the policy, JSON text of `{policy_id}` or `{key_policy}` ‖ the data key.
 */
const LENGTH_BYTES = 4
const UNBOUND = { kind: 'none' } as const
/** How far ahead an attestation may expire, in milliseconds. */
const MAX_ATTESTATION_MS = 24 * 60 * 60 * 1000

type Attestation = RequestFor<'DecryptDatakeyCapsule'>['attestation_document']

/** What a capsule is bound to. */
type CapsulePolicy = { readonly policy_id: string } | { readonly key_policy: string }

export const createDatakeyCapsule: Handler<'CreateDatakeyCapsule'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const warm = await useKey(deps, caller, request.key_id, context.admission, context)
  requireEncryption(warm.key)
  const policy = Buffer.from(JSON.stringify(await policyOf(deps, caller, request)))
  const dataKey = randomSecret(request.datakey_length)
  return dataKey.lend(async (bytes) => {
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(policy.length)
    const content = Buffer.concat([length, policy, bytes])
    const capsule = await protect(deps, warm, 'capsule', UNBOUND, content, context)
    content.fill(0)
    const handedOver = handOver(bytes, request.public_key)
    return { key_id: warm.key.id, datakey_capsule: capsule, ...handedOver }
  })
}

export const decryptDatakeyCapsule: Handler<'DecryptDatakeyCapsule'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const warm = await useKey(deps, caller, request.key_id, context.admission, context)
  requireEncryption(warm.key)
  const parsed = parseCiphertext(request.datakey_capsule)
  if (parsed.kind !== 'ok') throw fault('decryption-failed')
  const { ciphertext } = parsed
  if ((await keyOfCiphertext(deps, ciphertext.keyId)) !== warm.key.id) {
    throw fault('decryption-failed')
  }
  const content = await unprotect(deps, warm, 'capsule', UNBOUND, ciphertext, context)
  const policyEnd = LENGTH_BYTES + content.readUInt32BE()
  const bound: CapsulePolicy = JSON.parse(content.toString('utf8', LENGTH_BYTES, policyEnd))
  const policy = await currentPolicy(deps, caller, bound)
  const accessPoint = await whoAttested(deps, caller, policy, request)
  const bytes = content.subarray(policyEnd)
  return {
    key_id: warm.key.id,
    instance_id: accessPoint.id,
    ...handOver(bytes, request.public_key),
  }
}

/** The data key in the clear or, for a receiver with a public key, wrapped. */
function handOver(dataKey: Uint8Array, publicKey: Uint8Array | undefined) {
  if (publicKey === undefined) return { datakey: dataKey }
  const wrapped = wrapForReceiver(publicKey, dataKey)
  if (wrapped === undefined) throw fault('field-invalid', { name: 'public_key' })
  return { datakey_cipher: wrapped }
}

async function policyOf(
  deps: Deps,
  caller: Caller,
  { policy_id, key_policy }: RequestFor<'CreateDatakeyCapsule'>,
): Promise<CapsulePolicy> {
  if (policy_id !== undefined && key_policy === undefined) {
    return { policy_id: (await loadPolicy(deps, caller, policy_id)).id }
  }
  if (key_policy === undefined) throw fault('parameter-missing', { name: 'policy_id' })
  if (policy_id !== undefined) throw fault('field-invalid', { name: 'key_policy' })
  parseKeyPolicy(key_policy)
  return { key_policy }
}

/** The policy as it is now: one that was kept may have been changed, or be gone. */
async function currentPolicy(
  deps: Deps,
  caller: Caller,
  bound: CapsulePolicy,
): Promise<KeyPolicyDocument> {
  if ('key_policy' in bound) return parseKeyPolicy(bound.key_policy)
  const policy = await deps.trust.findPolicy(bound.policy_id)
  if (policy === undefined || policy.projectId !== caller.project?.id) {
    throw fault('attestation-refused')
  }
  await deps.trust.replacePolicy({ ...policy, accessedAt: deps.clock.now() })
  return parseKeyPolicy(policy.document)
}

/**
 * The access point that proved to be itself, of those that the policy allows.
 *
 * @throws {Fault} `attestation-refused`, whatever was wrong
 */
async function whoAttested(
  deps: Deps,
  caller: Caller,
  policy: KeyPolicyDocument,
  request: RequestFor<'DecryptDatakeyCapsule'>,
): Promise<AccessPoint> {
  if (holdsNow(deps, policy)) {
    for (const id of policy.accessPoints ?? []) {
      const point = await deps.trust.findAccessPoint(id.toLowerCase())
      const isEligible =
        point?.isEnabled === true &&
        point.projectId === caller.project?.id &&
        allowsAccessPoint(policy, id)
      if (isEligible && (await proves(deps, point, request))) return point
    }
  }
  throw fault('attestation-refused')
}

async function proves(
  deps: Deps,
  { kind, publicKey }: AccessPoint,
  request: RequestFor<'DecryptDatakeyCapsule'>,
): Promise<boolean> {
  const attestation = request.attestation_document
  if (publicKey === undefined) return false
  switch (kind) {
    case 'cce': {
      const token = attestation.service_token
      return token !== undefined && isClusterToken(publicKey, token, deps.clock.now())
    }
    case 'custom': {
      const named = attestation.custom_public_key
      const isOther = named !== undefined && parsePublicKey(named) !== publicKey
      return !isOther && isSigned(deps, publicKey, attestation.custom_signature, request)
    }
    case 'ecs':
      return isSigned(deps, publicKey, attestation.ecs_signature, request)
    default:
      throw kind satisfies never
  }
}

/** Whether the challenge was signed: key id, capsule and time of expiry, a line each. */
function isSigned(
  deps: Deps,
  publicKey: string,
  signature: string | undefined,
  { key_id, datakey_capsule, attestation_document }: RequestFor<'DecryptDatakeyCapsule'>,
): boolean {
  const expireTime = expiryOf(deps, attestation_document)
  if (signature === undefined || expireTime === undefined) return false
  const challenge = `${key_id}\n${datakey_capsule.toBase64()}\n${expireTime}`
  return isAttested(publicKey, challenge, signature)
}

function expiryOf(deps: Deps, { expire_time: text }: Attestation): string | undefined {
  const leftMs = Date.parse(text ?? '') - deps.clock.now()
  return leftMs > 0 && leftMs <= MAX_ATTESTATION_MS ? text : undefined
}
