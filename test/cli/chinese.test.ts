import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { NOUNS_ZH, OWN_SUMMARIES_ZH } from '../../src/cli/chinese/command-summaries.ts'
import { CONNECTION_FLAGS_ZH } from '../../src/cli/chinese/connection-flags.ts'
import { FIELD_NAMES_ZH, fieldHelp } from '../../src/cli/chinese/field-help.ts'
import { MISTAKES_ZH } from '../../src/cli/chinese/mistakes.ts'
import { COMMANDS } from '../../src/cli/command-list.ts'
import { mistake } from '../../src/cli/mistakes.ts'
import { factsOf } from '../../src/cli/operation-command.ts'
import { flagOf } from '../../src/cli/operation-flags.ts'
import { NOUNS, OPERATION_WORDS, type OperationWords } from '../../src/cli/operation-words.ts'
import { OPERATIONS, type OperationId } from '../../src/contract/operations/index.ts'
import { startTestServer, type TestServer } from '../server.ts'
import { runKeyturn } from './run-keyturn.ts'

const IDS = Object.keys(OPERATIONS) as OperationId[]
const CHINESE = { LANG: 'zh_CN.UTF-8' }
const HAN = /\p{Script=Han}/u
/** What the placeholders, names and examples in Chinese text consist of. */
const ENGLISH_SENTENCE = /\b[a-z]+ (?:[a-z]+ ){2,}[a-z]+\b/

