import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRootKeys } from '../../src/ports/seal.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import type { DoomedKind } from './doomed.ts'
import { copied, type Keys } from './doomed-folder.ts'
import { checkFolder } from './power-check.ts'

/** Commands on root keys and what keeps them. */
export const DOOMED_ROOTS = {
  'root-rotate': async ({ data: base, later }, folder) => {
    const data = await copied(base, folder)
    const before = await rootIds(data)
    const args = ['root', 'rotate', '--data', data]
    return {
      args,
      async check() {
        const problems = [...(await checkRoots(data, later))]
        const kept = await rootIds(data)
        if (!before.every((id) => kept.includes(id))) problems.push('the old root key is lost')
        const again = await runKeyturn(args)
        if (again.code !== 0) return [...problems, `it cannot be gone on with: ${again.err}`]
        problems.push(...(await checkRoots(data, later)))
        const [current = ''] = await rootIds(data)
        if (before.includes(current)) problems.push('the root key is not changed')
        const { out } = await runKeyturn(['root', 'status', '--data', data])
        if (recordsUnder(out).size !== 1 || !recordsUnder(out).has(current))
          problems.push(`records are not all under ${current}: ${out}`)
        return problems
      },
    }
  },
  'root-retire': async ({ rotated, later }, folder) => {
    const data = await copied(await rotated(), folder)
    const [current] = await rootIds(data)
    const args = ['root', 'retire', '--end-sign-ins', '--data', data]
    return {
      args,
      async check() {
        const problems = [...(await checkRoots(data, later))]
        const again = await runKeyturn(args)
        if (again.code !== 0) return [...problems, `it cannot be gone on with: ${again.err}`]
        problems.push(...(await checkRoots(data, later)))
        const kept = await rootIds(data)
        if (kept.join() !== current) problems.push(`the seal keeps ${kept.join(' ')}`)
        return problems
      },
    }
  },
  'seal-migrate': async ({ data: base, later }, folder) => {
    const data = await copied(base, folder)
    const file = join(folder, 'passphrase')
    await writeFile(file, 'an old horse in a battery', { mode: 0o600 })
    const [id = ''] = await rootIds(data)
    const place = ['--data', data]
    const back = ['seal', 'migrate', '--to', 'file', ...place]
    return {
      args: ['seal', 'migrate', '--to', 'passphrase', '--new-passphrase-file', file, ...place],
      async check() {
        const problems: string[] = []
        const { out } = await runKeyturn(['seal', 'status', ...place])
        const kind = /^seal +(\w+)$/m.exec(out)?.[1]
        if (kind === 'passphrase') {
          if (!out.includes(id)) problems.push(`the status names another root key: ${out}`)
          const { code, err } = await runKeyturn([...back, '--seal-passphrase-file', file])
          if (code !== 0) problems.push(`the new seal does not open: ${err}`)
        } else if (kind === 'file') {
          const { code, err } = await runKeyturn(back)
          if (code !== 0) problems.push(`it cannot be called again: ${err}`)
        } else problems.push(`there is no seal of either kind: ${out}`)
        if ((await rootIds(data)).join() !== id) problems.push('the root key is another')
        if (existsSync(join(data, 'root.key.migrating'))) problems.push('an unfinished file stays')
        return [...problems, ...(await checkFolder(data, { ...later, records: [] }))]
      },
    }
  },
} as const satisfies Readonly<Record<string, DoomedKind>>

/** That a server could start, every key opens, and that `root status` says what is so. */
export async function checkRoots(data: string, keys: Keys): Promise<readonly string[]> {
  const problems = [...(await checkFolder(data, { ...keys, records: [] }))]
  const kept = await rootIds(data)
  const rows = await runKeyturn(['store', 'verify', '--data', data])
  if (rows.code !== 0) problems.push(`store verify: ${rows.out}${rows.err}`)
  const { out, err, code } = await runKeyturn(['root', 'status', '--data', data])
  if (code !== 0) return [...problems, `root status: ${err}`]
  const current = /^Root key (\w+) is current/.exec(out)?.[1] ?? ''
  if (!kept.includes(current)) problems.push(`the seal does not keep the current root key: ${out}`)
  for (const id of recordsUnder(out).keys()) {
    if (!kept.includes(id)) problems.push(`records are under ${id}, which nobody keeps: ${out}`)
  }
  if (recordsUnder(out).size === 0) problems.push(`root status counts nothing: ${out}`)
  return problems
}

function recordsUnder(status: string): ReadonlyMap<string, number> {
  const rows = [...status.matchAll(/^(\w+) {2}([\d,]+) records\b/gm)]
  return new Map(rows.map(([, id = '', count = '']) => [id, Number(count.replace(/,/g, ''))]))
}

/** Ids of the root keys that the file of a data folder keeps, the current one first. */
export async function rootIds(data: string): Promise<readonly string[]> {
  const { current, former } = await openRootKeys(fileSeal({ path: join(data, 'root.key') }))
  return [current, ...former].map(({ id }) => id)
}
