import assert from 'node:assert/strict'
import { fork, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { hasCommand, makeSoftHsm, noSoftHsm } from '../../test/soft-hsm.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { isTokenError, keyTokenConformance } from '../ports/key-token.conformance.ts'
import type { KeyToken } from '../ports/key-token.ts'
import { openPkcs11Token, type Pkcs11TokenOptions } from './pkcs11-token.ts'

const PATIENCE_MS = 30_000
const softHsm = makeSoftHsm()
const { folder, module: MODULE, tokenLabel: TOKEN_LABEL, pin: PIN, environment } = softHsm
after(softHsm.remove)

const skip = noSoftHsm
const skipWithout = (command: string) =>
  skip !== false ? skip : hasCommand(command) ? false : `${command} is missing`
const skipWithoutProc =
  skip !== false || existsSync('/proc/self/status') ? skip : 'processes are found in /proc only'

const open = (options: Partial<Pkcs11TokenOptions> = {}): KeyToken =>
  openPkcs11Token({ ...softHsm.options(), ...options })

const moduleWith = softHsm.moduleWith

/** A file of /proc about a process; empty when it has ended, or is not for us to read. */
function processFile(id: number, name: string): string {
  try {
    return readFileSync(`/proc/${id}/${name}`, 'latin1')
  } catch {
    return ''
  }
}

const isRunning = (id: number) => /^State:\t[^ZX]/m.test(processFile(id, 'status'))

/** Ids of the token processes that a process has started. */
function tokenProcesses(parent: number = process.pid): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((id) => isRunning(id))
    .filter((id) => processFile(id, 'status').includes(`\nPPid:\t${parent}\n`))
    .filter((id) => processFile(id, 'cmdline').includes('token-process'))
}

async function until(claim: () => boolean): Promise<void> {
  for (let waitedMs = 0; !claim(); waitedMs += 20) {
    assert.ok(waitedMs < PATIENCE_MS, 'in vain')
    await sleep(20)
  }
}

/** Runs `work` and answers how long the event loop stood still at most, in milliseconds. */
async function longestStandstillMs(work: () => Promise<void>): Promise<number> {
  let last = performance.now()
  let longest = 0
  const pulse = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 10)
  try {
    await work()
  } finally {
    clearInterval(pulse)
  }
  return longest
}

keyTokenConformance('PKCS #11, SoftHSM', () => open(), skip)

