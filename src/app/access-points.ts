import type { AccessPoint, AccessPointKind } from '../core/access-point.ts'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import { PAGE_OF_POLICIES } from '../core/limits.ts'
import { parsePublicKey, privateKeyPem, publicKeyPem } from '../crypto/attestation.ts'
import { generatePair } from '../crypto/key-pair.ts'
import { orderedUuid } from '../crypto/random.ts'
import { unwrapRecord, wrapRecord } from '../crypto/wrapped-record.ts'
import type { Deps } from './deps.ts'
import { projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { afterIdOf, pageInfo } from './key-policies.ts'

export const createAccessPoint: Handler<'CreateAccessPoint'> = async (deps, caller, request) => {
  const { type: kind, identity, cluster_id: clusterId } = request
  if (kind === 'cce') {
    if (identity === undefined) throw fault('parameter-missing', { name: 'identity' })
    if (clusterId === undefined) throw fault('parameter-missing', { name: 'cluster_id' })
  }
  const id = orderedUuid()
  const { publicKey, wrappedPrivateKey } = await identityOf(deps, id, kind, identity)
  const now = deps.clock.now()
  await deps.trust.insertAccessPoint(
    {
      id,
      projectId: projectOf(caller),
      keyspaceId: request.keyspace_id.toLowerCase(),
      name: request.access_point_name,
      kind,
      isEnabled: true,
      publicKey,
      clusterId,
      description: request.description ?? '',
      createdBy: caller.userName,
      createdAt: now,
      modifiedAt: now,
    },
    wrappedPrivateKey,
  )
  return { access_point_id: id }
}

export const listAccessPoint: Handler<'ListAccessPoint'> = async (deps, caller, request) => {
  const limit = request.limit ?? PAGE_OF_POLICIES.default
  const found = await deps.trust.pageAccessPoints({
    projectId: projectOf(caller),
    keyspaceId: request.keyspace_id.toLowerCase(),
    afterId: afterIdOf(request.marker),
    limit: limit + 1,
  })
  const page = found.slice(0, limit)
  return {
    access_points: page.map((point) => ({
      access_point_id: point.id,
      keyspace_id: point.keyspaceId,
      access_point_name: point.name,
      state: point.isEnabled,
      type: point.kind,
      description: point.description,
      cluster_id: point.clusterId,
      created_by: point.createdBy,
      create_time: point.createdAt,
      lsat_modify_time: point.modifiedAt,
    })),
    page_info: pageInfo(page, found.length > limit),
  }
}

export const enableAccessPoint: Handler<'EnableAccessPoint'> = async (deps, caller, request) => {
  await setEnabled(deps, caller, request.access_point_id, true)
  return {}
}

export const disableAccessPoint: Handler<'DisableAccessPoint'> = async (deps, caller, request) => {
  await setEnabled(deps, caller, request.access_point_id, false)
  return {}
}

export const deleteAccessPoint: Handler<'DeleteAccessPoint'> = async (deps, caller, request) => {
  const { id } = await loadAccessPoint(deps, caller, request.access_point_id)
  if (!(await deps.trust.removeAccessPoint(id))) throw fault('resource-not-found')
  return {}
}

/** The private key is given out once and is then known here no more. */
export const downloadAccessPointPrivateKey: Handler<'DownloadAccessPointPrivateKey'> = async (
  deps,
  caller,
  request,
) => {
  const { id } = await loadAccessPoint(deps, caller, request.access_point_id)
  const wrapped = await deps.trust.takePrivateKey(id)
  if (wrapped === undefined) throw fault('resource-not-found')
  const key = unwrapRecord(deps.root, { kind: 'accessPointKey', accessPointId: id }, wrapped)
  if (key === undefined) {
    throw fault('storage-failed', {}, new Error(`the key of access point ${id} does not unwrap`))
  }
  return key.lend((der) => ({ access_point_id: id, private_key: privateKeyPem(der) }))
}

async function setEnabled(
  deps: Deps,
  caller: Caller,
  accessPointId: string,
  isEnabled: boolean,
): Promise<void> {
  const { id } = await loadAccessPoint(deps, caller, accessPointId)
  const isSet = await deps.trust.enableAccessPoint(id, isEnabled, deps.clock.now())
  if (!isSet) throw fault('resource-not-found')
}

async function loadAccessPoint(deps: Deps, caller: Caller, id: string): Promise<AccessPoint> {
  const point = await deps.trust.findAccessPoint(id.toLowerCase())
  if (point === undefined || point.projectId !== projectOf(caller)) {
    throw fault('resource-not-found')
  }
  return point
}

/** How the access point will prove to be itself: a custom one by a key pair that is made for it. */
async function identityOf(
  deps: Deps,
  id: string,
  kind: AccessPointKind,
  identity: string | undefined,
): Promise<{ publicKey: string | undefined; wrappedPrivateKey: Uint8Array | undefined }> {
  if (kind === 'custom') {
    const pair = await generatePair({ kind: 'ec', curve: 'prime256v1' })
    const place = { kind: 'accessPointKey', accessPointId: id } as const
    const wrappedPrivateKey = wrapRecord(deps.root, place, pair.privateKey)
    pair.privateKey.wipe()
    return { publicKey: publicKeyPem(pair.publicKey), wrappedPrivateKey }
  }
  if (identity === undefined) return { publicKey: undefined, wrappedPrivateKey: undefined }
  const publicKey = parsePublicKey(identity)
  if (publicKey === undefined) throw fault('field-invalid', { name: 'identity' })
  return { publicKey, wrappedPrivateKey: undefined }
}
