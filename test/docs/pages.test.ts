import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { joinsWithoutSpace } from '../../docs/.vitepress/links.ts'
import { SECTIONS } from '../../docs/.vitepress/pages.ts'
import { run } from '../../src/cli/run.ts'

process.chdir(new URL('../..', import.meta.url).pathname)
const PAGES = globSync('docs/**/*.md', { exclude: ['docs/node_modules/**'] }).sort()
const OTHERS = globSync(['*.md', 'bench/*.md'])
const read = (file: string): string => readFileSync(file, 'utf8')
const isRecord = (file: string): boolean => file.startsWith('docs/adr/')

/** The text of a page without its blocks and spans of code. */
function prose(file: string): string {
  return read(file)
    .replace(/^ *```[\s\S]*?^ *```$/gm, '')
    .replace(/`[^`\n]*`/g, '')
}

/** The anchors of a page, as both the site and the repository's host make them from plain headings. */
function anchorsOf(file: string): readonly string[] {
  const text = read(file).replace(/^ *```[\s\S]*?^ *```$/gm, '')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .trim()
      .replace(/ +/g, '-'),
  )
}

test('every relative link leads to a file, and to a heading that is there', () => {
  const dead: string[] = []
  for (const file of [...PAGES, ...OTHERS]) {
    const links = [
      ...prose(file).matchAll(
        /\]\(([^)\s]+)(?: "[^"]*")?\)|<(?:img|a|source)[^>]* (?:src|href|srcset)="([^"]+)"/g,
      ),
    ]
    for (const [, inline, html] of links) {
      const link = inline ?? html ?? ''
      if (/^([a-z]+:|\/)/i.test(link)) continue
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path)))
      if (!existsSync(target)) dead.push(`${file}: ${link}`)
      else if (anchor !== undefined && !anchorsOf(target).includes(anchor))
        dead.push(`${file}: ${link}, no such heading`)
    }
  }
  assert.deepEqual(dead, [])
})

test('the links of the two front pages lead to pages', () => {
  for (const file of ['docs/index.md', 'docs/index.zh.md']) {
    const links = [...read(file).matchAll(/link: (\S+?)[ ,}]|link: (\S+)$/gm)]
    assert.ok(links.length >= 7)
    for (const [, inside, last] of links) {
      const link = inside ?? last ?? ''
      assert.equal(link.startsWith('/zh/'), file.endsWith('.zh.md'), link)
      const page = link.replace(/^\/(zh\/)?/, '')
      const target = `docs/${page}${link.startsWith('/zh/') ? '.zh' : ''}.md`
      assert.ok(existsSync(target), `${file}: ${link}`)
    }
  }
})

test('every page is in both languages, and says as much in each', () => {
  for (const file of PAGES.filter((page) => !isRecord(page))) {
    const isChinese = file.endsWith('.zh.md')
    const twin = isChinese ? file.replace('.zh.md', '.md') : file.replace('.md', '.zh.md')
    assert.ok(existsSync(twin), `${file} lacks ${twin}`)
    if (isChinese) assert.match(prose(file), /\p{Script=Han}/u)
    const shape = (page: string) =>
      [...read(page).matchAll(/^ *(##+ |```\w)/gm)].map(([, mark = '']) => mark.trim())
    assert.deepEqual(shape(file), shape(twin), `${file} is built otherwise than ${twin}`)
  }
})

