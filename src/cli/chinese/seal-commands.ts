import { SEAL_KINDS } from '../../ports/seal.ts'
import { MAX_SHARES, MIN_THRESHOLD } from '../../seals/shares.ts'
import type { SealWords } from '../seal-words.ts'
import { type FlagTexts, helpText } from './help-text.ts'
import { SETTINGS_ZH } from './settings.ts'

const PASSPHRASE = '存放口令的文件，- 表示标准输入；不指定则在终端询问'
const NEW_PASSPHRASE = '存放新口令的文件，- 表示标准输入；不指定则在终端询问'
const KINDS = SEAL_KINDS.join('、')

const SHARES: FlagTexts = {
  '--shares N': `shamir：生成多少份，${MIN_THRESHOLD} 至 ${MAX_SHARES}`,
  '--threshold M': 'shamir：其中多少份可以解封',
  '--shares-dir DIR': 'shamir：新目录，每份写入一个文件，供分发；不指定则在终端显示',
}

function peerTexts(): FlagTexts {
  return {
    '--seal-kms-key ID': 'kms：该服务中今后用于封印的密钥',
    '--seal-token-key LABEL': 'pkcs11：设备中今后用于封印的密钥；设备中没有该标签的密钥时生成一个',
    '--seal-kms-url URL': SETTINGS_ZH['seal-kms-url'],
    '--seal-kms-project ID': SETTINGS_ZH['seal-kms-project'],
    '--seal-kms-credentials FILE': SETTINGS_ZH['seal-kms-credentials'],
    '--seal-kms-ca FILE': SETTINGS_ZH['seal-kms-ca'],
    '--seal-token FILE': SETTINGS_ZH['seal-token'],
  }
}

function placeTexts(): FlagTexts {
  return {
    '--data DIR': '服务器的数据目录 [./keyturn-data]',
    '--root-key FILE': SETTINGS_ZH['root-key'],
  }
}

/** Help in Chinese of the commands on seals. */
export const SEAL_COMMANDS_ZH: Readonly<Record<string, () => string>> = {
  'seal create': () =>
    helpText(
      'seal create [FLAGS]',
      '生成由封印方式保管的根密钥，写入不会自行打开的文件，并输出该密钥的 ID。请在首次启动之前执行。' +
        '丢失该文件或打开它所需之物，全部密钥都将丢失。',
      {
        '--seal KIND': `由什么保管根密钥，可选 ${KINDS}（必填）`,
        '--seal-passphrase-file FILE': NEW_PASSPHRASE,
        ...SHARES,
        ...peerTexts(),
        ...placeTexts(),
      },
    ),
  'seal status': () =>
    helpText(
      'seal status [FLAGS]',
      '说明根密钥由什么保管，以及数据目录上的服务器是否处于封印状态。退出码 0 表示没有封印的服务器。',
      placeTexts(),
    ),
  'seal unseal': () =>
    helpText(
      'seal unseal [FLAGS]',
      '为数据目录上已封印的服务器解封。请求经由数据目录中的套接字，只限本机，并以该目录所有者的身份执行。',
      {
        '--seal-passphrase-file FILE': PASSPHRASE,
        '--seal-share-file FILE': '存放一份份额的文件，- 表示标准输入；不指定则在终端询问',
        '--reset': '忘记此前给出的份额',
        ...placeTexts(),
      },
    ),
  'seal migrate': () =>
    helpText(
      'seal migrate [FLAGS]',
      '把数据目录的根密钥改由另一种方式封印，或更换口令、份额。请先停止服务器。新文件落盘并重新打开之前，' +
        '旧文件一直保留；备份中的旧文件仍可照旧打开。共用一个存储的每个节点都需要新文件。',
      {
        '--to KIND': `今后由什么保管根密钥，可选 ${KINDS}（必填）`,
        '--seal-passphrase-file FILE': PASSPHRASE,
        '--seal-shares-dir DIR': '目录，内有旧封印的足够份额的文件；不指定则在终端询问',
        '--new-passphrase-file FILE': NEW_PASSPHRASE,
        ...SHARES,
        ...peerTexts(),
        ...placeTexts(),
      },
    ),
}

/** What commands on seals say, in Chinese. */
export const SEAL_WORDS_ZH: SealWords = {
  file: '文件  ',
  seal: '封印  ',
  rootKey: '根密钥',
  server: '服务器',
  absent: '没有',
  notRunning: '未在此运行',
  states: { sealed: '已封印', unsealed: '已解封' },
  noServer: (directory) => `${directory} 上没有运行服务器`,
  wrong: '不能打开封印，一切未变',
  shareProblems: {
    cut: '不是份额，或不完整，或输入有误',
    foreign: '这是另一个封印的份额',
    forged: '这份份额从未发出过',
    repeated: '这份份额此前已给出',
  },
  nothingChanged: '，一切未变',
  shareFollows: (number, shares) =>
    `接下来显示第 ${number} 份（共 ${shares} 份），请只让其保管人看屏幕，然后按回车 `,
  shareIsKept: '记下了吗？按回车将其从屏幕清除，不再显示 ',
  shares: (given, threshold) => `已有 ${threshold} 份中的 ${given} 份`,
  waitsForPeer: (why) => `一旦可行即自行解封，目前：${why}`,
  unsealed: '已解封。',
  unsealedAlready: '服务器此前已解封。',
  waiting: (url) =>
    `Keyturn 处于封印状态（${url}），请用 keyturn seal unseal 解封。按 Ctrl-C 停止。`,
}
