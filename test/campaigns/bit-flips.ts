import { randomInt } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../src/cli/run.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { type Json, startTestServer, type TestServer } from '../server.ts'
import { type Campaign, countOf, type Outcome, type Say, secondsSince } from './outcome.ts'
import { Chance } from './seeded-chance.ts'
import { usedBytes } from './used-bytes.ts'

const PAGE_BYTES = 4096
const DATABASE = 'keyturn.sqlite'
const ROOT_KEY = 'root.key'

/** A bit that is wrong on the disk, as a campaign. */
export const bitFlips: Campaign = {
  about:
    'a bit of a file flipped: no wrong plain text or state; root key, audit log and store verify tell of it',
  flags: {
    pages: {
      help: 'of the database, flips in each; 0 for every page that there is',
      default: '0',
    },
    flips: { help: 'in each page, one after the other, of bits that are in use', default: '4' },
    lines: { help: 'of the audit log, a flip in each; 0 for all', default: '0' },
    seed: { help: 'of chance; 0 for any', default: '0' },
  },
  missing: () => undefined,
  run: (flags, say) =>
    runBitFlips(
      {
        pages: countOf(flags, 'pages'),
        flips: countOf(flags, 'flips'),
        lines: countOf(flags, 'lines'),
        seed: countOf(flags, 'seed') || randomInt(1, 2 ** 31),
      },
      say,
    ),
}

/** How much is tried; 0 is all. */
export interface BitFlipsOptions {
  readonly pages: number
  /** In each page. */
  readonly flips: number
  readonly lines: number
  readonly seed: number
}

