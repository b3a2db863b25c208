import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Seal } from '../../src/ports/seal.ts'
import { passphraseSeal, readPassphrase } from '../../src/server/seal-settings.ts'
import type { Credentials } from '../server.ts'
import { makeSoftHsm, noSoftHsm } from '../soft-hsm.ts'
import { adminToken, credentialsOf } from './ground.ts'
import { watchProcesses } from './leak-processes.ts'
import type { Mark } from './leak-search.ts'
import { type NodeProcess, runKeyturn, startNode } from './node-process.ts'

/** What was secret about seals, and all that was seen. */
export interface SealsSeen {
  readonly marks: readonly Mark[]
  readonly places: ReadonlyMap<string, Buffer>
  /** Commands and servers that were run. */
  readonly runs: number
}

/**
 * Takes a data folder with a plain root key through the seals: migrated, unsealed well and badly, the root
 * key changed and the old one dropped.
 *
 * @param isWhole Whether a token and another service keep it, too.
 */
export async function leakSeals(
  data: string,
  folder: string,
  isWhole: boolean,
): Promise<SealsSeen> {
  const tour = new SealTour(data, folder)
  try {
    await tour.passphrase()
    await tour.shares()
    if (isWhole && noSoftHsm === false) await tour.token()
    if (isWhole) await tour.service()
    return tour.seen()
  } finally {
    await tour.close()
  }
}

class SealTour {
  readonly #data: string
  readonly #secrets: string
  readonly #marks: Mark[] = []
  readonly #places = new Map<string, Buffer>()
  readonly #ends: (() => Promise<unknown>)[] = []
  #opening: readonly string[] = []
  #environment: Readonly<Record<string, string>> = {}
  #runs = 0

