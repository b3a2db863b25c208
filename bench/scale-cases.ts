import type { KeyId } from '../src/core/ids.ts'
import { call, type ServerUnderTest, signIn, tokenRequest } from './keyturn.ts'
import type { BenchStore } from './store.ts'

/** Keys of a full page, and of a short one. */
const PAGE = 100
const SHORT_PAGE = 10

/** A store of some size with a server on it. */
export interface SizedServer {
  readonly size: number
  readonly store: BenchStore
  readonly server: ServerUnderTest
  readonly token: string
  /** What was encrypted under the first version of the key with many. */
  readonly oldText?: string
}

/** A kind of request whose cost is compared between stores of different sizes. */
export interface ScaleCase {
  readonly name: string
  /** The smallest store in which the answer is as long as in all larger ones. */
  readonly fromSize: number
  /** Whether each call makes the store larger, so that it has to come last. */
  readonly grows?: true
  readonly prepare: (target: SizedServer) => () => Buffer
}

/** What is asked of stores with few and many keys. */
export const KEY_CASES: readonly ScaleCase[] = [
  ofOneKey('encrypt-data, one key', 'encrypt-data', { plain_text: 'x'.repeat(32) }),
  ofRandomKeys('encrypt-data, random key', 'encrypt-data', { plain_text: 'x'.repeat(32) }),
  ofOneKey('rotation status, one key', 'get-key-rotation-status'),
  ofRandomKeys('rotation status, random key', 'get-key-rotation-status'),
  ofOneKey('describe-key, one key', 'describe-key'),
  ofRandomKeys('describe-key, random key', 'describe-key'),
  pages(SHORT_PAGE),
  pages(PAGE),
  firstByTag(SHORT_PAGE),
  firstByTag(PAGE),
  {
    name: 'create-key',
    fromSize: 1,
    grows: true,
    prepare({ server, token }) {
      let made = 0
      const run = Date.now()
      return () => tokenRequest(server, token, 'create-key', { key_alias: `made-${run}-${made++}` })
    },
  },
]

/** What is asked of a key with few and many versions. */
export const VERSION_CASES: readonly ScaleCase[] = [
  ofVersioned('encrypt-data', 'encrypt-data', { plain_text: 'x'.repeat(32) }),
  ofVersioned('rotation status', 'get-key-rotation-status'),
  {
    name: 'decrypt-data of a text under version 1',
    fromSize: 1,
    prepare({ server, token, oldText }) {
      const request = tokenRequest(server, token, 'decrypt-data', { cipher_text: oldText })
      return () => request
    },
  },
]

/** Has the first version of the key with many encrypt something, as it did when it was the only one. */
export async function makeOldText(store: BenchStore, versions: number): Promise<string> {
  const keyId = versionedKey(store)
  const usePrimary = async (version: number) => {
    await store.run(`update keys set primary_version = ${version} where id = '${keyId}'`)
    await store.giveMacsAtNextStart()
  }
  await usePrimary(1)
  const server = await store.start(['--workers', '1'])
  const token = await signIn(server)
  const answer = await call(server, token, 'encrypt-data', { key_id: keyId, plain_text: 'old' })
  await server.stop()
  await usePrimary(versions)
  return String(answer['cipher_text'])
}

function ofOneKey(name: string, operation: string, fields: object = {}): ScaleCase {
  return {
    name,
    fromSize: 1,
    prepare({ server, token, store }) {
      const body = { key_id: store.filled.keyId(0), ...fields }
      const request = tokenRequest(server, token, operation, body)
      return () => request
    },
  }
}

function ofRandomKeys(name: string, operation: string, fields: object = {}): ScaleCase {
  return {
    name,
    fromSize: 1,
    prepare({ server, token, store, size }) {
      const randomKey = () => store.filled.keyId(Math.floor(Math.random() * size))
      return () => tokenRequest(server, token, operation, { key_id: randomKey(), ...fields })
    },
  }
}

function ofVersioned(name: string, operation: string, fields: object = {}): ScaleCase {
  return {
    name,
    fromSize: 1,
    prepare({ server, token, store }) {
      const body = { key_id: versionedKey(store), ...fields }
      const request = tokenRequest(server, token, operation, body)
      return () => request
    },
  }
}

function pages(limit: number): ScaleCase {
  return {
    name: `list-keys, ${limit} at a random place`,
    fromSize: limit,
    prepare: ({ server, token, size }) => {
      const marker = () => Math.floor(Math.random() * (Math.max(0, size - limit) + 1))
      return () => tokenRequest(server, token, 'list-keys', { limit, marker: marker() })
    },
  }
}

/** The tag is on one key in a hundred: {@link TAGGED_SHARE} of the keys have one of 20 teams. */
function firstByTag(limit: number): ScaleCase {
  return {
    name: `first ${limit} by a tag`,
    fromSize: limit * 100,
    prepare({ server, token }) {
      const tags = [{ key: 'team', values: ['team-0'] }]
      const body = { action: 'filter', limit, offset: 0, tags }
      const request = tokenRequest(server, token, 'resource_instances/action', body)
      return () => request
    },
  }
}

/** Share of the keys that have tags. */
export const TAGGED_SHARE = 0.2

function versionedKey(store: BenchStore): KeyId {
  const { versioned } = store.filled
  if (versioned === undefined) throw new Error('the store has no key with many versions')
  return versioned
}
