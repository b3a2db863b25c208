import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { Listener } from '../http/listener.ts'
import { describeError, type Logger } from './log.ts'
import type { Settings } from './settings-table.ts'

const LOOK_EVERY_MS = 5000

/**
 * Takes a new certificate when its files change, so that renewing one needs no restart. Files that
 * do not fit together are left alone until they do.
 *
 * @returns What stops watching.
 */
export function watchTls(settings: Settings, listener: Listener, log: Logger): () => void {
  const { 'tls-cert': certFile, 'tls-key': keyFile } = settings
  if (certFile === undefined || keyFile === undefined) return () => undefined
  const files = [certFile, keyFile]
  const reload = () => {
    try {
      listener.replaceTls({ cert: readFileSync(certFile), key: readFileSync(keyFile) })
      log.info('took the new certificate')
    } catch (error) {
      log.error({ error: describeError(error) }, 'the new certificate cannot be used')
    }
  }
  for (const file of files) watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, reload)
  return () => {
    for (const file of files) unwatchFile(file, reload)
  }
}
