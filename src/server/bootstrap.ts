import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AccessKeyId, ProjectId, TenantId, UserId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import { hashPassword } from '../crypto/password.ts'
import { randomAlphanumericSecret, randomHex, randomUpperAlphanumeric } from '../crypto/random.ts'
import type { RootKey } from '../crypto/root-key.ts'
import { wrapRecord } from '../crypto/wrapped-record.ts'
import { makeFolder, syncFolder } from '../files/sync-path.ts'
import type { Clock } from '../ports/clock.ts'
import type { IdentityStore } from '../ports/identity-store.ts'
import type { Storage } from '../ports/storage.ts'

/** Name of the file with the first credentials. */
export const CREDENTIALS_FILE = 'bootstrap-credentials.json'

const PASSWORD_CHARACTERS = 32
const SECRET_KEY_CHARACTERS = 40
const ACCESS_KEY_CHARACTERS = 20
/** Fact in the store that says that the first credentials were made. */
const DONE = 'bootstrapped'

/** What the first start needs. */
export interface BootstrapOptions {
  readonly directory: string
  readonly storage: Storage
  readonly root: RootKey
  readonly clock: Clock
  readonly region: string
}

/**
 * Makes the first domain, project and administrator and writes their credentials to a file, once.
 * A crash on the way leaves a start that does it again: the file comes before the mark.
 *
 * @returns Whether they were made now.
 */
export async function bootstrap(options: BootstrapOptions): Promise<boolean> {
  const { storage, root, clock, region, directory } = options
  if ((await storage.meta.get(DONE)) !== undefined) return false
  const { identity } = storage
  const suffix = randomHex(3)
  const { tenant, project } = await firstTenant(identity, region, suffix)
  const userId = randomHex(16) as UserId
  const password = randomAlphanumericSecret(PASSWORD_CHARACTERS)
  const secretKey = randomAlphanumericSecret(SECRET_KEY_CHARACTERS)
  const accessKeyId = randomUpperAlphanumeric(ACCESS_KEY_CHARACTERS) as AccessKeyId
  const name = `admin-${suffix}`
  await identity.insertUser({
    id: userId,
    tenantId: tenant.id,
    name,
    passwordHash: await hashPassword(password),
    enabled: true,
    defaultProjectId: project.id,
    tokensValidFrom: 0 as EpochMs,
  })
  await identity.insertAssignment({ userId, projectId: undefined, role: 'KMS Administrator' })
  await identity.insertAccessKey({
    id: accessKeyId,
    userId,
    wrappedSecret: wrapRecord(root, { kind: 'accessKeySecret', accessKeyId, userId }, secretKey),
    enabled: true,
    createdAt: clock.now(),
  })
  const asText = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
  await writeCredentials(directory, {
    endpoint: '',
    region,
    domain_id: tenant.id,
    domain_name: tenant.name,
    project_id: project.id,
    project_name: project.name,
    user_id: userId,
    user_name: name,
    password: password.lend(asText),
    access_key: accessKeyId,
    secret_key: secretKey.lend(asText),
  })
  password.wipe()
  secretKey.wipe()
  await storage.meta.put(DONE, new Date(clock.now()).toISOString())
  return true
}

/** The first domain and project. A start that was cut short has left some: its users are of no use. */
async function firstTenant(identity: IdentityStore, region: string, suffix: string) {
  const [known] = await identity.listTenants(1)
  const tenant = known ?? { id: randomHex(16) as TenantId, name: `keyturn-${suffix}` }
  if (known === undefined) await identity.insertTenant(tenant)
  for (const { id } of await identity.listUsers(tenant.id)) await identity.removeUser(id)
  const [knownProject] = await identity.listProjects(tenant.id)
  const project = knownProject ?? {
    id: randomHex(16) as ProjectId,
    tenantId: tenant.id,
    name: region,
  }
  if (knownProject === undefined) await identity.insertProject(project)
  return { tenant, project }
}

/** Writes where the server listens into the file of the first credentials, if that is still there. */
export async function recordEndpoint(directory: string, endpoint: string): Promise<void> {
  let text: string
  try {
    text = await readFile(join(directory, CREDENTIALS_FILE), 'utf8')
  } catch {
    return // its owner has put it away, as the documents advise
  }
  const credentials = parseObject(text)
  // What somebody has edited so that it is no JSON any more is left as it is.
  if (credentials !== undefined && credentials['endpoint'] !== endpoint) {
    await writeCredentials(directory, { ...credentials, endpoint })
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

async function writeCredentials(
  directory: string,
  credentials: Readonly<Record<string, unknown>>,
): Promise<void> {
  await makeFolder(directory)
  const path = join(directory, CREDENTIALS_FILE)
  const text = `${JSON.stringify(credentials, undefined, 2)}\n`
  await writeFile(`${path}.tmp`, text, { mode: 0o600, flush: true })
  await rename(`${path}.tmp`, path)
  // Nobody could sign in any more if the store said that they were made, and they were lost.
  await syncFolder(directory)
}