describe('Chinese', () => {
  test('is there for every noun, command and flag of the connection', () => {
    const own = COMMANDS.filter(({ operation }) => operation === undefined)
    assert.deepEqual(Object.keys(OWN_SUMMARIES_ZH).sort(), own.map(({ words }) => words).sort())
    for (const noun of Object.keys(NOUNS)) assert.match(NOUNS_ZH[noun as keyof typeof NOUNS], /./)
    for (const text of [
      ...Object.values(OWN_SUMMARIES_ZH),
      ...Object.values(CONNECTION_FLAGS_ZH),
    ]) {
      assert.match(text, /\p{Script=Han}| ID$/u)
    }
  })

  test('is there for every field of a request, and for nothing else', async () => {
    const used = new Set<string>()
    const missing: string[] = []
    for (const id of IDS) {
      for (const { name, choices = [], help } of (await factsOf(id)).fields) {
        used.add(name).add(`${id}.${name}`)
        const chinese = fieldHelp(id, name)
        if (chinese === undefined) missing.push(`${id}.${name}`)
        // Where the English explains each choice, so does the Chinese.
        for (const choice of choices.filter((word) => help.includes(`${word}:`))) {
          assert.ok(chinese?.includes(choice), `${id}.${name}: ${choice}`)
        }
      }
    }
    assert.deepEqual(missing, [], 'add it to src/cli/chinese/field-help.ts')
    assert.deepEqual(
      FIELD_NAMES_ZH.filter((name) => !used.has(name)),
      [],
    )
  })

  test('is what fields are explained with that mean something else in their operation', async () => {
    const englishOf = new Map<string, Set<string>>()
    const chineseOf = new Map<string, Set<string>>()
    for (const id of IDS) {
      for (const { name, help } of (await factsOf(id)).fields) {
        englishOf.set(name, (englishOf.get(name) ?? new Set()).add(help))
        chineseOf.set(name, (chineseOf.get(name) ?? new Set()).add(fieldHelp(id, name) ?? ''))
      }
    }
    for (const [name, texts] of englishOf) {
      assert.ok(
        (chineseOf.get(name)?.size ?? 0) >= texts.size,
        `${name}: ${[...texts].join(' / ')}`,
      )
    }
  })

  test('is the overview', async () => {
    const { code, out } = await runKeyturn([], CHINESE)
    assert.equal(code, 0)
    assert.match(out, /^Keyturn，密钥管理服务/)
    assert.match(out, /\n用法：keyturn COMMAND \[FLAGS\]\n/)
    assert.match(out, /\n {2}serve {14,}运行服务器\n/)
    assert.match(out, /\n {2}key {16,}创建、查询、轮换、导入、复制和删除密钥\n/)
    assert.match(out, /退出码：0 完成/)
    assert.doesNotMatch(out, ENGLISH_SENTENCE)
  })

  test('is the help of a noun, whose commands stand in one column', async () => {
    const { out } = await runKeyturn(['key', '--help'], CHINESE)
    assert.match(out, /^用法：keyturn key COMMAND \[FLAGS\]\n/)
    assert.match(out, /\n {2}key rotate {17}立即轮换密钥\n/)
    assert.doesNotMatch(out, ENGLISH_SENTENCE)
  })

  test('is the help of every operation, with the flags that the English has', async () => {
    for (const id of IDS) {
      const row: OperationWords = OPERATION_WORDS[id]
      const { code, out } = await runKeyturn([...row.words.split(' '), '--help'], CHINESE)
      assert.equal(code, 0)
      assert.ok(out.startsWith(`用法：keyturn ${row.words}`), out)
      for (const field of (await factsOf(id)).fields) {
        assert.ok(out.includes(`\n  --${flagOf(field, row)}`), `${id}: ${field.name}`)
      }
      assert.ok(out.includes(id) && out.includes(OPERATIONS[id].path))
      for (const [, help = ''] of out.matchAll(/\n {8}([^\n]*)/g)) {
        assert.match(help, HAN.test(help) ? /./ : /^(?:ID|项目 ID)/, `${id}: ${help}`)
        assert.doesNotMatch(help, ENGLISH_SENTENCE, id)
      }
    }
  })

  test('says what is required, what is secret, what may stand there and between which bounds', async () => {
    const encrypt = await runKeyturn(['data', 'encrypt', '--help'], CHINESE)
    assert.match(encrypt.out, /--key-id KEY\n {8}密钥 ID 或别名（必填）\n/)
    assert.match(
      encrypt.out,
      /--plain-text-file FILE\n {8}待加密的内容；- 表示标准输入，.*（必填）\n/,
    )
    assert.match(encrypt.out, /需要权限 kms:cmk:crypto。\n/)
    const create = await runKeyturn(['key', 'create', '--help'], CHINESE)
    assert.match(create.out, /密钥用途：ENCRYPT_DECRYPT、SIGN_VERIFY、/)
    const remove = await runKeyturn(['key', 'delete', '--help'], CHINESE)
    assert.match(remove.out, /销毁密钥材料（7 至 1096 天）（必填）\n/)
  })

  test('is said of commands that are not there', async () => {
    const near = await runKeyturn(['key', 'rotat'], CHINESE)
    assert.equal(near.code, 2)
    assert.match(near.err, /^keyturn: 没有命令 key rotat\n\n用法：keyturn key COMMAND/)
    const far = await runKeyturn(['encript-file'], CHINESE)
    assert.equal(far.err, 'keyturn: 没有命令 encript-file\n是否想用：keyturn encrypt-file')
    const wrong = await runKeyturn(['key', 'list', '--nonsense'], CHINESE)
    assert.equal(wrong.code, 2)
    assert.match(wrong.err, /\n请查看：keyturn key list --help$/)
  })

  test('is said of commands that are called wrongly', async () => {
    const cases = [
      ['key create', '缺少 --key-alias'],
      ['key create a --nonsense', '没有参数 --nonsense'],
      ['key create a --key-spec DES', '--key-spec 只能是 AES_256, '],
      ['key create a b', '给出的值多于该命令所需'],
      ['key create --key-alias', '--key-alias 的写法不对'],
      ['key set-rotation-interval k often', '--rotation-interval 必须是数字'],
      ['data encrypt k', '缺少 --plain-text-file：请给出文件，- 表示标准输入'],
      ['data encrypt k --plain-text x', '机密不能写在命令行中：请用 --plain-text-file 指定文件'],
      ['key list', '请指定服务器地址：keyturn configure、'],
      ['key list --endpoint http://127.0.0.1:1', '请指定登录方式：keyturn configure、'],
      [
        'key list --endpoint http://127.0.0.1:1 --user ann',
        '缺少“用户 ann 的密码”：用 --password-file FILE',
      ],
      ['key list --profile nobody', '没有名为 nobody 的配置，'],
      ['key list --endpoint http://127.0.0.1:1 --token-file /nowhere', '无法读取 /nowhere：'],
      ['completion tcsh', '请指定 shell：bash, zsh, fish'],
      ['user create --name ann extra', '给出的值多于该命令所需'],
      ['health --url ftp://x', '--url 必须以 http:// 或 https:// 开头'],
      ['encrypt-file --key k only', '请给出两个文件 IN 和 OUT'],
    ] as const
    for (const [line, said] of cases) {
      const { code, err } = await runKeyturn(line.split(' '), CHINESE)
      assert.equal(code, 2, `${line}: ${err}`)
      assert.ok(err.startsWith(`keyturn: ${said}`), `${line}: ${err}`)
    }
  })

  test('is there for every mistake, with what the English tells', () => {
    const facts = new Proxy(
      { secret: { kind: 'password', user: 'secret' } },
      {
        get: (target, name) => (name === 'secret' ? target.secret : `<${String(name)}>`),
      },
    )
    for (const [kind, chinese] of Object.entries(MISTAKES_ZH)) {
      // Each takes the facts of its kind, and these stand for all.
      const text = (chinese as (facts: unknown) => string)(facts)
      assert.match(text, HAN, kind)
      assert.doesNotMatch(text, ENGLISH_SENTENCE, kind)
      const found = mistake(kind as 'nowhere', facts as never)
      const told = [...found.message.matchAll(/<(?!message)\w+>/g)].map(([fact]) => fact)
      for (const fact of told) assert.ok(text.includes(fact), `${kind}: ${fact}`)
    }
  })

  test('repeats nothing that stands there too much: it may be a secret', async () => {
    for (const line of ['user create --name ann hunter2', 'key list hunter2']) {
      for (const environment of [{}, CHINESE]) {
        const { code, err } = await runKeyturn(line.split(' '), environment)
        assert.equal(code, 2)
        assert.doesNotMatch(err, /hunter2/, line)
      }
    }
  })

  test('is not what anybody else gets', async () => {
    for (const environment of [{}, { LANG: 'C.UTF-8' }, { ...CHINESE, LC_ALL: 'C' }]) {
      for (const args of [[], ['key', '--help'], ['key', 'create', '--help'], ['kee']]) {
        const { out, err } = await runKeyturn(args, environment)
        assert.doesNotMatch(`${out}${err}`, HAN, JSON.stringify(environment))
      }
    }
  })

  test('is loaded by a process only where it is spoken', () => {
    const loadedIn = (LANG: string) => {
      const script =
        "import { registerHooks } from 'node:module';" +
        'registerHooks({ load: (url, context, next) => { if (/chinese|-zh/.test(url)) console.error(url); return next(url, context) } });'
      const hooks = `data:text/javascript,${encodeURIComponent(script)}`
      const args = ['--import', hooks, 'bin/keyturn.mjs', 'key', '--help']
      return spawnSync(process.execPath, args, {
        encoding: 'utf8',
        env: { ...process.env, LANG, LC_ALL: '' },
      })
    }
    assert.equal(loadedIn('C.UTF-8').stderr, '')
    assert.match(loadedIn('zh_CN.UTF-8').stderr, /chinese/)
  })

  test('is what a shell completes with', async () => {
    const { out } = await runKeyturn(['completion', 'fish'], CHINESE)
    assert.match(out, /立即轮换密钥/)
    assert.match(out, /密钥 ID 或别名（必填）/)
    const english = await runKeyturn(['completion', 'fish'])
    assert.doesNotMatch(english.out, HAN)
    const flags = (text: string) => [...text.matchAll(/ -l [\w-]+/g)].map(([flag]) => flag).sort()
    assert.deepEqual(flags(out), flags(english.out))
  })
})

