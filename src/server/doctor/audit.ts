import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkpointPublicKeys } from '../../audit/checkpoint.ts'
import { PUBLIC_KEY_FILE } from '../../audit/file-log.ts'
import { verifyAuditTail } from '../../audit/verify.ts'
import type { RootKey } from '../../crypto/root-key.ts'
import { type AuditSettings, knownChains } from '../audit-chains.ts'
import type { StoreReader } from '../read-store.ts'
import { type Finding, good } from './finding.ts'

/** Whether the newest files of the audit log fit each other and their checkpoints. */
export async function checkAuditTail(
  settings: AuditSettings,
  reader: StoreReader,
  root: RootKey | undefined,
): Promise<readonly Finding[]> {
  const about = 'audit log'
  const registered = await reader.auditChains()
  const problems: string[] = []
  let chains = 0
  const chainsOf = async (place: string) =>
    registered.filter((row) => row.place === place).map(({ chain }) => chain)
  for (const { directory, chains: here } of await knownChains(settings, chainsOf)) {
    if (here.length === 0 && !existsSync(directory)) continue
    const keyFile = join(directory, PUBLIC_KEY_FILE)
    if (root === undefined && !existsSync(keyFile)) continue
    const newest = await Promise.all(here.map((chain) => reader.newestCheckpoint(chain)))
    const report = await verifyAuditTail({
      directory,
      chains: here,
      checkpoints: newest.filter((point) => point !== undefined),
      publicKeyPem: root === undefined ? readFileSync(keyFile, 'utf8') : checkpointPublicKeys(root),
      root,
    })
    chains++
    problems.push(...report.problems)
  }
  if (problems.length === 0) {
    return [
      good(about, `the newest file of ${chains} ${chains === 1 ? 'chain' : 'chains'} is whole`),
    ]
  }
  return [
    {
      about,
      severity: 'problem',
      found: `${problems[0]}${problems.length > 1 ? `, and ${problems.length - 1} more` : ''}`,
      means:
        'records were changed, cut or lost, or a crash left an end that the next start puts right',
      remedy: 'keyturn audit verify reads the whole log and says where',
    },
  ]
}
