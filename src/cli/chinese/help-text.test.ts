import assert from 'node:assert/strict'
import { test } from 'node:test'
import { displayWidth } from '../output/display-width.ts'
import { fill, HELP_COLUMNS, helpText } from './help-text.ts'

const BODY = '密钥可以轮换，以前加密的文件仍可解密（见 docs/file-format.zh.md）。'.repeat(9)

test('a text is laid on lines of at most 100 columns, and nothing is lost', () => {
  for (let indent = 0; indent < 40; indent++) {
    const margin = ' '.repeat(indent)
    const lines = fill(BODY, margin).split('\n')
    for (const line of lines) {
      assert.ok(displayWidth(line) <= HELP_COLUMNS, line)
      assert.doesNotMatch(line, /^ *[，。；：、）》]|[（《]$/, line)
      assert.ok(line.startsWith(margin), line)
    }
    assert.equal(lines.join('').replaceAll(' ', ''), BODY.replaceAll(' ', ''))
  }
})

test('a Latin word is never cut, however long it is', () => {
  const url = `https://kms.example/${'a'.repeat(120)}`
  assert.equal(fill(`询问 ${url} 的健康状况`, '  '), `  询问\n  ${url}\n  的健康状况`)
})

test('a help is its usage, its paragraphs, its flags and lines that stand as they are', () => {
  assert.equal(
    helpText('key rotate', '轮换密钥。', { '--key KEY': '密钥', '--force': '强制' }, '  a   b'),
    [
      '用法：keyturn key rotate',
      '',
      '轮换密钥。',
      '',
      '  --key KEY\n        密钥',
      '  --force\n        强制',
      '',
      '  a   b',
    ].join('\n'),
  )
})
