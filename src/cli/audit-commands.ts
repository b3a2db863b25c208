import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkpointSigner } from '../audit/checkpoint.ts'
import { PUBLIC_KEY_FILE } from '../audit/file-log.ts'
import { type AuditReport, verifyAuditLog } from '../audit/verify.ts'
import { AUDIT_FOLDER } from '../server/data-folder.ts'
import { type Command, EXIT } from './command.ts'
import { flagsHelp, parseFlags, withDataFolder } from './open-store.ts'

const FLAGS = {
  'public-key': {
    placeholder: 'FILE',
    help: `check without the root key, by the public key of checkpoints (${PUBLIC_KEY_FILE})`,
  },
}

/** Says whether the audit log is whole. */
export const auditVerify: Command = {
  help: () =>
    flagsHelp(
      'audit verify',
      'Reads the whole audit log and finds any change, cut or gap. A server may run meanwhile.',
      FLAGS,
    ),
  async run(args, io) {
    const flags = parseFlags(args, FLAGS, io)
    const report = await withDataFolder(flags, io, async ({ root, storage }) => {
      const newest = await storage.checkpoints.newest()
      const checkpoints = []
      for (const { chain } of newest) checkpoints.push(...(await storage.checkpoints.list(chain)))
      const publicKeyFile = flags['public-key']
      return verifyAuditLog({
        directory: join(flags['data'] ?? '', AUDIT_FOLDER),
        checkpoints,
        publicKeyPem:
          publicKeyFile === undefined
            ? checkpointSigner(root).publicKeyPem
            : readFileSync(publicKeyFile, 'utf8'),
        root: publicKeyFile === undefined ? root : undefined,
      })
    })
    io.print(present(report))
    return report.problems.length === 0 ? EXIT.ok : EXIT.failed
  },
}

function present(report: AuditReport): string {
  const { records, groups, files, checkpoints, areMacsChecked, problems } = report
  const macs = areMacsChecked ? 'MACs checked' : 'MACs not checked, for that needs the root key'
  const counts = `${records} records, ${groups} groups, ${files} files, ${checkpoints} checkpoints`
  return problems.length === 0
    ? `The audit log is whole: ${counts}; ${macs}.`
    : [`The audit log is NOT whole: ${counts}; ${macs}.`, ...problems.map((p) => `  ${p}`)].join(
        '\n',
      )
}