describe('a PKCS #11 token', { skip: skipWithoutProc }, () => {
  let token: KeyToken
  before(() => {
    token = open()
  })
  after(() => token.close())

  test('starts no process before the first call, and ends it when closed', async () => {
    const another = open()
    assert.deepEqual(tokenProcesses(), [])
    await another.hasKey('any')
    assert.equal(tokenProcesses().length, 1)
    await another.close()
    await until(() => tokenProcesses().length === 0)
  })

  test('a wrong PIN is refused by name, and is not tried until the token locks', async () => {
    const wrong = 'wrong-pin-4711'
    const refused = open({ pin: new SecretBytes(Buffer.from(wrong)) })
    for (let i = 0; i < 5; i++) {
      await assert.rejects(refused.hasKey('any'), (error: Error) => {
        assert.match(error.message, /C_Login: CKR_PIN_INCORRECT/)
        assert.doesNotMatch(inspect(error), new RegExp(wrong))
        return isTokenError('failed')(error)
      })
    }
    await refused.close()
    assert.equal(await token.hasKey('any'), false)
  })

  test('a module or a token that is not there is named as the reason', async () => {
    for (const [options, reason] of [
      [{ module: '/nowhere/module.so' }, /nowhere/],
      [{ tokenLabel: 'keyturn' }, /no token has that label/],
    ] as const) {
      const lost = open(options)
      await assert.rejects(lost.hasKey('any'), (error: Error) => {
        assert.match(error.message, reason)
        return isTokenError('failed')(error)
      })
      await lost.close()
    }
  })

  test('the PIN is in no argument, in no variable, and no variable of ours is handed on', async () => {
    process.env['KEYTURN_SECRET_OF_THE_SERVER'] = 'not for modules'
    const another = open()
    await another.hasKey('any')
    delete process.env['KEYTURN_SECRET_OF_THE_SERVER']
    for (const id of tokenProcesses()) {
      assert.doesNotMatch(processFile(id, 'cmdline'), new RegExp(PIN))
      const variables = processFile(id, 'environ')
      if (variables === '') continue // who is not root may not look into its memory
      assert.match(variables, /SOFTHSM2_CONF/)
      assert.doesNotMatch(variables, new RegExp(`${PIN}|not for modules`))
    }
    await another.close()
  })

  test('a process that is killed costs one call', async () => {
    const label = `killed-${randomUUID()}`
    await token.makeKey(label, 'AES_256')
    const [id] = tokenProcesses()
    assert.ok(id !== undefined)
    process.kill(id, 'SIGSTOP') // so that the call is out when it dies
    const call = assert.rejects(token.hasKey(label), isTokenError('failed'))
    process.kill(id, 'SIGKILL')
    await call
    assert.equal(await token.hasKey(label), true)
    assert.equal((await token.encryptBlocks(label, Buffer.alloc(16))).length, 16)
    await token.destroyKey(label)
  })

  test('a process that hangs is killed in time, while the server goes on', async () => {
    const hanging = open({ timeoutMs: 2000 })
    const others = tokenProcesses()
    await hanging.hasKey('any')
    const [id] = tokenProcesses().filter((process) => !others.includes(process))
    assert.ok(id !== undefined)
    process.kill(id, 'SIGSTOP')
    const standstillMs = await longestStandstillMs(async () => {
      const began = performance.now()
      await assert.rejects(hanging.hasKey('any'), isTokenError('timeout'))
      const tookMs = performance.now() - began
      assert.ok(tookMs > 1900 && tookMs < 6000, `${tookMs} ms`)
    })
    assert.ok(standstillMs < 1000, `the event loop stood still for ${standstillMs} ms`)
    await until(() => !tokenProcesses().includes(id))
    assert.equal(await hanging.hasKey('any'), false)
    await hanging.close()
  })

  test('a key that another process destroyed, or made anew, is not used from memory', async () => {
    const another = open()
    const label = `elsewhere-${randomUUID()}`
    await token.makeKey(label, 'AES_256')
    const first = await token.encryptBlocks(label, Buffer.alloc(16))
    await another.destroyKey(label)
    await assert.rejects(token.encryptBlocks(label, Buffer.alloc(16)), isTokenError('absent'))
    await another.makeKey(label, 'AES_256')
    const second = await token.encryptBlocks(label, Buffer.alloc(16))
    assert.notDeepEqual(second, first)
    assert.deepEqual(second, await another.encryptBlocks(label, Buffer.alloc(16)))
    await another.destroyKey(label)
    await another.makeKey(label, 'AES_256')
    assert.notDeepEqual(await token.encryptBlocks(label, Buffer.alloc(16)), second)
    await token.destroyKey(label)
    await another.close()
  })

  test('signals for the server do not end it', async () => {
    await token.hasKey('any')
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      for (const id of tokenProcesses()) process.kill(id, signal)
    }
    await sleep(100)
    assert.equal(await token.hasKey('any'), false)
  })

  test('an RSA key whose making was cut off is whole or not there, and can be made again', async () => {
    const label = `cut-${randomUUID()}`
    for (const afterMs of [1, 20, 60, 120, 250]) {
      const another = open()
      await another.hasKey(label)
      const making = another.makeKey(label, 'RSA_4096').then(
        () => true,
        () => false,
      )
      await sleep(afterMs)
      for (const id of tokenProcesses()) process.kill(id, 'SIGKILL')
      const isMade = await making
      await another.hasKey(label).catch(() => false) // its process may die only now
      const isThere = await another.hasKey(label)
      assert.ok(isThere || !isMade)
      if (isThere) assert.ok((await another.publicKey(label)).length > 0)
      await another.destroyKey(label)
      await another.close()
    }
    await token.hasKey(label).catch(() => false) // its process was killed too
    await token.makeKey(label, 'EC_P256')
    assert.ok((await token.publicKey(label)).length > 0)
    await token.destroyKey(label)
  })
})

