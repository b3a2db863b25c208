import { UNUSED_DAYS } from '../../core/version-retirement.ts'
import { CONNECTION_HEADING, connectionTexts, outputTexts } from './flag-texts.ts'
import { helpText } from './help-text.ts'

/** Help in Chinese of the commands that let others check what a server says. */
export const PROOF_COMMANDS_ZH: Readonly<Record<string, () => string>> = {
  'rotation verify-attestation': () =>
    helpText(
      'rotation verify-attestation FILE --public-key FILE',
      '无需服务器，校验 rotation attest 的输出：它确由文件中的某个公钥所对应的私钥签名，且确为轮换证明。' +
        '属实则输出证明的内容，并说明自动轮换自何时起从未间断（以证明所能证实者为限），否则不输出任何内容。FILE 写作 - 时表示标准输入；两种形式的 JWS 均可：扁平 JSON 和紧凑形式。',
      { '--public-key FILE': '公钥（PEM），即 audit public-key 的输出（必填）' },
    ),
  'key old-versions': () =>
    helpText(
      'key old-versions [FLAGS]',
      '列出项目内所有密钥的旧版本：各自解密的次数、最近一次使用的时间和现状。in-use：近期使用过，或统计时间尚不够长；' +
        'retirable：其加密过的数据重新加密之后，可以执行 key retire-version；retired：不再解密任何数据；gone：已无材料。' +
        '每个有旧版本的密钥查询一次。',
      {
        '--unused-days N': `版本连续多少天未使用才算可停用 [${UNUSED_DAYS.default}]`,
        ...outputTexts(),
      },
      CONNECTION_HEADING,
      connectionTexts(),
    ),
  'audit public-key': () =>
    helpText(
      'audit public-key [FLAGS]',
      '输出 rotation verify-attestation 和 audit verify 的 --public-key 所需的公钥：每个公钥为 PEM，前面一行写明用途和 ' +
        'ID。请通过可信的途径分发：它们表明服务器的身份。',
      CONNECTION_HEADING,
      connectionTexts(),
    ),
}
