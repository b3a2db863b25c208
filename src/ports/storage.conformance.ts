import { changeFeedConformance } from './change-feed.conformance.ts'
import { checkpointStoreConformance } from './checkpoint-store.conformance.ts'
import { eventOutboxConformance } from './event-outbox.conformance.ts'
import { grantStoreConformance } from './grant-store.conformance.ts'
import { identityStoreConformance } from './identity-store.conformance.ts'
import { keyRacesConformance } from './key-races.conformance.ts'
import { keyStoreConformance } from './key-store.conformance.ts'
import { aKeystore, keystoreRegistryConformance } from './keystore-registry.conformance.ts'
import { labelStoreConformance } from './label-store.conformance.ts'
import { metaStoreConformance } from './meta-store.conformance.ts'
import { replicaStoreConformance } from './replica-store.conformance.ts'
import { retiredVersionsConformance } from './retired-versions.conformance.ts'
import { rotationLimitStoreConformance } from './rotation-limit-store.conformance.ts'
import { rotationSettingStoreConformance } from './rotation-setting-store.conformance.ts'
import type { Storage } from './storage.ts'
import { trustStoreConformance } from './trust-store.conformance.ts'
import { usageStoreConformance } from './usage-store.conformance.ts'

/** A database for a test. */
export interface DatabaseForTest {
  /** Any number of stores may be open over it at the same time. */
  readonly open: () => Promise<Storage>
  readonly remove: () => Promise<void>
}

/** What every engine promises: each store's own suite, each on a new database. */
export function storageConformance(name: string, make: () => Promise<DatabaseForTest>): void {
  const openTwo = async () => {
    const database = await make()
    const one = await database.open()
    const other = await database.open()
    return {
      one,
      other,
      async close() {
        await one.close()
        await other.close()
        await database.remove()
      },
    }
  }

  keyStoreConformance(name, async () => {
    const database = await make()
    let storage = await database.open()
    const others: Storage[] = []
    return {
      keys: storage.keys,
      async makeKeystore(id) {
        await storage.keystores.insert(aKeystore({ id, alias: id }))
      },
      async second() {
        const other = await database.open()
        others.push(other)
        return other.keys
      },
      async reopen() {
        await storage.close()
        storage = await database.open()
        return storage.keys
      },
      async close() {
        for (const other of others) await other.close()
        await storage.close()
        await database.remove()
      },
    }
  })
  identityStoreConformance(name, async () => {
    const { one, close } = await openTwo()
    return { identity: one.identity, changes: one.changes, close }
  })
  for (const conformance of [
    keyRacesConformance,
    grantStoreConformance,
    labelStoreConformance,
    trustStoreConformance,
    keystoreRegistryConformance,
    replicaStoreConformance,
    changeFeedConformance,
    checkpointStoreConformance,
    eventOutboxConformance,
    metaStoreConformance,
    usageStoreConformance,
    rotationLimitStoreConformance,
    rotationSettingStoreConformance,
    retiredVersionsConformance,
  ]) {
    conformance(name, openTwo)
  }
}
