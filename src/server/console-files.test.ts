import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { consoleFiles } from './console-files.ts'

test('reads what was built, once it was built, and nothing else', () => {
  const place = mkdtempSync(join(tmpdir(), 'keyturn-console-'))
  try {
    const folder = join(place, 'console')
    const load = consoleFiles('/kms', folder)
    assert.equal(load(), undefined)
    mkdirSync(join(folder, 'assets'), { recursive: true })
    assert.equal(load(), undefined)
    writeFileSync(join(place, 'secret.js'), 'secret')
    symlinkSync(join(place, 'secret.js'), join(folder, 'assets', 'link.js'))
    writeFileSync(join(folder, 'assets', 'main-abc.js'), 'script')
    writeFileSync(join(folder, 'assets', 'main-abc.js.br'), 'smaller')
    writeFileSync(join(folder, 'built.bin'), 'of no type that is served')
    writeFileSync(
      join(folder, 'index.html'),
      '<script type="module" src="./assets/main-abc.js"></script><link href="./icon.svg"><a href="x./y"><img src="/console/icon.svg">',
    )

    const built = load()
    assert.ok(built)
    assert.equal(
      String(built.page.bodies.identity),
      '<script type="module" src="/kms/console/assets/main-abc.js"></script><link href="/kms/console/icon.svg"><a href="x./y"><img src="/kms/console/icon.svg">',
    )
    assert.deepEqual([...built.files.keys()], ['/console/assets/main-abc.js'])
    const script = built.files.get('/console/assets/main-abc.js')
    assert.equal(script?.contentType, 'text/javascript; charset=utf-8')
    assert.equal(String(script?.bodies.br), 'smaller')
    assert.equal(script?.bodies.gzip, undefined)

    rmSync(folder, { recursive: true })
    assert.equal(load(), built) // open pages still find their files
  } finally {
    rmSync(place, { recursive: true })
  }
})