/** Runs it, small or at length. */
export async function runBitFlips(options: BitFlipsOptions, say: Say): Promise<Outcome> {
  const startedAtMs = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-flips-'))
  const good = join(folder, 'good')
  const chance = new Chance(options.seed)
  const broken: string[] = []
  const lines = [`seed ${options.seed}`]
  try {
    const texts = await makeStore(good)
    lines.push(await flipRootKey(good, folder, chance, broken))
    say('root key')
    lines.push(await flipAudit(good, folder, chance, options.lines, broken))
    say('audit log')
    lines.push(await flipDatabase({ ...options, good, folder, texts, chance, say, broken }))
    lines.push(`took ${secondsSince(startedAtMs)}`)
    return { lines, broken }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Something that was encrypted, and what the server must say it is. */
interface KnownText {
  readonly cipher: string
  readonly plain: string
}

async function makeStore(directory: string): Promise<readonly KnownText[]> {
  const server = await startTestServer({ directory })
  try {
    const texts: KnownText[] = []
    for (let n = 0; n < 12; n++) {
      const key_id = await server.createKey({ key_spec: n % 2 === 0 ? 'AES_256' : 'SM4' })
      await server.kms('enable-key-rotation', { key_id })
      for (let version = 0; version < 3; version++) {
        const plain = `text ${n} of version ${version}`
        const { body } = await server.kms('encrypt-data', { key_id, plain_text: plain })
        texts.push({ cipher: body.cipher_text, plain })
        await server.kms('rotate-on-demand', { key_id })
      }
      if (n % 4 === 3) await server.kms('disable-key', { key_id })
    }
    return texts
  } finally {
    await server.stop()
  }
}

function flipped(bytes: Buffer, chance: Chance, from = 0, length = bytes.length): Buffer {
  const changed = Buffer.from(bytes)
  const at = from + chance.below(length)
  changed[at] = (changed[at] ?? 0) ^ (1 << chance.below(8))
  return changed
}

/** Every bit of the file; a line feed at its end may be missing, and is not a bit of the key. */
async function flipRootKey(
  good: string,
  folder: string,
  _chance: Chance,
  broken: string[],
): Promise<string> {
  const bytes = await readFile(join(good, ROOT_KEY))
  const path = join(folder, 'flipped.key')
  const { id } = await fileSeal({ path: join(good, ROOT_KEY) }).open()
  let refused = 0
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = Buffer.from(bytes)
    const at = Math.floor(bit / 8)
    changed[at] = (changed[at] ?? 0) ^ (1 << (bit % 8))
    await writeFile(path, changed, { mode: 0o600 })
    const outcome = await fileSeal({ path })
      .open()
      .catch((error) => `${error}`)
    if (typeof outcome !== 'string') {
      broken.push(
        `root key: bit ${bit} flipped, and it opens${outcome.id === id ? '' : ' as another'}`,
      )
    } else if (outcome.includes(path)) refused++
    else broken.push(`root key: bit ${bit} flipped: the error names no file: ${outcome}`)
  }
  return `root key: ${8 * bytes.length} flips, one of each bit, ${refused} refused with the name of the file`
}

async function flipAudit(
  good: string,
  folder: string,
  chance: Chance,
  most: number,
  broken: string[],
): Promise<string> {
  const audit = join(good, 'audit')
  const copy = join(folder, 'audit-copy')
  const [name = ''] = (await readdir(audit)).filter((file) => file.endsWith('.jsonl'))
  const bytes = await readFile(join(audit, name))
  const starts = [0]
  for (
    let at = bytes.indexOf(10);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(10, at + 1)
  ) {
    starts.push(at + 1)
  }
  const asked = most === 0 ? starts.map((_, line) => line) : somePlaces(chance, starts.length, most)
  await cp(good, copy, { recursive: true })
  if (!(await auditVerifies(copy))) broken.push('the audit log is not whole to begin with')
  let found = 0
  for (const line of asked) {
    const from = starts[line] ?? 0
    const length = (starts[line + 1] ?? bytes.length) - from
    await writeFile(join(copy, 'audit', name), flipped(bytes, chance, from, length))
    if (await auditVerifies(copy)) broken.push(`audit log: a flip in line ${line + 1} is not found`)
    else found++
  }
  await rm(copy, { recursive: true })
  return `audit log: a flip in each of ${asked.length} lines of ${starts.length}, ${found} found by audit verify`
}

function somePlaces(chance: Chance, places: number, count: number): readonly number[] {
  return Array.from({ length: count }, () => chance.below(places))
}

function auditVerifies(directory: string): Promise<boolean> {
  return succeeds(['audit', 'verify', '--data', directory])
}

async function succeeds(command: readonly string[]): Promise<boolean> {
  const io = {
    environment: {},
    print: () => undefined,
    printError: () => undefined,
    isWatched: false,
  }
  return (await run([...command], io)) === 0
}

interface DatabaseFlips {
  readonly good: string
  readonly folder: string
  readonly texts: readonly KnownText[]
  readonly chance: Chance
  readonly pages: number
  readonly flips: number
  readonly say: Say
  readonly broken: string[]
}

/** What a server says of everything: replies by what was asked. */
type Answers = ReadonlyMap<string, { readonly status: number; readonly text: string }>

/** What a server says, and whether `keyturn store verify` finds something afterwards. */
interface Picture {
  readonly answers: Answers
  readonly isNamed: boolean
}

async function flipDatabase(flips: DatabaseFlips): Promise<string> {
  const { good, folder, texts, chance, broken } = flips
  const bytes = await readFile(join(good, DATABASE))
  const count = Math.floor(bytes.length / PAGE_BYTES)
  const pages =
    flips.pages === 0
      ? Array.from({ length: count }, (_, page) => page)
      : somePlaces(chance, count, flips.pages)
  const whole = await pictureOf(good, folder, bytes, texts)
  if (typeof whole === 'string') throw new Error(whole)
  if (whole.isNamed) broken.push('store verify finds something in a store that is whole')
  const counts = { 'not started': 0, refused: 0, 'left out': 0, wrong: 0, 'no difference': 0 }
  let named = 0
  const places = pages.flatMap((page) => Array.from({ length: flips.flips }, () => page))
  for (const [index, page] of places.entries()) {
    if (index % 50 === 49) flips.say(`${index + 1} flips`)
    const from = page * PAGE_BYTES
    const used = usedBytes(bytes.subarray(from, from + PAGE_BYTES), page === 0)
    const changed = flipped(bytes, chance, from + (used[chance.below(used.length)] ?? 0), 1)
    const picture = await pictureOf(good, folder, changed, texts)
    if (typeof picture === 'string') {
      counts['not started']++
      continue
    }
    const where = `page ${page + 1}`
    const kind = differenceOf(picture.answers, whole.answers, where, broken)
    counts[kind]++
    if (picture.isNamed) named++
    else if (kind !== 'no difference') broken.push(`${where}: ${kind}, and store verify is silent`)
  }
  const told = Object.entries(counts).map(([what, times]) => `${times} ${what}`)
  return `database: ${flips.flips} flips in each of ${pages.length} pages of ${count}: ${told.join(', ')}; ${named} named by store verify`
}

/** `left out` is a key that is not found any more: an index lost it, or its row is gone. */
function differenceOf(picture: Answers, whole: Answers, where: string, broken: string[]) {
  let kind: 'refused' | 'left out' | 'wrong' | 'no difference' = 'no difference'
  for (const [what, { status, text }] of picture) {
    const wanted = whole.get(what)
    if (status === wanted?.status && text === wanted.text) continue
    if (status === 404 || (what === 'list' && status === 200 && isPartOf(text, wanted?.text))) {
      if (kind !== 'wrong') kind = 'left out'
    } else if (status >= 400) {
      if (kind === 'no difference') kind = 'refused'
    } else {
      kind = 'wrong'
      broken.push(`${where}: ${what} has another answer: ${text}`)
    }
  }
  return kind
}

/** Whether a list of keys has no key that the other one has not, nor has otherwise. */
function isPartOf(text: string, whole = '{}'): boolean {
  const details = (list: string): readonly string[] =>
    (JSON.parse(list).key_details ?? []).map((key: Json) => JSON.stringify(key))
  const all = new Set(details(whole))
  return details(text).every((key) => all.has(key))
}

/** What a server on these bytes says, or why there is none. */
async function pictureOf(
  good: string,
  folder: string,
  database: Buffer,
  texts: readonly KnownText[],
): Promise<Picture | string> {
  const directory = join(folder, 'flipped')
  await cp(good, directory, { recursive: true })
  try {
    for (const end of ['-wal', '-shm']) await rm(join(directory, DATABASE + end), { force: true })
    await writeFile(join(directory, DATABASE), database)
    const server = await startTestServer({ directory }).catch((error) => `${error}`)
    if (typeof server === 'string') return server
    let answers: Answers
    try {
      answers = await look(server, texts)
    } finally {
      await server.stop()
    }
    return { answers, isNamed: !(await succeeds(['store', 'verify', '--data', directory])) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function look(server: TestServer, texts: readonly KnownText[]): Promise<Answers> {
  const picture = new Map<string, { status: number; text: string }>()
  const ask = async (what: string, operation: string, body: unknown): Promise<Json> => {
    const reply = await server.kms(operation, body)
    // A refusal bears the id of its request, which is never the same.
    picture.set(what, { status: reply.status, text: reply.status === 200 ? reply.text : '' })
    return reply.body
  }
  const listed = await ask('list', 'list-keys', { limit: '100' })
  for (const key_id of listed?.keys ?? []) {
    await ask(`describe ${key_id}`, 'describe-key', { key_id })
    await ask(`rotation ${key_id}`, 'get-key-rotation-status', { key_id })
  }
  for (const [n, { cipher, plain }] of texts.entries()) {
    const body = await ask(`decrypt ${n}`, 'decrypt-data', { cipher_text: cipher })
    if (body?.plain_text !== undefined && body.plain_text !== plain) {
      picture.set(`decrypt ${n}`, { status: 200, text: 'another text' })
    }
  }
  return picture
}