describe('a PKCS #11 module of bad manners', {
  skip: skipWithoutProc || skipWithout('gcc'),
}, () => {
  const HANG = '{ for (;;) pause(); }'
  const CRASH = '{ abort(); }'

  test('hangs at its start: a timeout, and the server goes on', async () => {
    const module = moduleWith('hang-at-start', `unsigned long C_Initialize(void *a) ${HANG}`)
    const token = open({ module, timeoutMs: 2000 })
    const standstillMs = await longestStandstillMs(() =>
      assert.rejects(token.hasKey('any'), isTokenError('timeout')),
    )
    assert.ok(standstillMs < 1000, `the event loop stood still for ${standstillMs} ms`)
    await token.close()
    await until(() => tokenProcesses().length === 0)
  })

  test('hangs for ever: no caller waits for ever', async () => {
    const module = moduleWith('hang-in-find', `unsigned long C_FindObjects() ${HANG}`)
    const token = open({ module, timeoutMs: 1000 })
    const began = performance.now()
    const timeout = () => assert.rejects(token.hasKey('any'), isTokenError('timeout'))
    await Promise.all(Array.from({ length: 10 }, timeout))
    assert.ok(performance.now() - began < 6000)
    await token.close()
  })

  test('hangs at its end: closing ends all the same', async () => {
    const module = moduleWith('hang-at-end', `unsigned long C_Finalize(void *a) ${HANG}`)
    const token = open({ module, timeoutMs: 2000 })
    await token.hasKey('any')
    await token.close()
    await until(() => tokenProcesses().length === 0)
  })

  test('crashes: a failure that says so, each time anew', async () => {
    const module = moduleWith('crash', `unsigned long C_FindObjects() ${CRASH}`)
    const token = open({ module })
    for (let i = 0; i < 2; i++) {
      await assert.rejects(token.hasKey('any'), (error: Error) => {
        assert.match(error.message, /ended \(SIGABRT\)/)
        return isTokenError('failed')(error)
      })
    }
    await token.close()
  })

  test('encrypts to another length: a failure that says so', async () => {
    const module = moduleWith(
      'short-text',
      `unsigned long C_Encrypt(long s, void *d, long n, void *out, unsigned long *length) {
         unsigned long code = ((unsigned long (*)())dlsym(RTLD_NEXT, "C_Encrypt"))(s, d, n, out, length);
         *length = 7;
         return code;
       }`,
    )
    const label = `short-${randomUUID()}`
    const token = open({ module })
    await token.makeKey(label, 'AES_256')
    await assert.rejects(token.encryptBlocks(label, Buffer.alloc(16)), isTokenError('failed'))
    await token.destroyKey(label)
    await token.close()
  })

  test('loses its session: one call fails, the next opens another', async () => {
    const flag = join(folder, 'lose-it')
    const module = moduleWith(
      'lose-session',
      `unsigned long C_FindObjectsInit(long s, void *t, long n) {
         if (unlink("${flag}") == 0) return 0xB3;
         return ((unsigned long (*)(long, void *, long))dlsym(RTLD_NEXT, "C_FindObjectsInit"))(s, t, n);
       }`,
    )
    const token = open({ module })
    assert.equal(await token.hasKey('any'), false)
    const before = tokenProcesses()
    writeFileSync(flag, '')
    await assert.rejects(token.hasKey('any'), /C_FindObjectsInit: CKR_SESSION_HANDLE_INVALID/)
    assert.equal(await token.hasKey('any'), false)
    assert.notDeepEqual(tokenProcesses(), before)
    await token.close()
  })

  for (const spec of ['AES_256', 'EC_P256'] as const) {
    test(`crashes before a new ${spec} key has its label: no key, and making it again works`, async () => {
      const label = `half-${randomUUID()}`
      const module = moduleWith(
        `crash-half-${spec}`,
        `unsigned long C_SetAttributeValue() ${CRASH}`,
      )
      const broken = open({ module })
      await assert.rejects(broken.makeKey(label, spec), /ended \(SIGABRT\)/)
      await broken.close()

      const token = open()
      assert.equal(await token.hasKey(label), false)
      await token.makeKey(label, spec)
      assert.equal(await token.hasKey(label), true)
      await token.destroyKey(label)
      assert.doesNotMatch(listObjects(), new RegExp(label))
      await token.close()
    })
  }

  test('makes keys that may leave: none is kept', async () => {
    const label = `loose-${randomUUID()}`
    const lie = '{ unsigned char **a = t; *a[1] = 0; return 0; }'
    const module = moduleWith(
      'loose',
      `unsigned long C_GetAttributeValue(long s, long o, void *t, long n) ${lie}`,
    )
    const loose = open({ module })
    await assert.rejects(loose.makeKey(label, 'AES_256'), /CKA_/)
    assert.equal(await loose.hasKey(label), false)
    await loose.close()
    assert.doesNotMatch(listObjects(), new RegExp(label))
  })
})

