import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leakConsole, withoutBrowser } from './leak-console.ts'

test('nothing secret is left in a browser that signed out of the console', {
  skip: withoutBrowser,
}, async () => {
  const { broken } = await leakConsole()
  assert.deepEqual(broken, [])
})

test('what a browser keeps of a secret is found, in the page, its stores and its profile', {
  skip: withoutBrowser,
}, async () => {
  const { broken } = await leakConsole((page, marks) => {
    const values = Object.fromEntries(marks.map(({ what, value }) => [what, value]))
    return page.evaluate(async (of) => {
      localStorage.setItem('kept', of['password'] ?? '')
      history.replaceState({ kept: of['secret key'] }, '')
      document.body.dataset['kept'] = of['token'] ?? ''
      await new Promise((resolve) => {
        const asked = indexedDB.open('kept', 1)
        asked.onupgradeneeded = () =>
          asked.result.createObjectStore('kept', { autoIncrement: true })
        asked.onsuccess = () => {
          const change = asked.result.transaction('kept', 'readwrite')
          change.objectStore('kept').add(of['material typed'])
          change.oncomplete = resolve
        }
      })
    }, values)
  })
  const all = broken.join('\n')
  assert.match(all, /^password in localStorage of the console/m)
  assert.match(all, /^secret key in history of the console/m)
  assert.match(all, /^token in page of the console/m)
  assert.match(all, /^material typed in IndexedDB of the console/m)
  assert.match(all, /^(password|material typed|secret key) in profile: /m)
})
