import { createPublicKey, type KeyObject } from 'node:crypto'
import type { RootKeyId } from '../core/ids.ts'
import { ed25519Key, ed25519PublicKey, rawPublicKey } from './ed25519-key.ts'
import type { PastChain, PastRoot, RootKey } from './root-key.ts'
import { SecretBytes } from './secret-bytes.ts'

/*
 * format (1) ‖ for each root key:
 *   id (8) ‖ key of the audit log (32) ‖ public key of checkpoints (32) ‖ of statements (32) ‖ chains (4)
 *   ‖ for each chain: id (8) ‖ records (8) ‖ 1 when it is open, else 0 (1) ‖ head (32)
 * Numbers are big endian.
 */
const FORMAT = 1
const ID_BYTES = 8
const KEY_BYTES = 32
const CHAINS_AT = ID_BYTES + 3 * KEY_BYTES
const ROOT_BYTES = CHAINS_AT + 4
const OPEN_AT = 2 * ID_BYTES
const HEAD_AT = OPEN_AT + 1
const CHAIN_BYTES = HEAD_AT + KEY_BYTES

/** What is to be kept of a root key that is dropped, while audit chains stand at `chains`. */
export function pastRootOf(
  { id, audit, checkpoint, attestation }: RootKey,
  chains: ReadonlyMap<string, PastChain>,
): PastRoot {
  const publicKey = (seed: SecretBytes): KeyObject => createPublicKey(ed25519Key(seed))
  return {
    id,
    audit,
    checkpointPublic: publicKey(checkpoint),
    attestationPublic: publicKey(attestation),
    chains,
  }
}

/** Past root keys as bytes, as the comment above says. */
export function pastRootBytes(past: readonly PastRoot[]): SecretBytes {
  const length = past.reduce((sum, { chains }) => sum + ROOT_BYTES + chains.size * CHAIN_BYTES, 1)
  const bytes = Buffer.alloc(length)
  bytes[0] = FORMAT
  let at = 1
  for (const { id, audit, checkpointPublic, attestationPublic, chains } of past) {
    bytes.write(id, at, 'hex')
    audit.lend((key) => bytes.set(key, at + ID_BYTES))
    bytes.set(rawPublicKey(checkpointPublic), at + ID_BYTES + KEY_BYTES)
    bytes.set(rawPublicKey(attestationPublic), at + ID_BYTES + 2 * KEY_BYTES)
    bytes.writeUInt32BE(chains.size, at + CHAINS_AT)
    at += ROOT_BYTES
    for (const [chain, { count, head, isOpen }] of chains) {
      bytes.write(chain, at, 'hex')
      bytes.writeBigUInt64BE(BigInt(count), at + ID_BYTES)
      bytes[at + OPEN_AT] = Number(isOpen)
      bytes.set(head, at + HEAD_AT)
      at += CHAIN_BYTES
    }
  }
  return new SecretBytes(bytes)
}

/**
 * The past root keys that {@link pastRootBytes} made bytes of; copies them.
 *
 * @throws {Error} when these are no such bytes
 */
export function pastRootsIn(bytes: SecretBytes): readonly PastRoot[] {
  return bytes.lend((all) => {
    const view = Buffer.from(all.buffer, all.byteOffset, all.byteLength)
    const past: PastRoot[] = []
    let at = 1
    const room = (needed: number) => at + needed <= view.length
    if (view[0] !== FORMAT) throw new Error('these are no past root keys')
    while (at < view.length) {
      if (!room(ROOT_BYTES)) throw new Error('past root keys are cut off')
      const chainCount = view.readUInt32BE(at + CHAINS_AT)
      if (!room(ROOT_BYTES + chainCount * CHAIN_BYTES)) {
        throw new Error('the chains of past root keys are cut off')
      }
      const root = rootIn(view.subarray(at, at + CHAINS_AT))
      at += ROOT_BYTES
      const chains = new Map<string, PastChain>()
      for (let index = 0; index < chainCount; index++, at += CHAIN_BYTES) {
        chains.set(hexOf(view, at), chainIn(view.subarray(at, at + CHAIN_BYTES)))
      }
      past.push({ ...root, chains })
    }
    return past
  })
}

function rootIn(bytes: Buffer): Omit<PastRoot, 'chains'> {
  const key = (index: number) => {
    const from = ID_BYTES + index * KEY_BYTES
    return Uint8Array.from(bytes.subarray(from, from + KEY_BYTES))
  }
  return {
    id: hexOf(bytes, 0) as RootKeyId,
    audit: new SecretBytes(key(0)),
    checkpointPublic: ed25519PublicKey(key(1)),
    attestationPublic: ed25519PublicKey(key(2)),
  }
}

function chainIn(bytes: Buffer): PastChain {
  return {
    count: Number(bytes.readBigUInt64BE(ID_BYTES)),
    isOpen: bytes[OPEN_AT] === 1,
    head: Uint8Array.from(bytes.subarray(HEAD_AT)),
  }
}

function hexOf(bytes: Buffer, at: number): string {
  return bytes.toString('hex', at, at + ID_BYTES)
}