describe('key material in SoftHSM', { skip: skipWithout('pkcs11-tool') }, () => {
  test('cannot be read, and says so of itself', async () => {
    const token = open()
    for (const [spec, type] of [
      ['AES_256', 'secrkey'],
      ['HMAC_512', 'secrkey'],
      ['RSA_2048', 'privkey'],
      ['EC_P384', 'privkey'],
    ] as const) {
      const label = `unreadable-${randomUUID()}`
      await token.makeKey(label, spec)
      if (type === 'secrkey') {
        const read = pkcs11Tool('--read-object', '--type', type, '--label', label)
        assert.notEqual(read.status, 0)
        assert.match(read.stderr, /CKR_ATTRIBUTE_SENSITIVE/)
      }
      const listed = pkcs11Tool('--list-objects', '--type', type, '--label', label).stdout
      assert.match(listed, /Access:\s+sensitive, always sensitive, never extractable, local/)
      await token.destroyKey(label)
    }
    await token.close()
  })
})

describe('the process of a token', { skip: skipWithoutProc }, () => {
  test('ends with its parent, even while it hangs', async () => {
    const script = join(folder, 'parent.ts')
    const here = new URL('./pkcs11-token.ts', import.meta.url)
    const secretBytes = new URL('../crypto/secret-bytes.ts', import.meta.url)
    writeFileSync(
      script,
      `import { openPkcs11Token } from '${here}'
       import { SecretBytes } from '${secretBytes}'
       const pin = new SecretBytes(Buffer.from('${PIN}'))
       const environment = ${JSON.stringify(environment)}
       const token = openPkcs11Token({ module: '${MODULE}', tokenLabel: '${TOKEN_LABEL}', pin, timeoutMs: 30000, environment })
       await token.hasKey('any')
       process.send('ready')
       process.on('message', () => {})`,
    )
    for (const isHanging of [false, true]) {
      const parent = fork(script, [], { execArgv: [] })
      await once(parent, 'message')
      const [id] = tokenProcesses(parent.pid)
      assert.ok(id !== undefined)
      if (isHanging) process.kill(id, 'SIGSTOP')
      parent.kill('SIGKILL')
      await until(() => !isRunning(id))
    }
  })
})

function pkcs11Tool(...words: readonly string[]) {
  return spawnSync(
    'pkcs11-tool',
    ['--module', MODULE, '--token-label', TOKEN_LABEL, '--login', '--pin', PIN, ...words],
    { env: { ...process.env, ...environment }, encoding: 'utf8' },
  )
}

function listObjects(): string {
  return pkcs11Tool('--list-objects').stdout
}
