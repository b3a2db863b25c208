import { createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { type CallLine, openLine } from './call-line.ts'
import type { Chance } from './seeded-chance.ts'

/** What is to be found of a key in the store. */
export interface KeyPicture {
  readonly alias: string
  readonly description: string
  readonly state: 'pendingImport' | 'enabled' | 'disabled' | 'pendingDeletion'
  /** Days; undefined when it does not rotate by itself. */
  readonly interval: number | undefined
  readonly rotations: number
  /** Versions, and of how many there is material. */
  readonly versions: number
  readonly materials: number
  /** Names of its tags, sorted. */
  readonly tags: readonly string[]
  readonly grants: number
}

/** A change that was asked for. */
export interface Asked {
  readonly operation: string
  /** Who asked, one thing after the other. */
  readonly client: number
  readonly keyId: string | undefined
  readonly after: KeyPicture
  /** Id of the request, once it was answered. */
  requestId: string | undefined
  /** What the answer says that the key is, for one that was made. */
  madeId: string | undefined
}

/** What was done to a server. */
export interface PowerWork {
  readonly asked: readonly Asked[]
  readonly texts: readonly {
    readonly plain: string
    readonly cipher: string
    readonly id: string
  }[]
  /** Ids of all requests that were answered, uses of keys and refusals too. */
  readonly answered: readonly string[]
}

/** Where the work is done. */
export interface WorkPlace {
  readonly url: string
  readonly token: string
  readonly projectId: string
  readonly userId: string
}

interface OwnKey {
  readonly id: string
  picture: KeyPicture
  readonly isImported: boolean
  readonly grantIds: string[]
}

/**
 * Lets clients work until so many changes were acknowledged, each of them on keys of its own and one thing
 * after the other, so that it is known what is to be found of them.
 *
 * @throws {Error} when a change is refused
 */
export async function workOnPlace(
  place: WorkPlace,
  changes: number,
  clients: number,
  chance: Chance,
): Promise<PowerWork> {
  const work = emptyWork()
  const share = Math.ceil(changes / clients)
  await Promise.all(
    Array.from({ length: clients }, (_, number) =>
      workAlone({ place, number, work, chance }, share),
    ),
  )
  return work
}

/** Work to which clients add. */
export interface OpenWork extends PowerWork {
  readonly asked: Asked[]
  readonly texts: PowerWork['texts'][number][]
  readonly answered: string[]
}

/** Work of which nothing is done. */
export function emptyWork(): OpenWork {
  return { asked: [], texts: [], answered: [] }
}

/** The node is gone: whether the last request was done is unknown. */
export class NoAnswer extends Error {}

/** What one client needs. */
export interface ClientParts {
  readonly place: WorkPlace
  /** No other client has it. */
  readonly number: number
  readonly work: OpenWork
  readonly chance: Chance
}

/**
 * One client, which makes its own keys and changes them.
 *
 * @throws {NoAnswer} when the node is gone
 */
export async function workAlone(
  parts: ClientParts,
  changes: number,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const line = openLine(parts.place.url)
  try {
    await new Client(parts, line).run(changes, isStopped)
  } finally {
    line.close()
  }
}

/** What is to be found of the keys, from what was asked for and which of it was answered. */
export function picturesOf(
  asked: readonly Asked[],
  isAnswered: (change: Asked) => boolean,
): {
  readonly keys: ReadonlyMap<string, readonly KeyPicture[]>
  readonly unsureAliases: ReadonlySet<string>
} {
  const keys = new Map<string, KeyPicture[]>()
  const unsureAliases = new Set<string>()
  // What comes after what a client has no answer to was not even asked.
  const isWaiting = new Set<number>()
  for (const change of asked) {
    const { client, keyId, madeId, after } = change
    if (isWaiting.has(client)) continue
    const isDone = isAnswered(change)
    if (!isDone) isWaiting.add(client)
    const id = keyId ?? (isDone ? madeId : undefined)
    if (id === undefined) unsureAliases.add(after.alias)
    else if (isDone) keys.set(id, [after])
    else keys.get(id)?.push(after)
  }
  return { keys, unsureAliases }
}

interface OwnKey {
  readonly id: string
  picture: KeyPicture
  readonly isImported: boolean
  readonly grantIds: string[]
}

class Client {
  readonly #place: WorkPlace
  readonly #line: CallLine
  readonly #number: number
  readonly #work: OpenWork
  readonly #chance: Chance
  readonly #keys: OwnKey[] = []

  constructor({ place, number, work, chance }: ClientParts, line: CallLine) {
    this.#place = place
    this.#line = line
    this.#number = number
    this.#work = work
    this.#chance = chance
  }

  async run(changes: number, isStopped: () => boolean): Promise<void> {
    for (let done = 0; done < changes && !isStopped(); done++) {
      const isNew = this.#keys.length === 0 || this.#chance.oneIn(5)
      if (isNew) await this.#create(this.#chance.oneIn(4))
      else await this.#step(this.#chance.pick(this.#keys))
    }
  }

  async #create(isImported: boolean): Promise<void> {
    const alias = `power-${crypto.randomUUID()}`
    const picture: KeyPicture = {
      ...{ alias, description: '', interval: undefined, rotations: 0, tags: [], grants: 0 },
      state: isImported ? 'pendingImport' : 'enabled',
      ...{ versions: isImported ? 0 : 1, materials: isImported ? 0 : 1 },
    }
    const body = { key_alias: alias, ...(isImported ? { origin: 'external' } : {}) }
    const { answer, asked } = await this.#change('create-key', body, undefined, picture)
    const id = answer.key_info.key_id
    asked.madeId = id
    this.#keys.push({ id, picture, isImported, grantIds: [] })
  }

  async #step(key: OwnKey): Promise<void> {
    const { picture, id: key_id } = key
    if (picture.state === 'pendingImport') return this.#import(key)
    if (picture.state === 'pendingDeletion') {
      return this.#on(key, 'cancel-key-deletion', {}, { state: 'disabled' })
    }
    if (picture.state === 'disabled') return this.#on(key, 'enable-key', {}, { state: 'enabled' })
    const days = 30 + this.#chance.below(300)
    switch (this.#chance.below(key.isImported ? 8 : 12)) {
      case 0:
        return this.#on(key, 'disable-key', {}, { state: 'disabled' })
      case 1:
        return this.#on(
          key,
          'schedule-key-deletion',
          { pending_days: '7' },
          { state: 'pendingDeletion' },
        )
      case 2: {
        const description = crypto.randomUUID()
        const body = { key_description: description }
        return this.#on(key, 'update-key-description', body, { description })
      }
      case 3: {
        const alias = `power-${crypto.randomUUID()}`
        return this.#on(key, 'update-key-alias', { key_alias: alias }, { alias })
      }
      case 4: {
        if (picture.tags.length >= 10) return this.#use(key_id)
        const name = crypto.randomUUID().slice(0, 8)
        const tags = [...picture.tags, name].sort()
        return this.#on(key, `${key_id}/tags`, { tag: { key: name, value: 'v' } }, { tags })
      }
      case 5:
        return this.#grant(key)
      case 6:
        if (!key.isImported) return this.#use(key_id)
        // Its versions stay known, without material.
        return this.#on(
          key,
          'delete-imported-key-material',
          {},
          { state: 'pendingImport', materials: 0 },
        )
      case 7:
        return this.#use(key_id)
      case 8:
        return picture.interval === undefined
          ? this.#on(key, 'enable-key-rotation', {}, { interval: 365 })
          : this.#on(
              key,
              'update-key-rotation-interval',
              { rotation_interval: days },
              { interval: days },
            )
      default: {
        if (picture.interval === undefined) {
          return this.#on(key, 'enable-key-rotation', {}, { interval: 365 })
        }
        const { rotations, versions, materials } = picture
        const more = { rotations: rotations + 1, versions: versions + 1, materials: materials + 1 }
        return this.#on(key, 'rotate-on-demand', {}, more)
      }
    }
  }

  async #grant(key: OwnKey): Promise<void> {
    const grants = key.picture.grants
    const grantId = key.grantIds.at(-1)
    if (grantId !== undefined && this.#chance.oneIn(2)) {
      key.grantIds.pop()
      return this.#on(key, 'revoke-grant', { grant_id: grantId }, { grants: grants - 1 })
    }
    const body = {
      ...{ key_id: key.id, grantee_principal: this.#place.userId },
      operations: ['describe-key', 'encrypt-data'],
    }
    const after = { ...key.picture, grants: grants + 1 }
    const { answer } = await this.#change('create-grant', body, key.id, after)
    key.grantIds.push(answer.grant_id)
    key.picture = after
  }

  async #import(key: OwnKey): Promise<void> {
    const asked = { key_id: key.id, wrapping_algorithm: 'RSAES_OAEP_SHA_256' }
    const { body } = await this.#call('get-parameters-for-import', asked)
    const spki = {
      key: Buffer.from(body.public_key, 'base64'),
      format: 'der',
      type: 'spki',
    } as const
    const material = MATERIALS.get(key.id) ?? randomBytes(32)
    // Material that was deleted comes back as it was, or not at all.
    MATERIALS.set(key.id, material)
    const wrapped = publicEncrypt({ key: createPublicKey(spki), oaepHash: 'sha256' }, material)
    return this.#on(
      key,
      'import-key-material',
      { import_token: body.import_token, encrypted_key_material: wrapped.toString('base64') },
      { state: 'enabled', versions: 1, materials: 1 },
    )
  }

  async #use(keyId: string): Promise<void> {
    const plain = crypto.randomUUID()
    const { body, requestId } = await this.#call('encrypt-data', {
      key_id: keyId,
      plain_text: plain,
    })
    this.#work.texts.push({ plain, cipher: body.cipher_text, id: requestId })
  }

  async #on(
    key: OwnKey,
    operation: string,
    body: object,
    change: Partial<KeyPicture>,
  ): Promise<void> {
    const after = { ...key.picture, ...change }
    await this.#change(operation, { key_id: key.id, ...body }, key.id, after)
    key.picture = after
  }

  async #change(operation: string, body: object, keyId: string | undefined, after: KeyPicture) {
    const asked: Asked = {
      ...{ operation, client: this.#number, keyId, after },
      ...{ requestId: undefined, madeId: undefined },
    }
    this.#work.asked.push(asked)
    const { body: answer, requestId } = await this.#call(operation, body)
    asked.requestId = requestId
    return { answer, asked }
  }

  async #call(operation: string, body: object) {
    const { projectId, token } = this.#place
    const path = `/v1.0/${projectId}/kms/${operation}`
    const answer = await this.#line.call({ path, token, body })
    const { status, requestId } = answer
    if (status === 0) throw new NoAnswer()
    if (status < 200 || status > 299 || requestId === undefined) {
      throw new Error(`${operation}: ${status} ${answer.code} ${answer.failure ?? ''}`)
    }
    this.#work.answered.push(requestId)
    return { body: answer.body, requestId }
  }
}

/** What was imported, by key. */
const MATERIALS = new Map<string, Buffer>()
