import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import { SecretBytes } from '../src/crypto/secret-bytes.ts'
import type { Pkcs11TokenOptions } from '../src/tokens/pkcs11-token.ts'

/* A token in software, for tests: SoftHSM, version 2. */

const MODULE = ['/usr/lib/softhsm', '/usr/local/lib/softhsm', '/opt/homebrew/lib/softhsm']
  .map((folder) => join(folder, 'libsofthsm2.so'))
  .find((path) => existsSync(path))

/** Whether a command is installed. */
export function hasCommand(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined
}

/** Why SoftHSM cannot be used; false when it can. */
export const noSoftHsm: string | false =
  MODULE !== undefined && hasCommand('softhsm2-util')
    ? false
    : 'SoftHSM is missing: install softhsm2'

/** A new token in a folder of its own. */
export interface SoftHsm {
  readonly folder: string
  readonly module: string
  readonly tokenLabel: string
  readonly pin: string
  readonly environment: { readonly SOFTHSM2_CONF: string }
  /** What opens it. */
  readonly options: () => Pkcs11TokenOptions
  /** SoftHSM with some functions replaced by those of a C text, as a module; needs gcc. */
  readonly moduleWith: (name: string, functions: string) => string
  readonly remove: () => void
}

/** Makes a token, unless {@link noSoftHsm} says why not. */
export function makeSoftHsm(): SoftHsm {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-token-'))
  const module = MODULE ?? ''
  const tokenLabel = 'keyturn test'
  const pin = '1729-user-pin'
  const environment = { SOFTHSM2_CONF: join(folder, 'softhsm2.conf') }
  if (noSoftHsm === false) {
    mkdirSync(join(folder, 'tokens'))
    writeFileSync(
      environment.SOFTHSM2_CONF,
      `directories.tokendir = ${folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`,
    )
    const words = ['--init-token', '--free', '--label', tokenLabel, '--pin', pin]
    execFileSync('softhsm2-util', [...words, '--so-pin', '1729-officer'], {
      env: { ...process.env, ...environment },
      stdio: 'pipe',
    })
  }
  return {
    folder,
    module,
    tokenLabel,
    pin,
    environment,
    options: () => ({
      module,
      tokenLabel,
      pin: new SecretBytes(Buffer.from(pin)),
      timeoutMs: 30_000,
      environment,
    }),
    moduleWith: (name, functions) => moduleWith(folder, name, functions),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

function moduleWith(folder: string, name: string, functions: string): string {
  const source = join(folder, `${name}.c`)
  const module = join(folder, `${name}.so`)
  const headers = ['dlfcn.h', 'stdio.h', 'stdlib.h', 'unistd.h'].map((h) => `#include <${h}>\n`)
  writeFileSync(source, `#define _GNU_SOURCE\n${headers.join('')}${functions}\n`)
  // The linker takes what the text lacks from SoftHSM, by the path that it is at.
  const { dir, base } = parse(realpathSync(MODULE ?? ''))
  const linking = [`-Wl,--no-as-needed,-rpath,${dir}`, `-L${dir}`, `-l:${base}`, '-ldl']
  execFileSync('gcc', ['-shared', '-fPIC', '-w', '-o', module, source, ...linking])
  return module
}

/** Writes the settings file that lets a server use the token under `clusterId`; answers its path. */
export function writeTokensFile(token: SoftHsm, clusterId: string, timeoutMs = 5000): string {
  const file = join(token.folder, 'tokens.toml')
  writeFileSync(join(token.folder, 'pin'), token.pin, { mode: 0o600 })
  writeFileSync(
    file,
    `[[token]]
cluster-id = "${clusterId}"
module = "${token.module}"
token-label = "${token.tokenLabel}"
pin-file = "pin"
timeout-ms = ${timeoutMs}
`,
  )
  return file
}
