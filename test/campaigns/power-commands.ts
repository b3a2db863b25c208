import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskImage } from './disk-image.ts'
import { type Base, makeBase } from './doomed.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { cutsOf } from './power-loss.ts'
import { POWERED } from './powered-commands.ts'
import { Chance } from './seeded-chance.ts'
import { runTraced } from './traced-server.ts'
import { noTrace, readTrace } from './write-trace.ts'

/** How much is tried. */
export interface PowerCommandOptions {
  /** Names of commands, of {@link POWERED}. */
  readonly kinds: readonly string[]
  /** Of the places to cut, each how-manieth. */
  readonly every: number
  readonly seed: number
  /** A disk that lies: what must then be found shows that this can find something. */
  readonly ignoresSyncs?: boolean
}

/** Power that goes at any moment of a command, as a campaign. */
export const powerCommands: Campaign = {
  about:
    'the power goes at every moment of a recorded command: what it had said is done is there, all or nothing otherwise.',
  flags: {
    kind: { help: `one of ${Object.keys(POWERED).join(', ')}; or all`, default: 'all' },
    every: { help: 'of the places to cut, each how-manieth', default: '1' },
    seed: { help: 'of chance; 0 for any', default: '0' },
  },
  missing: noTrace,
  run(flags, say) {
    const all = Object.keys(POWERED)
    const kinds = flags['kind'] === 'all' ? all : all.filter((kind) => kind === flags['kind'])
    if (kinds.length === 0) throw new Error(`--kind is one of ${all.join(', ')}, all`)
    const every = Math.max(1, countOf(flags, 'every'))
    const seed = countOf(flags, 'seed') || randomInt(1, 2 ** 31)
    return runPowerCommands({ kinds, every, seed }, say)
  },
}

/** Records commands and cuts them. */
export async function runPowerCommands(options: PowerCommandOptions, say: Say): Promise<Outcome> {
  const outcome = { lines: [] as string[], broken: [] as string[] }
  const base = await makeBase(new Chance(options.seed))
  try {
    for (const kind of options.kinds) {
      const { lines, broken } = await cutCommand(kind, base, options)
      for (const line of lines) say(line)
      outcome.lines.push(...lines)
      outcome.broken.push(...broken)
    }
  } finally {
    await base.close()
  }
  return outcome
}

async function cutCommand(
  kind: string,
  base: Base,
  { every, seed, ignoresSyncs = false }: PowerCommandOptions,
): Promise<Outcome> {
  const startedAtMs = performance.now()
  const prepare = POWERED[kind]
  if (prepare === undefined) throw new Error(`nothing is known of ${kind}`)
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-power-'))
  const scratch = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : folder, 'keyturn-cut-'))
  const broken: string[] = []
  try {
    const disk = join(folder, 'disk')
    await mkdir(disk)
    const chance = new Chance(seed, 2)
    const { args, check } = await prepare({ base, folder, disk, chance })
    const initial = join(folder, 'initial')
    await cp(disk, initial, { recursive: true })
    const traceFile = join(folder, 'trace.txt')
    const code = await runTraced(traceFile, args)
    if (code !== 0) throw new Error(`${args.join(' ')}: it ended with ${code}`)
    const steps = await readTrace(traceFile, disk)
    const doneAt = steps.findLast(({ kind: step }) => step === 'reply')?.begin
    if (doneAt === undefined) throw new Error(`${args.join(' ')}: it printed nothing`)
    const image = new DiskImage(steps, disk, { ignoresSyncs, initial })
    const cuts = cutsOf(steps, every, chance)
    const to = join(scratch, 'disk')
    for (const { at, fate } of cuts) {
      image.restore(at, fate, chance, to)
      const problems = await check(to, at >= doneAt).catch((error: unknown) => [`${error}`])
      const name = `${kind}, seed ${seed}, cut at line ${at} of ${doneAt}, ${fate} of the rest`
      broken.push(...problems.map((problem) => `${name}: ${problem}`))
      await rm(to, { recursive: true })
      if (broken.length >= 50) break
    }
    const syncs = steps.filter(({ kind: step }) => step === 'sync').length
    const line =
      `${kind}, seed ${seed}: ${steps.length} steps with ${syncs} syncs, ${cuts.length} cuts, ` +
      `${broken.length} broken; ${secondsSince(startedAtMs)}`
    return { lines: [line], broken }
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(scratch, { recursive: true, force: true })
  }
}
