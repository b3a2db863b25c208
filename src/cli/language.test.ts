import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languageOf } from './language.ts'

test('the first variable that is set and not empty says the language', () => {
  const cases = [
    [{}, 'en'],
    [{ LANG: 'C.UTF-8' }, 'en'],
    [{ LANG: 'POSIX' }, 'en'],
    [{ LANG: 'de_DE.UTF-8' }, 'en'],
    [{ LANG: 'zha_CN' }, 'en'], // Zhuang
    [{ LANG: 'zh' }, 'zh'],
    [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ LANG: 'zh_TW' }, 'zh'],
    [{ LANG: 'zh-Hans' }, 'zh'],
    [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_US.UTF-8' }, 'en'],
    [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: '', LC_ALL: '' }, 'zh'],
    [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_CN.UTF-8' }, 'zh'],
    [{ LC_MESSAGES: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
    [{ LC_ALL: 'C', KEYTURN_LANGUAGE: 'zh' }, 'zh'],
    [{ LC_ALL: 'zh_CN.UTF-8', KEYTURN_LANGUAGE: 'en' }, 'en'],
    [{ LC_CTYPE: 'zh_CN.UTF-8', LANGUAGE: 'zh' }, 'en'],
  ] as const
  for (const [environment, language] of cases) {
    assert.equal(languageOf(environment), language, JSON.stringify(environment))
  }
})
