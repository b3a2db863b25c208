import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { TERMINAL_WORDS_ZH } from '../../src/cli/chinese/terminal-words.ts'
import { displayWidth } from '../../src/cli/output/display-width.ts'
import { toTable } from '../../src/cli/output/table.ts'
import { toYaml } from '../../src/cli/output/yaml.ts'

describe('YAML', () => {
  test('reads as what was written, whatever that is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const version of ['1.1', '1.2'] as const) {
          assert.deepEqual(parse(toYaml(value), { version }), JSON.parse(JSON.stringify(value)))
        }
      }),
      { numRuns: 500 },
    )
  })

  test('is what people expect to see', () => {
    const value = {
      keys: [{ key_id: '0d0466b0', on: true, tags: [{ key: 'team', value: 'blue' }], none: [] }],
      total: 1,
      words: ['yes', 'a b', '1', '', 'plain', '2026-01-31', '~'],
    }
    assert.equal(
      toYaml(value),
      [
        'keys:',
        '  - key_id: "0d0466b0"',
        '    "on": true',
        '    tags:',
        '      - key: team',
        '        value: blue',
        '    none: []',
        'total: 1',
        'words:',
        '  - "yes"',
        '  - "a b"',
        '  - "1"',
        '  - ""',
        '  - plain',
        '  - "2026-01-31"',
        '  - "~"',
      ].join('\n'),
    )
  })
})

describe('a table', () => {
  test('shows a list under heads, and what else there is below', () => {
    const reply = {
      keys: ['a', 'b'],
      key_details: [
        { key_id: 'a', key_alias: '订单', key_state: '2', creation_date: '1795511517236' },
        { key_id: 'b', key_alias: 'x', key_state: '4', creation_date: '' },
      ],
      next_marker: '',
      total: 2,
    }
    assert.equal(
      toTable(reply),
      [
        'KEY_ID  KEY_ALIAS  KEY_STATE         CREATION_DATE',
        'a       订单       enabled           2026-11-24 08:31:57Z',
        'b       x          pending deletion',
        'total: 2',
      ]
        .join('\n')
        .replace(
          '2026-11-24 08:31:57Z',
          new Date(1795511517000).toISOString().replace('T', ' ').replace('.000Z', 'Z'),
        ),
    )
    assert.match(toTable(reply, { columns: ['key_alias'] }), /^KEY_ALIAS\n订单\nx\n/)
  })

  test('shows one thing as names with values, and lists in it as tables', () => {
    const reply = { key_info: { key_id: 'a', operations: ['x', 'y'], at: { place: 1 } } }
    assert.equal(toTable(reply), 'key_id      a\noperations  x, y\nat.place    1')
    const two = { on: true, versions: [{ version: 1 }], days: [{ day: '1795478400000', due: 2 }] }
    assert.match(toTable(two), /^on {2}true\n\nversions:\nVERSION\n1\n\ndays:\nDAY +DUE\n2026-/)
    assert.equal(toTable({}), 'done')
    assert.equal(toTable({}, { words: TERMINAL_WORDS_ZH.table }), '完成')
    const row = { key_info: { key_state: '4' } }
    assert.match(toTable(row, { words: TERMINAL_WORDS_ZH.table }), /^key_state +计划删除$/)
    assert.equal(toTable({ keys: [], key_details: [], total: 0 }), '(none)\ntotal: 0')
  })

  test('has colours only when they are wanted, and obeys nobody else', () => {
    const reply = { keys: [{ key_alias: 'a\u001b[31mred\u0007\u202e', key_state: '2' }] }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    assert.doesNotMatch(toTable(reply), /[\u0000-\u0009\u000b-\u001f\u202e]/)
    const coloured = toTable(reply, { isColourful: true })
    assert.ok(coloured.includes('\u001b[32m') && !coloured.includes('\u001b[31mred'))
  })

  test('knows how wide text is', () => {
    assert.deepEqual(
      ['', 'abc', '密钥', 'é', 'e\u0301', '🔑'].map(displayWidth),
      [0, 3, 4, 1, 1, 2],
    )
  })
})
