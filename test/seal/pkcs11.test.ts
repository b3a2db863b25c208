import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { SealError } from '../../src/ports/seal.ts'
import { tokenGuard } from '../../src/seals/token-guard.ts'
import { tokenSeal } from '../../src/server/seal-settings.ts'
import { sealTokenIn } from '../../src/server/seal-token.ts'
import { openPkcs11Token } from '../../src/tokens/pkcs11-token.ts'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { hasCommand, makeSoftHsm, noSoftHsm } from '../soft-hsm.ts'
import { startSealable } from './start-sealable.ts'

const LABEL = 'keyturn-seal'
const home = mkdtempSync(join(tmpdir(), 'keyturn-pkcs11-seal-'))
const data = join(home, 'data')
const path = join(data, 'root.key')
const tokenFile = join(home, 'seal-token.toml')
const token = makeSoftHsm()
const tokens = join(token.folder, 'tokens')
const away = join(token.folder, 'tokens-away')
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const skipWithoutBash = hasCommand('bash') ? false : 'bash is missing'
const skipWithoutGcc = hasCommand('gcc') ? false : 'gcc is missing'

before(() => {
  // As an operator sets it for the server, from which the process of the token has it.
  process.env['SOFTHSM2_CONF'] = token.environment.SOFTHSM2_CONF
  describeToken()
})
after(() => {
  rmSync(home, { recursive: true })
  token.remove()
})

function describeToken(pin = token.pin, module = token.module, pinFile = 'pin'): void {
  writeFileSync(join(home, 'pin'), `${pin}\n`, { mode: 0o600 })
  writeFileSync(
    tokenFile,
    `[[token]]
module = "${module}"
token-label = "${token.tokenLabel}"
pin-file = "${pinFile}"
timeout-ms = 3000
`,
  )
}

function takeAway(): void {
  renameSync(tokens, away)
  mkdirSync(tokens)
}

function bringBack(): void {
  rmSync(tokens, { recursive: true })
  renameSync(away, tokens)
}

const flags = ['--seal-token', tokenFile]
const command = (...words: readonly string[]) => runKeyturn([...words, '--data', data, ...flags])
const status = () => runKeyturn(['seal', 'status', '--data', data])
const open = () => tokenSeal(path, { 'seal-token': tokenFile }).open()

const start = () => startSealable(data, flags)

/** The server is sealed for `reason`; `mend` lets it open by itself. */
async function sealedUntil(reason: RegExp, mend: () => unknown): Promise<void> {
  const server = start()
  try {
    const url = await server.sealed
    const ready = await fetch(`${url}/readyz`)
    assert.deepEqual([ready.status, await ready.text()], [503, 'sealed: unavailable\n'])
    assert.match((await status()).out, reason)
    await mend()
    const running = await server.running
    assert.equal((await fetch(`${running.url}/readyz`)).status, 200)
    await running.stop()
  } catch (error) {
    server.stop()
    await server.running.then((running) => running.stop()).catch(() => undefined)
    throw error
  }
}

const fails =
  (kind: SealError['kind'], pattern: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof SealError && error.kind === kind, String(error))
    assert.match(error.message, pattern)
    assert.ok(!error.message.includes(token.pin))
    return true
  }