test('pages link within their language, where there is a choice', () => {
  const strays: string[] = []
  for (const file of PAGES.filter((page) => page.endsWith('.zh.md'))) {
    for (const [, link = ''] of prose(file).matchAll(/\]\(([^)\s#]+\.md)/g)) {
      const target = normalize(join(dirname(file), link))
      const isItsOwnTwin = target === file.replace('.zh.md', '.md')
      if (target.startsWith('docs/') && !isRecord(target) && !target.endsWith('.zh.md')) {
        if (!isItsOwnTwin) strays.push(`${file}: ${link}`)
      }
    }
  }
  assert.deepEqual(strays, [])
})

test('every page has its place in the menu, and every place its page', () => {
  const places = SECTIONS.flatMap(({ pages }) => pages.map(([file]) => `docs/${file}.md`))
  assert.equal(new Set(places).size, places.length)
  const pages = PAGES.filter(
    (file) => !isRecord(file) && !file.endsWith('.zh.md') && file !== 'docs/index.md',
  )
  assert.deepEqual(places.sort(), pages)
})

test('the front pages of the repository lead to every page', () => {
  for (const [front, ending] of [
    ['README.md', '.md'],
    ['README.zh-CN.md', '.zh.md'],
  ] as const) {
    const missing = SECTIONS.flatMap(({ pages }) =>
      pages.map(([file]) => `docs/${file}${ending}`),
    ).filter((page) => !read(front).includes(`(${page})`))
    assert.deepEqual(missing, [], front)
  }
})

test('every room is in the table of rooms', () => {
  const rooms = globSync('src/*').map((folder) => `| \`${folder.slice(4)}/\` |`)
  const missing = rooms.filter((room) => !read('CONTRIBUTING.md').includes(room))
  assert.deepEqual(missing, [])
})

/** The calls of our own command in the blocks of a shell: words, and flags. */
function callsIn(file: string): readonly { words: readonly string[]; flags: readonly string[] }[] {
  const blocks = [...read(file).matchAll(/^( *)```sh\n([\s\S]*?)^\1```$/gm)]
  const lines = blocks.flatMap(([, , block = '']) => block.replace(/\\\n\s*/g, '').split('\n'))
  return lines.flatMap((line) => {
    const [, call] =
      /(?:^|[|(;] *)(?:npm run (?:-s )?keyturn --|keyturn) ([^|;>#)]*)/.exec(line.trim()) ?? []
    if (call === undefined) return []
    const parts = call.match(/'[^']*'|"[^"]*"|\S+/g) ?? []
    const firstFlag = parts.findIndex((part) => part.startsWith('-'))
    const words = firstFlag === -1 ? parts : parts.slice(0, firstFlag)
    const flags = parts
      .filter((part) => part.startsWith('--'))
      .map((part) => part.split('=')[0] ?? '')
    return [{ words, flags }]
  })
}

test('every script that a page names runs in a fresh clone, whatever Node.js called npm', () => {
  const { scripts } = JSON.parse(read('package.json'))
  const named = [...PAGES, ...OTHERS].flatMap((file) =>
    [...read(file).matchAll(/npm run (?:-s )?([\w:]+)|npm (start|test)\b/g)].map(
      ([, script, short]) => script ?? short ?? '',
    ),
  )
  // These are for who has started the server once.
  const later = ['keyturn', 'build:console']
  for (const name of new Set(named.filter((script) => !later.includes(script)))) {
    assert.match(scripts[`pre${name}`] ?? '', /^node scripts\/install-missing\.mjs/, name)
  }
  // A shell remembers where `node` was before the install.
  for (const [name, script] of Object.entries<string>(scripts)) {
    assert.doesNotMatch(script, /install-missing.*node \S+\.ts/, name)
  }
})

test('every command that a page shows is one, with flags that it has', async () => {
  let count = 0
  for (const file of [...PAGES, ...OTHERS]) {
    for (const { words, flags } of callsIn(file)) {
      count++
      let out = ''
      const print = (text: string): void => {
        out += `${text}\n`
      }
      const code = await run([...words, '--help'], {
        environment: {},
        print,
        printError: print,
        rewriteLine: undefined,
      })
      assert.equal(code, 0, `${file}: keyturn ${words.join(' ')}: ${out}`)
      for (const flag of flags) {
        assert.ok(
          out.includes(flag) || flag === '--help',
          `${file}: keyturn ${words.join(' ')} ${flag}`,
        )
      }
    }
  }
  assert.ok(count > 20, `only ${count} calls were found`)
})

test('lines of Chinese run on without a space', () => {
  const joined = (before: string, after: string) => joinsWithoutSpace(before, after)
  assert.ok(joined('可以看出还有多少', '内容在用旧版本打开'))
  assert.ok(joined('由什么触发、', '从哪个版本'))
  assert.ok(joined('PostgreSQL。', 'Node.js'))
  assert.ok(joined('在一秒之内', '（'))
  assert.ok(!joined('运行所需的', 'Node.js 26'))
  assert.ok(!joined('rotates by', 'itself'))
})
