import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { passwordAuth, signIn, startTestServer } from '../server.ts'
import { DiskImage, type Fate } from './disk-image.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { checkFolder, type Expected } from './power-check.ts'
import { type PowerWork, picturesOf, workOnPlace } from './power-work.ts'
import { Chance } from './seeded-chance.ts'
import { startTraced } from './traced-server.ts'
import { noTrace, readTrace, type TraceStep } from './write-trace.ts'

/** How much is tried. */
export interface PowerLossOptions {
  /** Changes that are asked for while the trace is taken. */
  readonly operations: number
  /** Of the places to cut, each how-manieth. */
  readonly every: number
  readonly auditSync: 'group' | 'interval'
  readonly seed: number
  /** Every so many cuts a server is started on what is left. */
  readonly startEvery: number
  /** A disk that lies: what must then be found shows that this can find something. */
  readonly ignoresSyncs?: boolean
}

/** How long after a second a record may still be on its way to the disk: the timer and the disk itself. */
const INTERVAL_MS = 1000
const LATE_MS = 500
const ALL: readonly Fate[] = ['nothing', 'all', 'first', 'any']

/** Power that goes at any moment, as a campaign. */
export const powerLoss: Campaign = {
  about:
    'the power goes at every moment of a recorded run: all that was acknowledged is there, and whole.',
  flags: {
    operations: { help: 'changes in the recorded run', default: '500' },
    every: { help: 'of the places to cut, each how-manieth', default: '1' },
    'start-every': { help: 'cuts from one start of a server to the next', default: '50' },
    'audit-sync': { help: 'group, interval or both', default: 'both' },
    seed: { help: 'of chance; 0 for any', default: '0' },
  },
  missing: noTrace,
  async run(flags, say) {
    const asked = flags['audit-sync']
    const lines: string[] = []
    const broken: string[] = []
    for (const auditSync of ['group', 'interval'] as const) {
      if (asked !== 'both' && asked !== auditSync) continue
      const outcome = await runPowerLoss(
        {
          operations: countOf(flags, 'operations'),
          every: Math.max(1, countOf(flags, 'every')),
          startEvery: Math.max(1, countOf(flags, 'start-every')),
          seed: countOf(flags, 'seed') || randomInt(1, 2 ** 31),
          auditSync,
        },
        say,
      )
      lines.push(...outcome.lines)
      broken.push(...outcome.broken)
    }
    return { lines, broken }
  },
}

/** Records a run and cuts it. */
export async function runPowerLoss(options: PowerLossOptions, say: Say): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-power-'))
  // What is restored is opened and thrown away thousands of times.
  const scratch = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : folder, 'keyturn-cut-'))
  try {
    const recorded = await record(folder, options)
    say(`${recorded.steps.length} steps recorded`)
    return await cutAll(recorded, scratch, options, say)
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(scratch, { recursive: true, force: true })
  }
}

interface Recorded {
  readonly root: string
  readonly steps: readonly TraceStep[]
  readonly work: PowerWork
  readonly projectId: string
}

async function record(folder: string, options: PowerLossOptions): Promise<Recorded> {
  const root = join(folder, 'disk')
  const data = join(root, 'data')
  const traceFile = join(folder, 'trace.txt')
  await mkdir(root)
  const server = await startTraced(traceFile, data, [
    ...['--workers', '1', '--audit-sync', options.auditSync],
  ])
  let work: PowerWork
  let projectId: string
  try {
    const text = await readFile(join(data, 'bootstrap-credentials.json'), 'utf8')
    const credentials = JSON.parse(text)
    projectId = credentials.project_id
    const token = await signIn(server.url, passwordAuth(credentials))
    const place = { url: server.url, token, projectId, userId: credentials.user_id }
    work = await workOnPlace(place, options.operations, 3, new Chance(options.seed))
  } finally {
    await server.stop()
  }
  const steps = await readTrace(traceFile, root)
  await rm(traceFile)
  return { root, steps, work, projectId }
}

/** A moment at which the power goes. */
export interface Cut {
  readonly at: number
  readonly atMs: number
  readonly fate: Fate
}

/**
 * Both sides of every sync, with all that may have become of what was not synced; each answer just as it
 * goes out; and the middle of all that is written in between.
 */
