import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { EpochMs } from '../../src/core/time.ts'
import { examine, type Finding } from '../../src/server/doctor/examine.ts'
import { readSettings } from '../../src/server/settings.ts'
import { startTestServer } from '../server.ts'
import { bestEffort, tcpFlags } from './sink-server.ts'
import { startReceiver } from './syslog-receiver.ts'

const directory = mkdtempSync(join(tmpdir(), 'keyturn-doctor-'))
after(() => rmSync(directory, { recursive: true }))

async function look(flags: readonly string[], laterMs = 0) {
  const { settings } = readSettings(['--data', directory, ...flags], {})
  const findings = await examine(settings, (Date.now() + laterMs) as EpochMs)
  const of = (about: string): Finding | undefined => findings.find((one) => one.about === about)
  return { receiver: of('audit receiver'), sink: of('audit sink syslog') }
}

test('doctor: whether a receiver is there, and how far it is behind', async () => {
  const receiver = await startReceiver()
  after(() => receiver.close().catch(() => undefined))
  const flags = tcpFlags(receiver.port)
  const plain = await startTestServer({ directory })
  await plain.stop()
  const never = await look(flags)
  assert.deepEqual([never.receiver?.severity, never.sink?.severity], ['good', 'note'])

  const served = await startTestServer({ directory, flags })
  await served.createKey()
  await served.stop()
  const whole = await look(flags, 86_400_000)
  assert.deepEqual([whole.sink?.severity, whole.sink?.found], ['good', 'has everything'])
  assert.equal(receiver.messages.filter((message) => message === '').length, 0)

  const again = await startTestServer({ directory })
  await again.createKey()
  await again.stop()
  assert.equal(
    (await look(flags)).sink?.severity,
    'good',
    'what was written just now may be under way',
  )
  const behind = await look(flags, 7_200_000)
  assert.equal(behind.sink?.severity, 'problem')
  assert.match(behind.sink?.found ?? '', /^[\d.]+ (bytes|KiB) behind, 2 hours$/)
  assert.equal((await look(bestEffort(flags), 7_200_000)).sink?.severity, 'warning')

  const mute = await startReceiver({ neverCloses: true })
  assert.equal((await look(tcpFlags(mute.port))).receiver?.severity, 'warning')
  await mute.close()
  await receiver.close()
  const gone = await look(flags)
  assert.equal(gone.receiver?.severity, 'problem')
  assert.match(gone.receiver?.found ?? '', /ECONNREFUSED/)
  assert.match(gone.receiver?.means ?? '', /calls are refused/)
  assert.equal((await look(bestEffort(flags))).receiver?.severity, 'warning')
  const udp = bestEffort(flags).map((flag) => flag.replace('syslog+tcp', 'syslog+udp'))
  assert.equal((await look(udp)).receiver?.severity, 'note')

  const file = readdirSync(join(directory, 'audit')).find((name) => name.startsWith('audit-')) ?? ''
  writeFileSync(join(directory, 'audit', 'sink-syslog'), `${file.slice(6, 22)} 9 0\n`)
  assert.match((await look(flags)).sink?.found ?? '', /^file 9 of chain [0-9a-f]{16} is gone/)
  writeFileSync(join(directory, 'audit', 'sink-syslog'), 'nonsense\n')
  assert.equal((await look(flags)).sink?.severity, 'problem')
})
