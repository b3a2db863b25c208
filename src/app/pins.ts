import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import { DEFAULT_KEYSTORE, type Key } from '../core/key.ts'
import { sha256 } from '../crypto/digest.ts'
import type { CallerContext } from '../crypto/encryption-context.ts'
import { randomAlphanumericSecret } from '../crypto/random.ts'
import { unwrapRecord, wrapRecord } from '../crypto/wrapped-record.ts'
import type { Deps } from './deps.ts'
import { projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { findKeystore, isInside } from './keystores.ts'

const PIN_CHARACTERS = 32

/** The fields by which a data key is bound to a PIN. */
interface PinFields {
  readonly pin?: string | undefined
  readonly pin_type?: 'CipherText' | 'PlainText' | undefined
}

/**
 * A PIN protects one data key, once, and then opens that one. `CipherText` gives it out in a form
 * that only this server reads.
 */
export const createPin: Handler<'CreatePin'> = async (deps, caller, request) => {
  const projectId = projectOf(caller)
  const keystoreId = request.keystore_id ?? DEFAULT_KEYSTORE
  if (isInside({ keystoreId })) await findKeystore(deps, projectId, keystoreId)
  const pin = randomAlphanumericSecret(PIN_CHARACTERS)
  const digest = pin.lend(sha256)
  await deps.keystores.insertPin(digest, projectId, keystoreId, deps.clock.now())
  const isHidden = request.pin_type === 'CipherText'
  return {
    pin: isHidden
      ? wrapRecord(deps.root, { kind: 'pin', projectId, keystoreId }, pin).toBase64()
      : pin.lend((bytes) => Buffer.from(bytes).toString('latin1')),
  }
}

/**
 * What a data key is bound to, with its PIN if it has one.
 *
 * @param isNew Whether the data key is being made: that uses the PIN up.
 * @throws {Fault} `pin-invalid`
 */
export async function withPin(
  deps: Deps,
  caller: Caller,
  key: Key,
  { pin, pin_type: type }: PinFields,
  inner: CallerContext,
  isNew: boolean,
): Promise<CallerContext> {
  if (pin === undefined) return inner
  const pinDigest = digestOf(deps, caller, key, pin, type)
  const { keystoreId } = key
  if (isNew && !(await deps.keystores.spendPin(pinDigest, projectOf(caller), keystoreId))) {
    throw fault('pin-invalid')
  }
  return { kind: 'pinned', pinDigest, inner }
}

function digestOf(
  deps: Deps,
  caller: Caller,
  { keystoreId }: Key,
  pin: string,
  type: PinFields['pin_type'],
): Uint8Array {
  if (type !== 'CipherText') return sha256(pin)
  const place = { kind: 'pin', projectId: projectOf(caller), keystoreId } as const
  const opened = unwrapRecord(deps.root, place, Buffer.from(pin, 'base64'))
  if (opened === undefined) throw fault('pin-invalid')
  return opened.lend(sha256)
}