export function cutsOf(steps: readonly TraceStep[], every: number, chance: Chance): readonly Cut[] {
  const cuts: Cut[] = []
  let place = 0
  for (const { kind, begin, end, atMs } of steps) {
    if (place++ % every !== 0) continue
    if (kind === 'sync') {
      for (const fate of ALL) cuts.push({ at: begin, atMs, fate }, { at: end, atMs, fate })
    } else if (kind === 'reply') {
      cuts.push({ at: begin, atMs, fate: 'nothing' }, { at: begin, atMs, fate: 'any' })
    } else cuts.push({ at: end, atMs, fate: chance.pick(['first', 'any']) })
  }
  return cuts.sort((one, two) => one.at - two.at)
}

async function cutAll(
  recorded: Recorded,
  scratch: string,
  options: PowerLossOptions,
  say: Say,
): Promise<Outcome> {
  const startedAtMs = performance.now()
  const { steps, root, work } = recorded
  const { seed, auditSync, every, startEvery, ignoresSyncs = false } = options
  const chance = new Chance(seed, 1)
  const image = new DiskImage(steps, root, { ignoresSyncs })
  const cuts = cutsOf(steps, every, chance)
  const answers = answersOf(steps)
  const broken: string[] = []
  let started = 0
  for (const [index, cut] of cuts.entries()) {
    const to = join(scratch, 'disk')
    image.restore(cut.at, cut.fate, chance, to)
    const expected = expectedAt(recorded, answers, cut, auditSync)
    const name = `seed ${seed}, ${auditSync}, cut at line ${cut.at}, ${cut.fate} of the rest`
    const problems = [...(await checkFolder(join(to, 'data'), expected))]
    if (index % startEvery === startEvery - 1) {
      started++
      const texts = work.texts.filter(({ id }) => (answers.get(id)?.begin ?? Infinity) <= cut.at)
      problems.push(...(await serveFrom(join(to, 'data'), texts)))
    }
    for (const problem of problems) broken.push(`${name}: ${problem}`)
    await rm(to, { recursive: true })
    if (broken.length >= 200) break
    if (index % 500 === 499) say(`${index + 1} of ${cuts.length} cuts, ${broken.length} broken`)
  }
  const syncs = steps.filter(({ kind }) => kind === 'sync').length
  const line =
    `audit-sync ${auditSync}, seed ${seed}: ${work.asked.length} changes, ${steps.length} steps with ` +
    `${syncs} syncs, ${cuts.length} cuts, ${started} servers started; ${secondsSince(startedAtMs)}`
  return { lines: [line], broken }
}

/** When which request was answered, by its id. */
function answersOf(steps: readonly TraceStep[]): ReadonlyMap<string, TraceStep> {
  const answers = new Map<string, TraceStep>()
  for (const step of steps) {
    const id = step.kind === 'reply' ? /\r\nX-Request-Id: (\S+)/i.exec(step.text)?.[1] : undefined
    if (id !== undefined) answers.set(id, step)
  }
  return answers
}

function expectedAt(
  { work, projectId }: Recorded,
  answers: ReadonlyMap<string, TraceStep>,
  cut: Cut,
  auditSync: PowerLossOptions['auditSync'],
): Expected {
  const { keys, unsureAliases } = picturesOf(work.asked, ({ requestId }) => {
    const answer = requestId === undefined ? undefined : answers.get(requestId)
    return answer !== undefined && answer.begin <= cut.at
  })
  const latestMs = auditSync === 'group' ? cut.atMs : cut.atMs - INTERVAL_MS - LATE_MS
  const records = work.answered.filter((id) => {
    const answer = answers.get(id)
    return answer !== undefined && answer.begin <= cut.at && answer.atMs <= latestMs
  })
  return { projectId, keys, unsureAliases, records }
}

/** Starts a server on what is left, and uses it. */
async function serveFrom(directory: string, texts: PowerWork['texts']): Promise<readonly string[]> {
  const problems: string[] = []
  try {
    const server = await startTestServer({ directory })
    try {
      for (const { plain, cipher } of texts.slice(-20)) {
        const { body, text } = await server.kms('decrypt-data', { cipher_text: cipher })
        // A key that was disabled since then opens nothing.
        const isRefused = /KMS\.(0209|0210|0308)/.test(text)
        if (!isRefused && body.plain_text !== plain) problems.push(`a text does not open: ${text}`)
      }
      await server.createKey()
    } finally {
      await server.stop()
    }
  } catch (error) {
    problems.push(`a server does not start or serve on it: ${error}`)
  }
  return problems
}
