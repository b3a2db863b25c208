import type { RetireRefusal } from '../server/retire-root.ts'
import type { RotationStep } from '../server/root-facts.ts'
import type { CommandIo } from './command.ts'
import { languageOf } from './language.ts'

/** What commands on root keys say. */
export interface RotateWords {
  readonly steps: Readonly<Record<RotationStep, (from: string, to: string) => string>>
  readonly done: (records: string, changed: string, seconds: string) => string
  readonly notReady: (ready: number, of: number, to: string, late: readonly string[]) => string
  /** Servers still have an old root key. */
  readonly notDropped: (ready: number, of: number, late: readonly string[]) => string
  /** Rows stay under the old root key. */
  readonly left: (count: string, rows: readonly string[]) => string
  readonly refusals: Readonly<Record<RetireRefusal['kind'], (hours: number) => string>>
  readonly none: string
  readonly current: (id: string) => string
  readonly under: (id: string | undefined, records: string) => string
}

const ROTATE_WORDS_EN: RotateWords = {
  steps: {
    begun: (from, to) => `Root key ${to} is to take the place of ${from}.`,
    announced: (from, to) => `The seal keeps ${to} beside ${from}; servers take it up.`,
    rewrapping: (from, to) => `Servers wrap under ${to}; what is under ${from} follows.`,
    rewrapped: (from, to) =>
      `Every record is under ${to}; the seal keeps ${from} for what is older.`,
    retiring: (_, to) => `Only ${to} is believed; servers drop older root keys.`,
    retired: (_, to) => `The seal keeps ${to} alone. Copy the root key file to the other nodes.`,
  },
  done: (records, changed, seconds) =>
    `${records} records and MACs, ${changed} put under it, ${seconds} s.`,
  notReady: (ready, of, to, late) =>
    `${ready} of ${of} servers are ready for root key ${to}${
      late.length === 0 ? '' : `; not: ${late.join(' ')}`
    }. Copy the root key file of this node to the others, then repeat the command: it goes on.`,
  notDropped: (ready, of, late) =>
    `${ready} of ${of} servers have dropped the old root keys${
      late.length === 0 ? '' : `; not: ${late.join(' ')}`
    }. See their logs, then repeat the command: it goes on.`,
  left: (count, rows) =>
    [
      `${count} rows are damaged and stay as they are; all others are under the new root key, and servers go on.`,
      ...rows.map((row) => `  ${row}`),
      'Mend them (docs/how-to/damaged-rows.md), then repeat the command. Until then the old root key is needed.',
    ].join('\n'),
  refusals: {
    nothing: () => 'the root key was never changed: there is no old one to drop',
    unfinished: () =>
      'a change of the root key is not finished: keyturn root rotate goes on with it',
    early: (hours) =>
      `sign-ins of before the change last up to ${hours} h longer: repeat the command then, or end them with --end-sign-ins`,
  },
  none: 'No server ever ran on this store: it has no root key.',
  current: (id) => `Root key ${id} is current.`,
  under: (id, records) => `${id ?? '?'}  ${records} records and MACs`,
}

/** The words in the language of whoever typed the command. Chinese is loaded only where it is read. */
export async function rotateWordsFor({ environment }: CommandIo): Promise<RotateWords> {
  if (languageOf(environment) === 'en') return ROTATE_WORDS_EN
  return (await import('./chinese/rotate-words.ts')).ROTATE_WORDS_ZH
}
