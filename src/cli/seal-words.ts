import type { ShareProblem } from '../seals/share-collection.ts'
import type { SealState } from '../server/unsealing.ts'
import type { CommandIo } from './command.ts'
import { languageOf } from './language.ts'

/** What commands on seals say. The names in a list are equally wide. */
export interface SealWords {
  readonly file: string
  readonly seal: string
  readonly rootKey: string
  readonly server: string
  readonly absent: string
  readonly notRunning: string
  readonly states: Readonly<Record<SealState['state'], string>>
  readonly noServer: (directory: string) => string
  readonly wrong: string
  readonly shareProblems: Readonly<Record<ShareProblem, string>>
  /** Ends a sentence about a share that was not taken. */
  readonly nothingChanged: string
  readonly shareFollows: (number: number, shares: number) => string
  readonly shareIsKept: string
  readonly shares: (given: number, threshold: number) => string
  readonly waitsForPeer: (why: string) => string
  readonly unsealed: string
  readonly unsealedAlready: string
  /** What is printed by a server that waits. */
  readonly waiting: (url: string) => string
}

/** The words in English. */
const SEAL_WORDS_EN: SealWords = {
  file: 'file    ',
  seal: 'seal    ',
  rootKey: 'root key',
  server: 'server  ',
  absent: 'there is none',
  notRunning: 'not running here',
  states: { sealed: 'sealed', unsealed: 'unsealed' },
  noServer: (directory) => `no server runs on ${directory}`,
  wrong: 'that does not open the seal; nothing has changed',
  shareProblems: {
    cut: 'that is no share, or not all of one, or mistyped',
    foreign: 'that is a share of another seal',
    forged: 'that share was never handed out',
    repeated: 'that share was given before',
  },
  nothingChanged: '; nothing has changed',
  shareFollows: (number, shares) =>
    `Share ${number} of ${shares} comes next: let its keeper look alone, then press Enter `,
  shareIsKept: 'Written down? Enter takes it off the screen: it is not shown again ',
  shares: (given, threshold) => `${given} of ${threshold} shares`,
  waitsForPeer: (why) => `it opens by itself as soon as it can: ${why}`,
  unsealed: 'Unsealed.',
  unsealedAlready: 'It is unsealed already.',
  waiting: (url) => `Keyturn is sealed on ${url}: keyturn seal unseal opens it. Ctrl-C stops it.`,
}

/** The words in the language of whoever typed the command. Chinese is loaded only where it is read. */
export async function sealWordsFor({ environment }: CommandIo): Promise<SealWords> {
  if (languageOf(environment) === 'en') return SEAL_WORDS_EN
  return (await import('./chinese/seal-commands.ts')).SEAL_WORDS_ZH
}
