import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startTestServer } from '../server.ts'
import { runKeyturn } from './run-keyturn.ts'

const HAN = /\p{Script=Han}/u
/** As in chinese.test.ts: what names and placeholders in Chinese text never look like. */
const ENGLISH_SENTENCE = /\b[a-z]+ (?:[a-z]+ ){2,}[a-z]+\b/

describe('reports in Chinese', () => {
  let folder: string
  let data: string
  let backup: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-reports-'))
    data = join(folder, 'data')
    backup = join(folder, 'store.backup')
    const server = await startTestServer({ directory: data })
    await server.createKey()
    await server.stop()
  })
  after(() => rmSync(folder, { recursive: true }))

  const say = (...line: readonly string[]) =>
    runKeyturn(line, { LANG: 'zh_CN.UTF-8' }, { isWatched: true })
  const chinese = (text: string) => {
    assert.match(text, HAN)
    assert.doesNotMatch(text, ENGLISH_SENTENCE)
  }

  test('a backup that is made, verified, refused and restored', async () => {
    const made = await say('backup', 'create', '--to', backup, '--data', data)
    assert.equal(made.code, 0, made.err)
    assert.match(
      made.out,
      /^已备份截至 .+ 的 SQLite 存储（\d+ 个密钥，\d+ 行）：.+，用时 .+ 秒。\n/,
    )
    const [, key = ''] = /根密钥 ([0-9a-f]{16}) 不在备份中/.exec(made.out) ?? []
    chinese(made.out)
    const good = await say('backup', 'verify', backup, '--data', data)
    assert.equal(good.code, 0, good.err)
    assert.ok(
      good.out.startsWith('备份完好：') && good.out.includes(`由根密钥 ${key} 保护`),
      good.out,
    )
    chinese(good.out)
    const refused = await say('backup', 'restore', backup, '--data', data)
    assert.equal(refused.code, 1)
    assert.match(refused.err, /^keyturn: .*keyturn\.sqlite 处已有存储：--replace 用备份取代它$/)
    const restored = await say('backup', 'restore', backup, '--data', data, '--replace')
    assert.equal(restored.code, 0, restored.err)
    assert.match(restored.out, /^已恢复截至 .+，其中每条记录都能打开。\n原有的存储现在位于 .+：/)
    chinese(restored.out)
  })

  test('a backup that is no backup, was cut, or changed', async () => {
    const bytes = readFileSync(backup)
    const spoilt = join(folder, 'spoilt')
    const middle = Math.floor(bytes.length / 2)
    const changed = Buffer.from(bytes)
    changed[middle] = (changed[middle] ?? 0) ^ 1
    const head = Buffer.from(bytes)
    head[20] = (head[20] ?? 0) ^ 1
    for (const [content, said] of [
      [Buffer.from('no backup'), '这不是 keyturn 所做的备份'],
      [bytes.subarray(0, bytes.length - 1), '备份已被截断，或其后添加了字节'],
      [Buffer.concat([bytes, Buffer.from('x')]), '备份已被截断，或其后添加了字节'],
      [Buffer.concat([bytes.subarray(0, middle), bytes.subarray(middle + 9)]), '备份原有 '],
      [head, '备份的头部已被改动或截断'],
      [changed, '备份已被改动：第 '],
    ] as const) {
      writeFileSync(spoilt, content)
      const { code, err } = await say('backup', 'verify', spoilt, '--data', data)
      assert.equal(code, 1, err)
      assert.ok(err.startsWith(`keyturn: ${said}`), err)
      chinese(err)
    }
  })

  test('an audit log that is whole, and one that is not', async () => {
    const whole = await say('audit', 'verify', '--data', data)
    assert.equal(whole.code, 0, whole.out)
    assert.match(
      whole.out,
      /^审计日志完整：\d+ 条记录.*，\d+ 组，\d+ 个文件，\d+ 个检查点.*；MAC 已校验。$/,
    )
    rmSync(join(data, 'audit'), { recursive: true })
    const gone = await say('audit', 'verify', '--data', data)
    assert.equal(gone.code, 1)
    assert.match(gone.out, /^审计日志不完整：/)
  })

  test('why keys do not rotate', async () => {
    const { code, out, err } = await say('rehearse', '--data', data, '--output', 'json')
    assert.equal(code, 0, err)
    const { not_rotating: reasons } = JSON.parse(out)
    const off = reasons.find(({ reason }: { readonly reason: string }) => reason === 'off')
    assert.equal(off?.meaning, '自动轮换已关闭')
  })

  test('settings that will not do, each with what it names', async () => {
    const peers = join(folder, 'peers.toml')
    const tokens = join(folder, 'tokens.toml')
    writeFileSync(join(folder, 'secret'), 'short')
    const peer = (region: string, endpoint: string) =>
      `[[peer]]\nregion = "${region}"\nendpoint = "${endpoint}"\naccess-key = "A"\n` +
      'secret-key-file = "secret"\nshared-secret-file = "secret"\n'
    const serve = (...flags: readonly string[]) => say('serve', '--data', data, ...flags)
    const withFile = (file: string, content: string, flag: string) => {
      writeFileSync(file, content)
      return serve(flag, file)
    }
    const twice =
      '[[token]]\ncluster-id = "c"\nmodule = "/m"\ntoken-label = "t"\npin-file = "secret"\n'
    for (const [ask, said] of [
      [() => serve('--peers', '/nowhere'), '无法读取 /nowhere'],
      [() => withFile(peers, 'x = 1\n', '--peers'), `${peers} 只能包含 [[peer]] 条目`],
      [() => withFile(peers, '[[peer]]\nx = 1\n', '--peers'), `${peers}：没有设置 x`],
      [() => withFile(peers, '[[peer]]\n', '--peers'), `${peers}：每个 [[peer]] 都要有文本 region`],
      [() => withFile(peers, peer('!', 'http://a'), '--peers'), `${peers}：区域 ! 无效`],
      [
        () => withFile(peers, peer('b', 'nonsense'), '--peers'),
        `${peers}：endpoint nonsense 不是 URL`,
      ],
      [
        () => withFile(peers, peer('b', 'http://a'), '--peers'),
        `${peers}：共享密钥至少要有 32 字节`,
      ],
      [() => withFile(tokens, twice + twice, '--tokens'), `${tokens}：c 重复`],
      [() => serve('--store', 'mysql://h/k'), '--store 必须是 URL，如 postgres://'],
      [() => serve('--store', 'postgres://h/k?x=1'), '--store 的参数只能是 host 和 sslmode'],
      [() => serve('--store', 'postgres://h/k?sslmode=x'), '--store 的 sslmode 只能是 disable、'],
      [() => serve('--store-ca', '/ca'), '--store-password-file 和 --store-ca 只能与 --store 同用'],
      [
        () => serve('--otlp-endpoint', 'h:4318'),
        '--otlp-endpoint 必须是以 http:// 或 https:// 开头的 URL',
      ],
      [() => serve('--otlp-endpoint', 'http://u:p@h'), '--otlp-endpoint 的 URL 不能带用户名和密码'],
      [() => serve('--clock', 'mine'), '--clock 只能是 system、virtual 或 virtual:TIME'],
      [() => serve('--nonsense'), '没有选项 --nonsense'],
      [() => serve('extra'), '参数过多'],
    ] as const) {
      const { code, err } = await ask()
      assert.equal(code, 2, err)
      const [line = ''] = err.split('\n')
      assert.ok(line.startsWith(`keyturn: ${said}`), err)
      chinese(line)
    }
  })
})
