// Runs all tests, or those of the files and folders named, and ends with a line of counts.
// npm test [-- PATH …]
import { globSync, readdirSync, statSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

const asked = process.argv.slice(2)
const places = asked.length === 0 ? ['src', 'test'] : asked
const files = places
  .flatMap((place) => (statSync(place).isDirectory() ? globSync(`${place}/**/*.test.ts`) : [place]))
  .sort()

const vectors = process.env['KEYTURN_VECTORS']
if (vectors === undefined || vectors === '') {
  console.log(
    'Left out: tests of published vectors. Get C2SP/wycheproof (testvectors_v1) and name the folder ' +
      'that holds it as wycheproof/ in KEYTURN_VECTORS.',
  )
} else if (readdirSync(vectors).length === 0) {
  console.error(`KEYTURN_VECTORS names an empty folder, ${vectors}`)
  process.exit(1)
}

// What is printed is compared: in English, whatever whoever runs this speaks.
process.env['LC_ALL'] = 'C.UTF-8'
delete process.env['KEYTURN_LANGUAGE']

let passed = 0
let failed = 0
let skipped = 0
const stream = run({
  files: files.map((file) => `${process.cwd()}/${file}`),
  concurrency: 2,
  timeout: 300_000,
})
stream.on('test:pass', (event) => {
  if (event.details.type === 'suite') return
  if (event.skip === undefined) passed++
  else skipped++
})
stream.on('test:fail', (event) => {
  if (event.details.type !== 'suite') failed++
  process.exitCode = 1
})
stream.compose(spec).pipe(process.stdout)
stream.on('end', () => {
  setImmediate(() => console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`))
})