describe('a root key that a token seals', { skip: noSoftHsm }, () => {
  let rootId = ''

  test('the seal is made, with its key in the token, and the server opens without anybody', async () => {
    assert.equal((await command('seal', 'create', '--seal', 'pkcs11')).code, 2)
    const create = ['seal', 'create', '--seal', 'pkcs11', '--seal-token-key', LABEL] as const
    const made = await command(...create)
    assert.equal(made.code, 0, made.err)
    rootId = made.out
    const file = JSON.parse(readFileSync(path, 'utf8'))
    assert.equal(file.guard.keyLabel, LABEL)
    const keys = openPkcs11Token(token.options())
    assert.equal(await keys.hasKey(LABEL), true)
    await keys.close()
    const running = await start().running
    assert.equal((await fetch(`${running.url}/readyz`)).status, 200)
    assert.match((await status()).out, new RegExp(`pkcs11[^]*${rootId}`))
    await running.stop()
  })

  test('a token that is away: sealed, named, and open again once it is there', async () => {
    takeAway()
    await sealedUntil(/keyturn test.*no token has that label/, bringBack)
  })

  test('the key gone, then back from its backup', async () => {
    cpSync(tokens, away, { recursive: true })
    const keys = openPkcs11Token(token.options())
    await keys.destroyKey(LABEL)
    await keys.close()
    await sealedUntil(/no key of that label/, bringBack)
  })

  test('another key of the same label does not open it', async () => {
    cpSync(tokens, away, { recursive: true })
    const keys = openPkcs11Token(token.options())
    await keys.destroyKey(LABEL)
    await keys.makeKey(LABEL, 'AES_256')
    await keys.close()
    await assert.rejects(open(), fails('wrong', /is not the one of this seal/))
    bringBack()
    assert.equal((await open()).id, rootId)
  })

  test('a wrong PIN is tried once, however long the server waits, and a corrected one at once', {
    skip: skipWithoutGcc,
  }, async () => {
    const log = join(token.folder, 'logins')
    const counting = token.moduleWith(
      'counting',
      `unsigned long C_Login(unsigned long s, unsigned long u, unsigned char *p, unsigned long n) {
         FILE *f = fopen("${log}", "a"); fputc('x', f); fclose(f);
         void *m = dlopen("${token.module}", RTLD_NOW);
         return ((unsigned long (*)())dlsym(m, "C_Login"))(s, u, p, n);
       }
       unsigned long C_GetFunctionList(void **out) { return 84; }`,
    )
    describeToken('0000-wrong', counting)
    await sealedUntil(/CKR_PIN_INCORRECT; this PIN is not tried again/, async () => {
      await setTimeout(4000)
      assert.equal(readFileSync(log, 'utf8'), 'x')
      assert.match((await status()).out, /CKR_PIN_INCORRECT/)
      describeToken(token.pin, counting)
    })
    assert.equal(readFileSync(log, 'utf8'), 'xx')
    describeToken()
  })

  test('a module that hangs, one that crashes, and none', { skip: skipWithoutGcc }, async () => {
    const bad = (name: string, does: string) =>
      token.moduleWith(name, `unsigned long C_Initialize(void *a) { ${does} }`)
    describeToken(token.pin, bad('hangs', 'for (;;) pause();'))
    await sealedUntil(/did not answer within 3000 ms/, () => describeToken())
    describeToken(token.pin, bad('crashes', 'abort();'))
    await assert.rejects(open(), fails('unavailable', /SIGABRT/))
    describeToken(token.pin, '/nowhere.so')
    await assert.rejects(open(), fails('unavailable', /nowhere/))
    rmSync(tokenFile)
    await assert.rejects(async () => open(), /cannot be read/)
    describeToken()
  })

  test('a server that waits for its token stops when it is told to', async () => {
    takeAway()
    const server = start()
    await server.sealed
    server.stop()
    await assert.rejects(server.running, /stopped while sealed/)
    bringBack()
  })

  test('the root key changes while the server runs, and it starts again', async () => {
    const running = await start().running
    const rotated = await command('root', 'rotate')
    assert.equal(rotated.code, 0, rotated.err)
    await running.stop()
    const { id } = await open()
    assert.notEqual(id, rootId)
    rootId = id
    await (await start().running).stop()
  })

  test('a wrapped key that was changed, or moved to another seal, does not open', async () => {
    const other = join(home, 'other')
    const words = ['--data', other, '--seal', 'pkcs11', '--seal-token-key', LABEL, ...flags]
    const made = await runKeyturn(['seal', 'create', ...words])
    assert.equal(made.code, 0, made.err)
    const guard = tokenGuard(sealTokenIn(tokenFile))
    const [own, foreign] = [path, join(other, 'root.key')].map((file) =>
      JSON.parse(readFileSync(file, 'utf8')),
    )
    await guard.recover(own.id, own.guard)
    await assert.rejects(guard.recover(own.id, foreign.guard), fails('wrong', /not the one/))
    const cut = { ...own.guard, wrapped: own.guard.wrapped.slice(4) }
    assert.throws(() => guard.recover(own.id, cut), fails('damaged', /no whole/))
  })

  test('the PIN from a descriptor that has it once', { skip: skipWithoutBash }, () => {
    describeToken(token.pin, token.module, '/dev/fd/3')
    const moving = `exec '${process.execPath}' '${MAIN}' seal migrate --to file \
      --data '${data}' --seal-token '${tokenFile}' 3< <(printf '%s\\n' '${token.pin}')`
    const moved = spawnSync('bash', ['-c', moving], { encoding: 'utf8' })
    assert.equal(moved.status, 0, moved.stderr)
    assert.equal(moved.stdout.split('\n')[0], rootId)
    describeToken()
  })

  test('it moves from a file to the token, the same root keys', async () => {
    const words = ['seal', 'migrate', '--to', 'pkcs11', '--seal-token-key', LABEL] as const
    const back = await command(...words)
    assert.deepEqual([back.code, back.out.split('\n')[0]], [0, rootId], back.err)
    assert.equal((await open()).id, rootId)
    assert.equal(existsSync(`${path}.migrating`), false)
  })
})
