import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, runSoak, soak } from './soak.ts'
import { slopePerHour } from './soak-figures.ts'

const missing = soak.missing() ?? false

// Latencies of so few seconds on a machine that does other work are not judged: see below.
test('seconds of steady load: no call fails, all is counted', { skip: missing }, async () => {
  const options = { seconds: 12, measureSeconds: 2, workers: 1 }
  const { broken, lines } = await runSoak(options, () => undefined)
  assert.deepEqual(
    broken.filter((line) => !line.startsWith('p99')),
    [],
  )
  assert.equal(lines.length, 28)
  assert.match(lines[1] ?? '', /^([1-9]\d*) rotations, \1 of them told/)
})

const HOUR = 3600
const windowsOf = (figure: (at: number) => object) =>
  Array.from({ length: 24 }, (_, at) => ({
    p50Ms: 1,
    p99Ms: 5,
    perSecond: 100,
    rssMib: 100,
    openFiles: 40,
    cpuShare: 0.5,
    loopP99Ms: 12,
    ...figure(at),
  }))
const memoryOf = (mibPerHour: number) =>
  Array.from({ length: 100 }, (_, at) => ({
    atHours: at / 50,
    value: 100 + (mibPerHour * at) / 50 + (at % 7 === 0 ? 30 : at % 3),
  }))

test('what grows is found, what swings is not', () => {
  assert.deepEqual(
    judge(
      windowsOf(() => ({})),
      memoryOf(0),
      2 * HOUR,
    ),
    [],
  )
  assert.match(
    judge(
      windowsOf(() => ({})),
      memoryOf(2),
      2 * HOUR,
    )[0] ?? '',
    /^memory grows by [12]\./,
  )
  assert.match(
    judge(
      windowsOf((at) => ({ p99Ms: 5 + 3 * at })),
      memoryOf(0),
      HOUR,
    )[0] ?? '',
    /^p99/,
  )
  assert.match(
    judge(
      windowsOf((at) => ({ openFiles: 40 + at })),
      memoryOf(0),
      HOUR,
    )[0] ?? '',
    /^open files/,
  )
  assert.match(
    judge(
      windowsOf(() => ({ loopP99Ms: 60 })),
      memoryOf(0),
      HOUR,
    )[0] ?? '',
    /^p99 of the event loop is 60.0 ms late/,
  )
})

test('the slope of a line is its slope', () => {
  const line = [0, 1, 2, 5].map((atHours) => ({ atHours, value: 3 * atHours + 1 }))
  assert.equal(slopePerHour(line), 3)
})
