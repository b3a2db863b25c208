import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Script } from 'node:vm'
import { decodeRequest } from '../contract/decode-request.ts'
import { jsonSchemaOf } from '../contract/json-schema.ts'
import { openApiDocument } from '../contract/openapi.ts'
import type { OpenApiDocument } from '../contract/openapi-document.ts'
import type { OperationRow } from '../contract/operation.ts'
import { OPERATIONS } from '../contract/operations/index.ts'
import { SUBJECTS } from '../contract/subjects.ts'
import { exampleOf } from './examples.ts'
import { escapeHtml, html } from './html.ts'
import { REFERENCE_PATHS, referencePage } from './page.ts'
import { REFERENCE_SCRIPT } from './script.ts'
import { REFERENCE_STYLE } from './style.ts'
import { SUMMARIES_ZH } from './summaries-zh.ts'

const document = openApiDocument({ version: '1.2.3' })
const rows: readonly OperationRow[] = SUBJECTS.flatMap((subject) => Object.values(subject.rows))

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '')
}

for (const language of ['en', 'zh'] as const) {
  describe(`the reference in ${language}`, () => {
    const page = referencePage(document, language)

    test('has every operation once, in the page and in its contents', () => {
      const ids = matches(page, /<article id="(\w+)"/g)
      assert.deepEqual([...ids].sort(), Object.keys(OPERATIONS).sort())
      assert.deepEqual([...matches(page, /<li data-for="(\w+)"/g)], ids)
    })

    test('names are unique, and links within it lead somewhere', () => {
      const ids = matches(page, / id="([^"]+)"/g)
      assert.equal(new Set(ids).size, ids.length)
      for (const target of matches(page, /href="#([^"]+)"/g))
        assert.ok(ids.includes(target), target)
      for (const target of matches(page, / for="([^"]+)"/g)) assert.ok(ids.includes(target), target)
    })

    test('keeps to its content policy: no style, script or handler within', () => {
      assert.doesNotMatch(page, /<style|\sstyle=|\son\w+="|javascript:/i)
      const scripts = [...page.matchAll(/<script[^>]*>(.*?)<\/script>/gs)]
      assert.deepEqual(
        scripts.map(([, within]) => within),
        [''],
      )
      for (const url of matches(page, /(?:src|href)="([^"#]+)"/g)) {
        assert.match(url, /^(\/docs|\/openapi\.json|data:image\/svg\+xml,)/)
      }
    })

    test('every tag that opens is closed', () => {
      const open: string[] = []
      const empty = /^(meta|link|input|wbr|path|circle|!doctype)$/i
      for (const [, end, name = ''] of page.matchAll(
        /<(\/?)(!?[a-z][a-z0-9]*)(?:"[^"]*"|[^>"])*>/gi,
      )) {
        if (empty.test(name)) continue
        if (end === '') open.push(name)
        else assert.equal(open.pop(), name)
      }
      assert.deepEqual(open, [])
    })

    test('tells permission, path, limits, codes, sentences of both languages, an example', () => {
      const at = page.indexOf('<article id="DeleteKey"')
      const section = page.slice(at, page.indexOf('</article>', at))
      for (const wanted of [
        'kms:cmk:update',
        'schedule-key-deletion',
        'pending_days',
        'KMS.1401',
        'The deletion must wait 7 to 1096 days.',
        '计划删除时间必须为 7 到 1096 天。',
        'X-Auth-Token: $TOKEN',
        '&quot;pending_days&quot;: &quot;7&quot;',
      ]) {
        assert.ok(section.includes(wanted), wanted)
      }
      assert.match(page, new RegExp(`<html lang="${language}`))
    })
  })
}

