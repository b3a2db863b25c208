// npm run build:console: builds the console into dist/console, with a compressed copy of each file that
// is smaller for it, and writes down what it was built from. Whoever serves or builds meanwhile sees the
// whole old console or the whole new one.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { BUILT, digestOf, MARK, ROOT } from './console-mark.mjs'

const SOURCE = 'src/console'
/** What decides about the build and is no part of it. */
const CONFIGURATION = ['vite.config.ts', 'package-lock.json', 'scripts/build-console.ts']
/** Files that do not get smaller: they are compressed as they are. */
const COMPRESSED = ['.png', '.woff2', '.jpg', '.webp']
/** Below this a reply is one packet, compressed or not. */
const MIN_BYTES = 1024

const startedAtMs = performance.now()
const fresh = `${BUILT}-${process.pid}`
const former = `${fresh}-former`
try {
  const sources = await buildInto(fresh)
  const sizes = await compress(fresh)
  const digests = Object.fromEntries(sources.map((path) => [path, digestOf(path)]))
  await rm(MARK, { force: true })
  await rename(BUILT, former).catch(() => undefined)
  await rename(fresh, BUILT)
  await writeFile(MARK, `${JSON.stringify(digests, undefined, 1)}\n`)
  const tookMs = Math.round(performance.now() - startedAtMs)
  console.error(`Console built in ${tookMs} ms: ${sizes}`)
} finally {
  await rm(fresh, { recursive: true, force: true })
  await rm(former, { recursive: true, force: true })
}

/** Builds into a folder; answers the files of ours that went in. */
async function buildInto(outDir: string): Promise<readonly string[]> {
  await mkdir(outDir, { recursive: true })
  const modules = new Set<string>()
  await build({
    root: join(ROOT, SOURCE),
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, rolldownOptions: { checks: { pluginTimings: false } } },
    plugins: [
      {
        name: 'keyturn-sources',
        generateBundle(this: Rolldown.PluginContext) {
          for (const id of this.getModuleIds()) modules.add(id.split('?')[0] ?? id)
        },
      },
    ],
  })
  const own = [...modules]
    .filter((id) => id.startsWith(ROOT) && !id.includes('/node_modules/'))
    .map((id) => relative(ROOT, id))
  const copied = (await readdir(join(ROOT, SOURCE, 'public'), { recursive: true })).map((name) =>
    join(SOURCE, 'public', name),
  )
  return [...new Set([...own, ...copied, `${SOURCE}/index.html`, ...CONFIGURATION])]
    .filter((path) => extname(path) !== '')
    .sort()
}

/** Puts a compressed copy beside each file; says how much there is to load. */
async function compress(folder: string): Promise<string> {
  let bytes = 0
  let compressedBytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const place = join(entry.parentPath, entry.name)
    if (!entry.isFile() || entry.name === 'index.html') continue
    const content = await readFile(place)
    bytes += content.length
    if (COMPRESSED.includes(extname(entry.name)) || content.length < MIN_BYTES) continue
    const br = brotliCompressSync(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    })
    compressedBytes += br.length
    await writeFile(`${place}.br`, br)
    await writeFile(`${place}.gz`, gzipSync(content, { level: 9 }))
  }
  const kib = (count: number) => `${(count / 1024).toFixed(1)} KiB`
  return `${kib(bytes)}, ${kib(compressedBytes)} compressed`
}