  constructor(data: string, folder: string) {
    this.#data = data
    this.#secrets = join(folder, 'secrets')
    mkdirSync(this.#secrets, { mode: 0o700 })
  }

  async passphrase(): Promise<void> {
    const file = this.#secretFile('passphrase')
    const wrong = this.#secretFile('wrong passphrase')
    await this.#run('seal migrate', '--to', 'passphrase', '--new-passphrase-file', file)
    const seal = () => passphraseSeal(join(this.#data, 'root.key'), readPassphrase(file))
    await this.#markRoots(seal())
    await this.#serve(
      async () => {
        await this.#refused('seal unseal', '--seal-passphrase-file', wrong)
        await this.#run('seal unseal', '--seal-passphrase-file', file)
      },
      async () => {
        await this.#run('root rotate', '--seal-passphrase-file', file)
        await this.#markRoots(seal())
        await this.#run('root status', '--seal-passphrase-file', file)
        await this.#run('root retire', '--end-sign-ins', '--seal-passphrase-file', file)
      },
    )
    this.#opening = ['--seal-passphrase-file', file]
  }

  async shares(): Promise<void> {
    const shares = join(this.#secrets, 'shares')
    const made = ['--shares', '3', '--threshold', '2', '--shares-dir', shares]
    await this.#run('seal migrate', '--to', 'shamir', ...made, ...this.#opening)
    const files = readdirSync(shares).map((name) => join(shares, name))
    for (const path of files) {
      const words = readFileSync(path, 'utf8')
        .trim()
        .split(/[:\s]+/)
      const longest = words.reduce((one, other) => (other.length > one.length ? other : one))
      this.#marks.push({ what: 'share', value: longest })
    }
    await this.#serve(async () => {
      const cut = join(this.#secrets, 'cut')
      writeFileSync(cut, readFileSync(files[0] ?? '', 'utf8').slice(0, 50))
      await this.#refused('seal unseal', '--seal-share-file', cut)
      for (const file of files.slice(0, 2)) {
        await this.#run('seal unseal', '--seal-share-file', file)
      }
    })
    this.#opening = ['--seal-shares-dir', shares]
  }

  async token(): Promise<void> {
    const token = makeSoftHsm()
    this.#ends.push(async () => token.remove())
    this.#environment = token.environment
    this.#marks.push({ what: 'PIN', value: token.pin })
    const pinFile = join(this.#secrets, 'pin')
    writeFileSync(pinFile, token.pin, { mode: 0o600 })
    const file = join(this.#secrets, 'token.toml')
    writeFileSync(
      file,
      `[[token]]\nmodule = "${token.module}"\ntoken-label = "${token.tokenLabel}"\npin-file = "${pinFile}"\n`,
    )
    const flags = ['--seal-token', file]
    await this.#run(
      'seal migrate',
      '--to',
      'pkcs11',
      '--seal-token-key',
      'leak',
      ...flags,
      ...this.#opening,
    )
    await this.#serve(undefined, async () => undefined, flags)
    this.#opening = flags
  }

  async service(): Promise<void> {
    const peer = await this.#start('peer', join(this.#secrets, 'peer'), [])
    const credentials = await credentialsOf([peer])
    const file = join(this.#secrets, 'service.json')
    const { access_key, secret_key, project_id } = credentials
    writeFileSync(file, JSON.stringify({ access_key, secret_key, project_id }), { mode: 0o600 })
    this.#marks.push({ what: 'secret key of the seal', value: secret_key })
    const keyId = await keyOf(peer, credentials)
    const flags = ['--seal-kms-url', peer.url, '--seal-kms-credentials', file]
    await this.#run(
      'seal migrate',
      '--to',
      'kms',
      '--seal-kms-key',
      keyId,
      ...flags,
      ...this.#opening,
    )
    await this.#serve(undefined, async () => undefined, flags)
    this.#places.set('log of the service', Buffer.from(await peer.log()))
  }

  seen(): SealsSeen {
    for (const name of readdirSync(this.#data, { recursive: true, encoding: 'utf8' })) {
      const path = join(this.#data, name)
      const isKeeper = name === 'bootstrap-credentials.json'
      if (!isKeeper && statSync(path).isFile()) {
        this.#places.set(`${name} after all seals`, readFileSync(path))
      }
    }
    return { marks: this.#marks, places: this.#places, runs: this.#runs }
  }

  async close(): Promise<void> {
    for (const end of this.#ends.reverse()) await end()
  }

  #secretFile(what: string): string {
    const path = join(this.#secrets, what.replaceAll(' ', '-'))
    const value = `MARK-${randomBytes(24).toString('hex')}`
    writeFileSync(path, `${value}\n`)
    chmodSync(path, 0o600)
    this.#marks.push({ what, value })
    return path
  }

  async #markRoots(seal: Seal): Promise<void> {
    for (const root of await seal.unwrap()) {
      this.#marks.push({
        what: 'root key that is sealed',
        value: root.lend((bytes) => Buffer.from(bytes).toString('base64')),
      })
    }
  }

  /** Starts a server, opens it if somebody must, works with it, and stops it. */
  async #serve(
    unseal: (() => Promise<void>) | undefined,
    work: () => Promise<void> = async () => undefined,
    flags: readonly string[] = [],
  ): Promise<void> {
    const starting = this.#start('sealed', this.#data, flags)
    starting.catch(() => undefined)
    if (unseal !== undefined) {
      await this.#untilSealed()
      await unseal()
    }
    const node = await starting
    await work()
    for (const path of ['/metrics', '/readyz', '/healthz']) {
      const page = await (await fetch(`${node.url}${path}`)).text()
      this.#places.set(`${path}, ${this.#runs}`, Buffer.from(page))
    }
    if ((await node.stop()) !== 0) throw new Error(await node.log())
    this.#places.set(`output of the server, ${this.#runs}`, node.output())
  }

  async #start(name: string, directory: string, flags: readonly string[]): Promise<NodeProcess> {
    this.#runs++
    const more = ['--log-level', 'trace', '--workers', '1', ...flags]
    const node = await startNode({
      name,
      directory,
      flags: more,
      environment: this.#environment,
      watch: (pid) => watchProcesses(`the server ${this.#runs}`, pid, this.#places),
    })
    this.#ends.push(() => node.kill9())
    return node
  }

  async #untilSealed(): Promise<void> {
    for (let tries = 0; ; tries++) {
      const { printed } = await runKeyturn(['seal', 'status', '--data', this.#data])
      if (/^server +sealed/m.test(printed)) return
      if (tries > 100) throw new Error(`not sealed: ${printed}`)
      await sleep(200)
    }
  }

  async #run(words: string, ...flags: readonly string[]): Promise<void> {
    const { exitCode, printed } = await this.#command(words, flags)
    if (exitCode !== 0) throw new Error(`${words}: ${printed}`)
  }

  async #refused(words: string, ...flags: readonly string[]): Promise<void> {
    const { exitCode, printed } = await this.#command(words, flags)
    if (exitCode === 0) throw new Error(`${words} did not refuse: ${printed}`)
  }

  async #command(words: string, flags: readonly string[]) {
    const name = `${words}, ${++this.#runs}`
    const ended = await runKeyturn([...words.split(' '), '--data', this.#data, ...flags], {
      environment: this.#environment,
      watch: (pid) => watchProcesses(name, pid, this.#places),
    })
    this.#places.set(`output of ${name}`, Buffer.from(ended.printed))
    return ended
  }
}

async function keyOf(peer: NodeProcess, credentials: Credentials): Promise<string> {
  const response = await fetch(`${peer.url}/v1.0/${credentials.project_id}/kms/create-key`, {
    method: 'POST',
    headers: {
      'X-Auth-Token': await adminToken(peer, credentials),
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ key_alias: 'of-a-seal' }),
  })
  const { key_info } = (await response.json()) as { readonly key_info: { readonly key_id: string } }
  return key_info.key_id
}
