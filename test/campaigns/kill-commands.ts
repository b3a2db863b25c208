import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Base, Doomed, DoomedKind } from './doomed.ts'
import { fresh } from './doomed-folder.ts'
import type { Chance } from './seeded-chance.ts'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
/** As long as a command works, until one was seen that came to its end. */
const WORKS_MS = 400
/** As long as a server that is asked for something lives, at most. */
const LIVES_MS = 600

/** What came of the kills of a kind. */
export interface KilledCommands {
  readonly kills: number
  /** Those that were at work, and not at their end. */
  readonly inTime: number
  readonly broken: readonly string[]
}

/** Kills a command so often, each time on fresh ground; answers what was not as it must be. */
export async function killCommand(
  kind: DoomedKind,
  base: Base,
  kills: number,
  chance: Chance,
): Promise<KilledCommands> {
  const broken: string[] = []
  let inTime = 0
  let worksMs = WORKS_MS
  for (let kill = 0; kill < kills; kill++) {
    const own = await fresh(base.folder, `kill-${crypto.randomUUID()}`)
    const doomed = await kind(base, own, chance)
    const { args, check, during } = doomed
    const { child, working } = begin(doomed, own)
    const exited = once(child, 'exit')
    let asking: Promise<void> | undefined
    // What starts is not yet at work. One in eight is killed while it does.
    if (chance.oneIn(8)) await Promise.race([exited, sleep(chance.below(WORKS_MS))])
    else {
      const url = await Promise.race([working, exited.then(() => undefined)])
      if (url !== undefined) asking = during?.(url).catch(unlessGone(child))
      const startedAtMs = performance.now()
      const lifeMs = (during === undefined ? worksMs : LIVES_MS) * (chance.below(1000) / 1000)
      await Promise.race([exited, sleep(lifeMs)])
      if (child.exitCode === null) inTime++
      else worksMs = Math.max(20, Math.min(worksMs, performance.now() - startedAtMs))
    }
    if (child.exitCode === null) child.kill('SIGKILL')
    await exited
    await asking
    if (child.exitCode !== null && child.exitCode !== 0)
      broken.push(`${args[0]} ${args[1]} failed unkilled`)
    broken.push(...(await check()).map((problem) => `${args[0]} ${args[1]}: ${problem}`))
    await rm(own, { recursive: true })
  }
  return { kills, inTime, broken }
}

/** Starts it; `working` is fulfilled when it begins to change something, or with the address of a server. */
function begin({ args, during }: Doomed, folder: string) {
  const watched: FSWatcher[] = []
  const changed = new Promise<string | undefined>((resolve) => {
    if (during !== undefined) return
    for (const path of [folder, ...foldersIn(folder)]) {
      watched.push(watch(path, () => resolve(undefined)))
    }
  })
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  let printed = ''
  const told = new Promise<string | undefined>((resolve) => {
    child.stdout.on('data', (chunk) => {
      printed += chunk
      const url = /listens on (\S+)/.exec(printed)?.[1]
      if (during === undefined) resolve(undefined)
      else if (url !== undefined && printed.includes('Ctrl-C')) resolve(url)
    })
  })
  const working = Promise.race([changed, told]).finally(() => {
    for (const each of watched) each.close()
  })
  return { child, working }
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
}

/** A server that was killed answers nothing: that is no mistake. */
function unlessGone(child: ChildProcess) {
  return (error: unknown) => {
    if (child.exitCode === null && child.signalCode === null && !child.killed) throw error
  }
}
