import { join } from 'node:path'
import type { Seal } from '../ports/seal.ts'
import type { StoreEnd, StorePlace } from '../storage/copy/store-end.ts'
import { DATABASE_FILE } from './data-folder.ts'
import { placeOfStore, type StoreSettings } from './store-settings.ts'

/** The store whose root key is changed, and the seal of one of its nodes. */
export interface RotationPlace {
  readonly directory: string
  readonly settings: StoreSettings
  readonly seal: Seal
  /** How many servers run on the store, on PostgreSQL; on SQLite that is seen. */
  readonly nodes: number | undefined
}

/** A fact of a store; undefined where there is none. */
export async function fact(
  store: Pick<StoreEnd, 'mark' | 'query'>,
  name: string,
): Promise<string | undefined> {
  const text = `select value from meta where name = ${store.mark(1)}`
  const [row] = await store.query(text, [name])
  return row === undefined ? undefined : String(row['value'])
}

/** Writes a fact, in place of what it was. */
export async function putFact(store: StoreEnd, name: string, value: string): Promise<void> {
  const text =
    `insert into meta (name, value) values (${store.mark(1)}, ${store.mark(2)}) ` +
    'on conflict (name) do update set value = excluded.value'
  await store.query(text, [name, value])
}

/** Where the store of an installation is. */
export function storeOf({
  directory,
  settings,
}: Omit<RotationPlace, 'seal' | 'nodes'>): StorePlace {
  const place = placeOfStore(settings)
  return place === undefined
    ? { kind: 'sqlite', file: join(directory, DATABASE_FILE) }
    : { kind: 'postgres', place }
}
