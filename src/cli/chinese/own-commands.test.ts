import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { COMMANDS } from '../command-list.ts'
import { HELP_WORDS_EN, type HelpWords } from '../help-words.ts'
import { displayWidth } from '../output/display-width.ts'
import { HELP_COLUMNS } from './help-text.ts'
import { HELP_WORDS_ZH } from './help-words.ts'
import { OWN_COMMANDS_ZH } from './own-commands.ts'

const OWN = COMMANDS.filter(({ operation }) => operation === undefined)

test('the commands that are no operations have a help in Chinese, and no others', () => {
  assert.deepEqual(Object.keys(OWN_COMMANDS_ZH).sort(), OWN.map(({ words }) => words).sort())
})

for (const { words, load } of OWN) {
  test(`${words}: the help in Chinese says what the English one says`, async () => {
    const english = (await load()).help()
    const chinese = (await OWN_COMMANDS_ZH[words]?.()) ?? ''
    assert.equal(usageOf(chinese), usageOf(english))
    for (const [what, pattern] of Object.entries(FACTS)) {
      assert.deepEqual(factsIn(chinese, pattern), factsIn(english, pattern), what)
    }
    assert.equal(required(chinese, HELP_WORDS_ZH), required(english, HELP_WORDS_EN))
  })

  test(`${words}: the help in Chinese is Chinese, and fits a terminal`, async () => {
    const chinese = (await OWN_COMMANDS_ZH[words]?.()) ?? ''
    assert.match(chinese, /^用法：keyturn /)
    for (const [page] of chinese.matchAll(/docs\/[\w.-]+\.md/g)) {
      assert.ok(existsSync(new URL(`../../../${page}`, import.meta.url)), page)
      assert.match(page, /\.zh\.md$/, 'the English page')
    }
    for (const line of chinese.split('\n')) {
      assert.ok(displayWidth(line) <= HELP_COLUMNS, line)
      assert.equal(line, line.trimEnd())
      assert.doesNotMatch(line, /[（《]$|^\s*[，。；：、）》]/, 'punctuation at the wrong end')
      assert.doesNotMatch(line, /p{Script=Han}[a-z0-9]|[a-z0-9]p{Script=Han}/i, 'no space')
      assert.doesNotMatch(
        line,
        /\p{Script=Han}[,;:!?()]|[.,;:!?]$/u,
        'punctuation of the wrong width',
      )
    }
    for (const [flag, meaning = ''] of chinese.matchAll(/^ {2}--.*\n(.*)$/gm)) {
      assert.match(meaning, /^ {8}\S.*\p{Script=Han}/u, flag)
    }
  })
}

/** What must be the same in both languages. */
const FACTS = {
  'flags and what they take': /^ {2}--.*$/gm,
  'flags that are spoken of': /--[a-z][a-z-]+/g,
  'placeholders and variables': /\b[A-Z][A-Z_]{2,}\b/g,
  numbers: /[0-9]+/g,
  files: /\b[a-z][\w.-]*\.(?:sqlite|key|toml|pem|md)\b/g,
  URLs: /\b(?:https?|postgres):\/\/[\w./@?=:-]*[\w/]/g,
} as const

function factsIn(text: string, pattern: RegExp): readonly string[] {
  const found = [...text.matchAll(pattern)].map(([fact]) => fact.replace('.zh.md', '.md'))
  return [...new Set(found)].sort()
}

function usageOf(help: string): string | undefined {
  return /^(?:Usage: |用法：)(.*)$/m.exec(help)?.[1]
}

function required(help: string, words: HelpWords): number {
  return help.split(words.required).length
}
