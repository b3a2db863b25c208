import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { chainFiles } from '../audit/chain-files.ts'
import { checkpointPublicKeys } from '../audit/checkpoint.ts'
import { PUBLIC_KEY_FILE } from '../audit/file-log.ts'
import { type AuditReport, auditLogBytes, verifyAuditLog } from '../audit/verify.ts'
import { bytesOfCopy, verifyAuditCopy } from '../audit/verify-copy.ts'
import { isRotationStatement, ROTATION_STATEMENT_TYPE } from '../contract/rotation-statement.ts'
import { publicKeysIn } from '../crypto/ed25519-key.ts'
import { openJws, parseJws } from '../crypto/jws.ts'
import type { AuditHead } from '../ports/audit-log.ts'
import { auditPlace, knownChains } from '../server/audit-chains.ts'
import { variableOf, variablesOfServer } from '../server/settings.ts'
import { storeSettingsOf } from '../server/store-settings.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { readText } from './connection/secret-input.ts'
import { flagsHelp, parseFlags } from './flags.ts'
import { mistake } from './mistakes.ts'
import { withDataFolder } from './open-store.ts'
import { showProgress } from './progress.ts'
import { type AuditSum, reportWordsFor } from './report-words.ts'

const FLAGS = {
  'node-name': {
    placeholder: 'NAME',
    help: 'name of the node whose log it is, as the server was given it',
  },
  'public-key': {
    placeholder: 'FILE',
    help: `check without the root key, by public keys: ${PUBLIC_KEY_FILE}, or what audit public-key prints`,
  },
  attestation: {
    placeholder: 'FILE',
    help: 'with FOLDER: what rotation attest printed once; the log must have the head that stands in it',
  },
}
const FOLDER = 'folder'

/** Says whether the audit log is whole. */
export const auditVerify: Command = {
  help: () =>
    flagsHelp(
      'audit verify',
      'Reads the whole audit log and finds any change, cut or gap. A server may run meanwhile. With FOLDER and\n' +
        '--public-key it reads a copy of an audit folder, on any machine, without store and root key.',
      FLAGS,
    ).replace('audit verify [FLAGS]', 'audit verify [FOLDER] [FLAGS]'),
  async run(args, io) {
    const flags = parseFlags(args, FLAGS, io, { operand: FOLDER })
    const copy = flags[FOLDER]
    if (copy !== undefined) return verifyCopy(copy, flags, io)
    const variables = variablesOfServer(io.environment)
    const settings = {
      data: flags['data'] ?? '',
      'node-name': flags['node-name'] ?? variables[variableOf('node-name')],
      store: storeSettingsOf(flags, variables).store,
    }
    const publicKeyFile = flags['public-key']
    const folder = auditPlace(settings, 0).directory
    const progress = await showProgress(io, {
      task: 'verifying',
      unit: 'bytes',
      total: bytesIn(folder),
    })
    const reports = await withDataFolder(flags, io, async ({ root, storage }) => {
      const found: AuditReport[] = []
      const known = await knownChains(settings, storage.checkpoints.chainsOf)
      for (const { directory, chains } of known) {
        // A chain may be known at another place: where a folder was moved, or a command was told of no node.
        const here = (await chainFiles(directory)).map(({ chain }) => chain)
        const checkpoints = []
        for (const chain of new Set([...chains, ...here]))
          checkpoints.push(...(await storage.checkpoints.list(chain)))
        found.push(
          await verifyAuditLog({
            directory,
            chains,
            checkpoints,
            publicKeyPem:
              publicKeyFile === undefined ? checkpointPublicKeys(root) : readText(publicKeyFile),
            root: publicKeyFile === undefined ? root : undefined,
            onBytes: progress.add,
          }),
        )
      }
      return found
    }).finally(progress.end)
    io.print((await reportWordsFor(io)).auditLog(sumOf(reports)))
    return reports.every(({ problems }) => problems.length === 0) ? EXIT.ok : EXIT.failed
  },
}

/** Verifies a copy of an audit folder with nothing but public keys. */
async function verifyCopy(
  directory: string,
  flags: Readonly<Record<string, string | undefined>>,
  io: CommandIo,
): Promise<number> {
  const { 'public-key': keyFile, attestation: statementFile } = flags
  if (keyFile === undefined) throw mistake('flag-missing', { flag: 'public-key' })
  const publicKeyPem = readText(keyFile)
  if (publicKeysIn(publicKeyPem).length === 0) throw mistake('no-public-key', { file: keyFile })
  const attested = statementFile === undefined ? [] : [attestedHead(statementFile, publicKeyPem)]
  const total = bytesOfCopy(directory)
  if (total === undefined) throw mistake('no-folder', { path: directory })
  const progress = await showProgress(io, { task: 'verifying', unit: 'bytes', total })
  const options = { directory, publicKeyPem, attested, onBytes: progress.add }
  const reports = await verifyAuditCopy(options).finally(progress.end)
  io.print((await reportWordsFor(io)).auditLog(sumOf(reports)))
  return reports.every(({ problems }) => problems.length === 0) ? EXIT.ok : EXIT.failed
}

/** The head of the audit log in a statement, if the statement is genuine. */
function attestedHead(file: string, publicKeyPem: string): AuditHead {
  const jws = parseJws(readText(file))
  const opened = jws && openJws(jws, ROTATION_STATEMENT_TYPE, publicKeysIn(publicKeyPem))
  const statement: unknown = opened?.kind === 'genuine' ? JSON.parse(opened.payload) : undefined
  if (!isRotationStatement(statement)) throw mistake('attestation-not-genuine', { file })
  const { chain, records, head } = statement.audit
  return { chain, records, head: Buffer.from(head, 'hex') }
}

/** Bytes of the logs of all threads; undefined where there is none. */
function bytesIn(folder: string): number | undefined {
  if (!existsSync(folder)) return undefined
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [folder, ...inner.map(({ name }) => join(folder, name))].reduce(
    (sum, directory) => sum + auditLogBytes(directory),
    0,
  )
}

function sumOf(reports: readonly AuditReport[]): AuditSum {
  type Counted = Exclude<keyof AuditReport, 'chain' | 'areMacsChecked' | 'problems'>
  const sum = (count: Counted) => reports.reduce((total, report) => total + report[count], 0)
  const records = sum('records')
  return {
    records,
    groups: sum('groups'),
    files: sum('files'),
    checkpoints: sum('checkpoints'),
    openRecords: records - sum('vouchedRecords') - sum('doubtfulRecords'),
    chains: reports.length,
    areMacsChecked: reports.every((report) => report.areMacsChecked),
    problems: reports.flatMap((report) => report.problems),
    doubtful: reports.filter(({ doubtfulRecords }) => doubtfulRecords > 0),
  }
}
