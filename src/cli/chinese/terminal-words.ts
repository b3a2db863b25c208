import type { AutomaticRotation } from '../../contract/stated-settings.ts'
import type { SecretName, TerminalWords, Things } from '../terminal-words.ts'
import { fieldHelp } from './field-help.ts'

const THINGS: Readonly<Record<Things, string>> = { keys: '个密钥', rows: '行', records: '条记录' }

/** What a terminal shows besides help and answers, in Chinese. */
export const TERMINAL_WORDS_ZH: TerminalWords = {
  question: (about, kept) => `${about}${kept === undefined ? '' : ` [${kept}]`}：`,
  questionThatKeeps: (about) => `${about}（直接回车则保持不变）：`,
  secret: secretInChinese,
  field: (name) => fieldHelp('', name) ?? name,
  profile: {
    endpoint: '服务器地址（https://…）',
    region: '区域（可留空）',
    project: '项目（可留空，即用户自己的项目）',
    user: '用户（可留空，改用访问密钥签名）',
    domain: '用户所属的域（可留空）',
    'access-key': '访问密钥（AK）',
  },
  goingBy: (file) => `使用 ${file} 中的凭据`,
  isPlainHttp: (endpoint) => `${endpoint} 是明文 HTTP：密钥和密码在传输中可被读取`,
  noSuchAlias: (alias) => `没有别名为 ${alias} 的密钥。`,
  tasks: {
    encrypting: '正在加密',
    decrypting: '正在解密',
    verifying: '正在校验',
    rehearsing: '正在演练',
    copying: '正在复制',
    comparing: '正在比对',
    'backing up': '正在备份',
    rewrapping: '正在重新包装',
    restoring: '正在恢复',
  },
  things: (number, things) => `${number} ${THINGS[things]}`,
  left: (duration) => `剩余 ${duration}`,
  table: {
    states: {
      '1': '等待激活',
      '2': '启用',
      '3': '禁用',
      '4': '计划删除',
      '5': '等待导入',
    },
    none: '（无）',
    done: '完成',
  },
  proof: {
    rotated: rotatedInChinese,
    isGenuine: (keyId, statedAt) => `属实：出具于 ${statedAt}，由密钥 ${keyId} 签名。`,
    isForged: (keyId) => `证明系伪造或已被改动：并非由密钥 ${keyId} 签名`,
    isOfOtherKey: (keyId) => `证明自称由密钥 ${keyId} 签名，而该公钥不在 --public-key 指定的文件中`,
    isNoAttestation: (file) => `${file} 不是轮换证明`,
  },
  storeVerified: ({ rows, problems, problemCount }) =>
    problemCount === 0
      ? `存储与 Keyturn 所写一致：密钥和版本共 ${rows} 行。`
      : [
          `存储与 Keyturn 所写不一致：发现 ${problemCount} 处问题，共校验 ${rows} 行。`,
          ...problems.map((problem) => `  ${problem}`),
          '服务器不会使用这些行。处理办法见 docs/how-to/damaged-rows.zh.md。',
        ].join('\n'),
}

function rotatedInChinese(rotation: AutomaticRotation): string {
  switch (rotation.kind) {
    case 'unknown':
      return '证明未说明自动轮换自何时起开启。'
    case 'off':
      return '自动轮换处于关闭状态。'
    case 'contradiction':
      return '证明中轮换设置的变更前后矛盾：有的变更未列入其中。'
    case 'on': {
      const { since, longestIntervalDays, isBeginning } = rotation
      return `自动轮换${isBeginning ? '自' : '至少自'} ${since} 起从未间断，间隔不超过 ${longestIntervalDays} 天。`
    }
    default:
      throw rotation satisfies never
  }
}

/** What a secret is, in Chinese. */
export function secretInChinese(secret: SecretName): string {
  switch (secret.kind) {
    case 'token':
      return 'Token'
    case 'share':
      return '封印份额'
    case 'passphrase':
      return '封印口令'
    case 'newPassphrase':
      return '新的封印口令'
    case 'passphraseAgain':
      return '再次输入'
    case 'password':
      return `用户 ${secret.user} 的密码`
    case 'secretKey':
      return `访问密钥 ${secret.accessKey} 的 SK`
    default:
      throw secret satisfies never
  }
}
