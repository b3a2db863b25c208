// Walks through the API with the official clients of other languages, against servers started for
// it, and writes docs/compatibility.md. Languages that this machine lacks are left out, and said so.
// npm run test:clients [-- --check] [CLIENT …]
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeSoftHsm, noSoftHsm, writeTokensFile } from '../soft-hsm.ts'
import { startTwoRegions } from '../two-regions.ts'
import { openBridge } from './bridge.ts'
import { type ClientReport, compatibilityPage } from './compatibility.ts'
import { prepareGo, prepareJava, preparePython } from './prepare.ts'
import { readLines } from './read-lines.ts'
import { walkCrypto } from './walk/crypto.ts'
import { walkKeys } from './walk/keys.ts'
import { walkSharing } from './walk/sharing.ts'
import { Walker, type World } from './walk/walker.ts'

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/keyturn/clients')
const PAGE = join(import.meta.dirname, '../../docs/compatibility.md')
/** The command itself, at the version that the walk is pinned to. */
const SOPS = 'github.com/getsops/sops/v3/cmd/sops'
const CLUSTER = 'hsm-of-clients'

type Environment = Readonly<Record<string, string>>

/** One client: how to get it ready, and what it then does. */
interface Client {
  readonly name: string
  readonly version: string
  /** The command of its program; undefined when this machine cannot run it. */
  readonly prepare: () => readonly [string, ...string[]] | undefined
  /** Told call by call what to do, or with a walk of its own. */
  readonly kind: 'bridge' | 'own-walk'
  readonly environment?: Environment
}

const CLIENTS: readonly Client[] = [
  {
    name: 'Python SDK',
    version: 'huaweicloudsdkkms 3.1.219',
    prepare: () => preparePython(CACHE, 'bridge.py'),
    kind: 'bridge',
  },
  {
    name: 'Go SDK',
    version: 'huaweicloud-sdk-go-v3 0.1.207',
    prepare: () => prepareGo(CACHE, 'huaweicloud'),
    kind: 'bridge',
  },
  {
    name: 'Java SDK',
    version: 'huaweicloud-sdk-kms 3.1.143',
    prepare: () => prepareJava(CACHE),
    kind: 'bridge',
  },
  {
    name: 'gophertelekomcloud',
    version: 'gophertelekomcloud 0.9.3',
    prepare: () => prepareGo(CACHE, 'gophertelekom'),
    kind: 'own-walk',
  },
  {
    name: 'openstacksdk',
    version: 'openstacksdk 4.10.0, otcextensions 0.34.8',
    prepare: () => preparePython(CACHE, 'openstack_otc.py'),
    kind: 'own-walk',
  },
  {
    name: 'SOPS',
    version: 'sops 3.13.3, hckms',
    prepare: () => prepareGo(CACHE, 'sops', SOPS),
    kind: 'own-walk',
    environment: { KEYTURN_SOPS: join(CACHE, 'sops') },
  },
]

const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const wanted = CLIENTS.filter(({ name }) => asked.length === 0 || asked.includes(name))

mkdirSync(CACHE, { recursive: true })
const token = noSoftHsm === false ? makeSoftHsm() : undefined
if (token !== undefined) Object.assign(process.env, token.environment)
else console.log(`Left out: key stores. ${noSoftHsm}.`)
const regions = await startTwoRegions(
  token === undefined ? [] : ['--tokens', writeTokensFile(token, CLUSTER)],
)
const reports: ClientReport[] = []
let failed = 0
try {
  for (const client of wanted) {
    const command = client.prepare()
    if (command === undefined) {
      console.log(`Left out: ${client.name}, for its language is not on this machine.`)
      continue
    }
    const report = await walk(client, command)
    reports.push(report)
    const calls = sum(report, ({ calls: count }) => count)
    const passed = sum(report, ({ passed: count }) => count)
    failed += report.failures.length
    const { size } = report.tallies
    console.log(`${client.name}: ${size} operations, ${passed} of ${calls} calls as expected`)
    for (const failure of report.failures) console.log(`  ✖ ${failure}`)
  }
} finally {
  await regions.stop()
  token?.remove()
}
const page = compatibilityPage(reports)
const isComplete = reports.length === CLIENTS.length
if (process.argv.includes('--check')) {
  if (isComplete && readFileSync(PAGE, 'utf8') !== page) {
    console.log('  ✖ docs/compatibility.md is not what these results make: npm run test:clients')
    failed++
  }
} else if (isComplete) {
  writeFileSync(PAGE, page)
}
const calls = reports.reduce((total, report) => total + sum(report, (tally) => tally.calls), 0)
console.log(`${calls - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

async function walk(
  client: Client,
  command: readonly [string, ...string[]],
): Promise<ClientReport> {
  const { east, west } = regions
  const { credentials } = east
  const environment: Environment = {
    KEYTURN_URL: east.url,
    KEYTURN_REGION: 'east',
    KEYTURN_PROJECT_ID: credentials.project_id,
    KEYTURN_PROJECT_NAME: credentials.project_name,
    KEYTURN_DOMAIN_ID: credentials.domain_id,
    KEYTURN_DOMAIN_NAME: credentials.domain_name,
    KEYTURN_USER_ID: credentials.user_id,
    KEYTURN_USER: credentials.user_name,
    KEYTURN_PASSWORD: credentials.password,
    KEYTURN_AK: credentials.access_key,
    KEYTURN_SK: credentials.secret_key,
    ...client.environment,
  }
  const { name, version } = client
  if (client.kind === 'own-walk') {
    return { name, version, ...readLines(await run(command, environment)) }
  }
  const suffix = randomBytes(4).toString('hex')
  const world: World = {
    projectId: credentials.project_id,
    tenantId: credentials.domain_id,
    userId: credentials.user_id,
    region: 'east',
    peer: { region: 'west', projectId: west.credentials.project_id },
    clusterId: token === undefined ? undefined : CLUSTER,
    name: (what) => `${what}-${suffix}`,
  }
  const bridge = openBridge(command, environment)
  const walker = new Walker(bridge, world)
  walker.agreementKey = () =>
    east.createKey({
      key_alias: world.name('agreeing'),
      key_spec: 'EC_P256',
      key_usage: 'KEY_AGREEMENT',
    })
  await walkKeys(walker)
  await walkCrypto(walker)
  await walkSharing(walker)
  bridge.close()
  return { name, version, tallies: walker.tallies, failures: walker.failures }
}

/** Runs a program to its end: this process meanwhile serves it. */
async function run(
  [program, ...args]: readonly [string, ...string[]],
  environment: Environment,
): Promise<string> {
  const options = {
    env: { ...process.env, ...environment },
    timeout: 300_000,
    maxBuffer: 64 * 1024 * 1024,
  }
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error !== null) console.log(stderr.slice(-4000))
      resolve(stdout)
    })
  })
}

function sum(
  report: ClientReport,
  of: (tally: { readonly calls: number; readonly passed: number }) => number,
): number {
  return [...report.tallies.values()].reduce((total, tally) => total + of(tally), 0)
}