describe('the page', () => {
  test('escapes whatever the document says', () => {
    const evil = '"><script>alert(1)</script>\'&'
    const path = `/${evil}`
    const described = document.paths['/v3']?.get
    assert.ok(described)
    const bad: OpenApiDocument = {
      ...document,
      info: { ...document.info, version: evil },
      servers: [{ url: evil }],
      tags: document.tags.map((tag) => ({ ...tag, 'x-title': { en: evil, zh: evil } })),
      paths: {
        [path]: {
          get: {
            ...described,
            summary: evil,
            'x-source': evil,
            parameters: [
              {
                name: evil,
                in: 'query',
                required: false,
                schema: { type: evil, enum: [evil], description: evil, pattern: evil },
              },
            ],
          },
        },
      },
    }
    for (const language of ['en', 'zh'] as const) {
      const page = referencePage(bad, language)
      assert.ok(page.includes(escapeHtml(evil)))
      assert.doesNotMatch(page, /<script>|alert\(1\)<\/script>/)
    }
  })

  test('its links have the prefix below which a proxy serves it', () => {
    const behind = openApiDocument({ version: '1', serverUrl: 'https://kms.example/keys/' })
    const page = referencePage(behind, 'en')
    assert.ok(page.includes(`href="/keys${REFERENCE_PATHS.style}"`))
    assert.ok(page.includes(`src="/keys${REFERENCE_PATHS.script}"`))
  })

  test('of a server without the identity API does not lead there', () => {
    const kms = openApiDocument({ version: '1', apis: ['kms', 'keyturn'] })
    const page = referencePage(kms, 'en')
    assert.doesNotMatch(page, /CreateToken/)
  })

  test('the script is one, the style sheet has no end missing and loads nothing', () => {
    assert.ok(new Script(REFERENCE_SCRIPT))
    assert.doesNotMatch(REFERENCE_SCRIPT, /innerHTML|insertAdjacent|document\.write|eval|fetch\(/)
    const count = (mark: string) => REFERENCE_STYLE.split(mark).length
    assert.equal(count('{'), count('}'))
    assert.doesNotMatch(REFERENCE_STYLE, /url\(|@import|</)
  })

  test('Chinese summaries are of operations that there are', () => {
    const ids = rows.map(({ id }) => id)
    assert.deepEqual(Object.keys(SUMMARIES_ZH).sort(), [...ids].sort())
  })
})

describe('examples', () => {
  test('every body of a request is one that its operation reads', () => {
    for (const row of rows) {
      if (Object.keys(row.request).length === 0) continue
      const example = exampleOf('', jsonSchemaOf(row.request, 'bare'), 'required')
      const body = JSON.stringify(example)
      const alone: OperationRow = { ...row, pathFields: {}, query: {}, requestHeaders: {} }
      const raw = { pathParameters: {}, query: '', headers: {}, body }
      assert.ok(decodeRequest(alone, raw), `${row.id} ${body}`)
    }
  })

  test('every example of a reply is of its schema', () => {
    for (const row of rows) {
      const example = exampleOf('', jsonSchemaOf(row.response, 'bare'), 'all')
      for (const [name, field] of Object.entries(row.response)) {
        const value = (example as Readonly<Record<string, unknown>>)[name]
        assert.notEqual(
          field.decode(value),
          undefined,
          `${row.id} ${name} ${JSON.stringify(value)}`,
        )
      }
    }
  })

  test('of shapes that no operation has yet', () => {
    assert.equal(exampleOf('x', { type: 'integer', minimum: 7, maximum: 9 }, 'all'), 7)
    assert.equal(exampleOf('x', { const: 'only' }, 'all'), 'only')
    assert.equal(exampleOf('x', { type: 'string', minLength: 30 }, 'all')?.toString().length, 36)
    assert.deepEqual(exampleOf('x', { type: 'object' }, 'all'), { name: 'value' })
    assert.equal(exampleOf('x', {}, 'all'), 'text')
  })
})

test('markup: text is escaped, markup is not, nothing is nothing', () => {
  const inner = html`<b>${'<&>'}</b>`
  assert.equal(
    html`${inner}${[inner, ' "\'']}${undefined}${7}`.markup,
    '<b>&lt;&amp;&gt;</b><b>&lt;&amp;&gt;</b> &quot;&#39;7',
  )
})
