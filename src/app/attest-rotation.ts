import {
  MAX_STATEMENT_VERSIONS,
  ROTATION_STATEMENT_TYPE,
  rotationStatement,
  type StatedKey,
  type StatedVersion,
} from '../contract/rotation-statement.ts'
import { MAX_STATEMENT_CHANGES, type SettingsHistory } from '../contract/stated-settings.ts'
import type { Caller } from '../core/caller.ts'
import type { DestroyedKey } from '../core/destroyed-key.ts'
import { fault } from '../core/fault.ts'
import { FIRST_VERSION, type KeyId, type VersionNumber } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import type { RotationEvent } from '../core/rotation.ts'
import { isSameSettings, NO_SETTINGS, settingsOf } from '../core/rotation-settings.ts'
import type { EpochMs } from '../core/time.ts'
import { ed25519Key } from '../crypto/ed25519-key.ts'
import { signJws } from '../crypto/jws.ts'
import type { PageRequest } from '../ports/page.ts'
import type { Deps } from './deps.ts'
import { projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { refuseMissing } from './missing-version.ts'

/** How often all is read again while somebody changes settings in between. */
const MAX_TRIES = 5

/** What is said of a key: all of it from one moment. */
interface Told {
  readonly subject: StatedKey
  readonly history: SettingsHistory
}

/**
 * Signs what the store says of the versions of a key and of the settings by which it rotates, by a key
 * that signs nothing else. Of a destroyed key it says what is left.
 */
export const showRotationAttestation: Handler<'ShowRotationAttestation'> = async (
  deps,
  caller,
  request,
  context,
) => {
  const { subject, history } = await tell(deps, caller, request.key_id, request.first_change)
  const { key } = subject
  const primary = key.primaryVersion ?? 0
  const first = request.first_version ?? Math.max(1, primary - MAX_STATEMENT_VERSIONS + 1)
  const page = { after: first - 1, limit: MAX_STATEMENT_VERSIONS }
  // An event bears the number of the version that it made.
  const rotations = await deps.keys.rotationEvents(key.projectId, key.id, page)
  const byVersion = new Map(rotations.map((event) => [event.toVersion, event]))
  const versions =
    subject.kind === 'present'
      ? await versionsOf(deps, subject.key, page, byVersion)
      : versionsLeft(subject.key, page, byVersion)
  const last = Math.min(primary, first + MAX_STATEMENT_VERSIONS - 1)
  if (subject.kind === 'present' && versions.length < last - first + 1) {
    // The key was destroyed in between: what is left of it is to be stated. Otherwise rows are missing.
    if ((await deps.keys.find(subject.key.id)) === undefined) {
      return showRotationAttestation(deps, caller, request, context)
    }
    const there = new Set<number>(versions.map(({ version }) => version))
    // A version lies between the first and the primary one.
    return refuseMissing(deps, subject.key.id, firstMissing(there, first) as VersionNumber)
  }
  const statement = rotationStatement({
    now: deps.clock.now(),
    region: deps.region,
    subject,
    versions,
    history,
    audit: { node: deps.auditReader.node, ...deps.auditHead() },
  })
  return signJws(statement, ROTATION_STATEMENT_TYPE, ed25519Key(deps.root.attestation))
}

async function tell(
  deps: Deps,
  caller: Caller,
  keyId: KeyId,
  firstChange: number | undefined,
): Promise<Told> {
  for (let tries = 1; ; tries++) {
    const last = await deps.rotationSettings.last(keyId)
    const subject = await findSubject(deps, caller, keyId)
    const lastNumber = last?.number ?? 0
    const first = firstChange ?? Math.max(1, lastNumber - MAX_STATEMENT_CHANGES + 1)
    const page = { after: first - 1, limit: MAX_STATEMENT_CHANGES }
    const changes = await deps.rotationSettings.changes(keyId, page)
    const history = {
      knownSince: later(subject.key.createdAt, await deps.rotationSettings.keptSince()),
      total: lastNumber,
      changes: changes.filter(({ number }) => number <= lastNumber),
    }
    // Whoever changes settings meanwhile makes them differ from what the last change led to. If they
    // still do when nobody can have, that is what the store says, and the statement shows it.
    const isOfOneMoment =
      subject.kind === 'destroyed' ||
      isSameSettings(settingsOf(subject.key, subject.limits), last?.after ?? NO_SETTINGS)
    if (isOfOneMoment || tries === MAX_TRIES) return { subject, history }
  }
}

async function findSubject(deps: Deps, caller: Caller, keyId: KeyId): Promise<StatedKey> {
  const projectId = projectOf(caller)
  const stored = await deps.keys.find(keyId)
  if (stored?.key.projectId === projectId) {
    return { kind: 'present', key: stored.key, limits: await deps.rotationLimits.find(keyId) }
  }
  const destroyed = stored === undefined ? await deps.keys.findDestroyed(keyId) : undefined
  if (destroyed?.projectId !== projectId) throw fault('key-not-found', { keyId })
  return { kind: 'destroyed', key: destroyed }
}

/** What a rotation made since the key was read is for the next statement. */
async function versionsOf(
  deps: Deps,
  key: Key,
  page: PageRequest,
  rotations: ReadonlyMap<VersionNumber, RotationEvent>,
): Promise<readonly StatedVersion[]> {
  const versions = await deps.keys.versionsOf(key.id, page)
  return versions
    .filter(({ version }) => version <= (key.primaryVersion ?? 0))
    .map(({ version, createdAt, origin }) => {
      return { version, createdAt, origin, rotation: rotations.get(version) }
    })
}

function firstMissing(there: ReadonlySet<number>, first: number): number {
  let version = first
  while (there.has(version)) version++
  return version
}

/** The versions that a destroyed key had, as far as its rotations tell. */
function versionsLeft(
  { origin, createdAt, primaryVersion }: DestroyedKey,
  { after, limit }: PageRequest,
  rotations: ReadonlyMap<VersionNumber, RotationEvent>,
): readonly StatedVersion[] {
  const left: StatedVersion[] = []
  const last = primaryVersion ?? Math.max(0, ...rotations.keys())
  for (let number = after + 1; number <= Math.min(last, after + limit); number++) {
    const version = number as VersionNumber // counted up from the first
    const rotation = rotations.get(version)
    // Material from outside was there before the rotation that took it; when, went with the key.
    const madeAt = version === FIRST_VERSION ? createdAt : rotation?.at
    left.push({ version, createdAt: origin === 'kms' ? madeAt : undefined, origin, rotation })
  }
  return left
}

function later(one: EpochMs | undefined, other: EpochMs | undefined): EpochMs | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return Math.max(one, other) as EpochMs
}