describe('a server', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.stop())

  test('words its refusals in the language of the terminal', async () => {
    const { user_name, password, project_id } = server.credentials
    const environment = {
      KEYTURN_ENDPOINT: server.url,
      OS_USERNAME: user_name,
      OS_PASSWORD: password,
      OS_PROJECT_ID: project_id,
    }
    const absent = ['key', 'describe', '00000000-0000-4000-8000-000000000000']
    const chinese = await runKeyturn(absent, { ...environment, ...CHINESE })
    assert.equal(chinese.code, 4)
    assert.match(chinese.err, /^keyturn: [^a-z]*密钥.*（KMS\.0207，请求 \w+）$/)
    const alias = await runKeyturn(['key', 'describe', '没有'], { ...environment, ...CHINESE })
    assert.deepEqual([alias.code, alias.err], [4, 'keyturn: 没有别名为 没有 的密钥。'])
    const nobody = { ...environment, ...CHINESE, KEYTURN_ENDPOINT: 'http://127.0.0.1:1' }
    const unreachable = await runKeyturn(absent, nobody)
    assert.equal(unreachable.code, 5)
    assert.match(unreachable.err, /^keyturn: 无法连接服务器：connect ECONNREFUSED/)
    const english = await runKeyturn(absent, { ...environment, LANG: 'C.UTF-8' })
    assert.equal(english.code, 4)
    assert.match(english.err, /^keyturn: The key .* \(KMS\.0207, request \w+\)$/)
  })
})
