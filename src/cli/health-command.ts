import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { parseArgs } from 'node:util'
import { parseAddress, readSettings } from '../server/settings.ts'
import { type Command, type CommandIo, EXIT, UsageError } from './command.ts'

const PATH = '/readyz'
const TIMEOUT_MS = 5_000
/** Addresses that mean every one of this machine. */
const EVERYWHERE: readonly string[] = ['0.0.0.0', '::']

const HELP = `Usage: keyturn health [FLAGS]

Asks a server whether it serves, for containers and scripts that have no curl. Exit code 0: it does.

  --url URL
        what to ask, with its path, such as https://kms.example/healthz; without it, ${PATH} of the
        server that the variables and --config describe, on this machine
  --ca FILE
        certificates of authorities to trust in place of the system's (PEM), with --url
  --config FILE
        the server's settings file [KEYTURN_CONFIG]`

interface Target {
  readonly url: URL
  readonly ca: Buffer | undefined
  /** Whether the certificate must be good for the name that was asked. */
  readonly isVerified: boolean
}

/** Says whether a server serves. */
export const healthCommand: Command = {
  help: () => HELP,
  async run(args, io) {
    const { status, text } = await ask(targetOf(args, io))
    const words = text.trim().split('\n', 1)[0] ?? ''
    if (status === 200) io.print(words)
    else io.printError(`keyturn: ${status} ${words}`)
    return status === 200 ? EXIT.ok : EXIT.failed
  },
}

function targetOf(args: readonly string[], io: CommandIo): Target {
  const text = { type: 'string' } as const
  let flags: { readonly url?: string; readonly ca?: string; readonly config?: string }
  try {
    flags = parseArgs({ args: [...args], options: { url: text, ca: text, config: text } }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
  if (flags.url === undefined) return ownServer(flags.config, io)
  if (!/^https?:\/\/[^/]/.test(flags.url) || !URL.canParse(flags.url)) {
    throw new UsageError('--url must begin with http:// or https://')
  }
  const ca = flags.ca === undefined ? undefined : readFileSync(flags.ca)
  return { url: new URL(flags.url), ca, isVerified: true }
}

/**
 * The server of these settings. It is asked on this machine, where its certificate need not be good for
 * the address, and nothing secret is sent to it.
 */
function ownServer(config: string | undefined, io: CommandIo): Target {
  const flags = config === undefined ? [] : ['--config', config]
  const { settings } = readSettings(flags, io.environment)
  const { host, port } = parseAddress(settings.listen)
  const scheme = settings['tls-cert'] === undefined ? 'http' : 'https'
  const nearest = EVERYWHERE.includes(host) ? 'localhost' : host
  const name = nearest.includes(':') ? `[${nearest}]` : nearest
  return { url: new URL(`${scheme}://${name}:${port}${PATH}`), ca: undefined, isVerified: false }
}

function ask(target: Target): Promise<{ readonly status: number; readonly text: string }> {
  const { url, ca, isVerified } = target
  const options = { agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) } as const
  const tls = { ...options, rejectUnauthorized: isVerified, ...(ca && { ca }) }
  return new Promise((resolve, reject) => {
    const asking = url.protocol === 'https:' ? httpsRequest(url, tls) : httpRequest(url, options)
    asking.on('error', (cause) => reject(new Error(`${url.origin} does not answer`, { cause })))
    asking.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asking.end()
  })
}
