import { DEFAULT_PROFILE } from '../connection/profiles.ts'
import { PERIODS } from '../rehearsal-plan.ts'
import { CONNECTION_HEADING, connectionTexts, outputTexts, storeTexts } from './flag-texts.ts'
import { helpText } from './help-text.ts'

/** Help in Chinese of the commands of those who use a server. */
export const CLIENT_COMMANDS_ZH: Readonly<Record<string, () => string>> = {
  doctor: () =>
    helpText(
      'doctor [FLAGS]',
      '检查一套安装，指出哪里有问题、意味着什么、如何处理。不写入任何内容，也不影响服务器运行。' +
        '未指定 --endpoint 时，检查本机的数据目录，并询问使用该目录的服务器；请以参数、环境变量或 --config ' +
        '给出该服务器的设置。指定 --endpoint 时，检查别处的服务器；如果能够登录，还会检查其中的密钥。密钥和版本的各行必须与 Keyturn 所写一致：' +
        '逐行检查；表中超过 100,000 行时，随机抽查 50,000 行。keyturn store verify 检查每一行、每一页和每个索引。',
      {
        ...outputTexts(),
        '--data DIR': '服务器的数据目录；服务器的其他设置也可给出，见 keyturn config show --help',
        '--config FILE': '服务器的设置文件',
      },
      CONNECTION_HEADING,
      connectionTexts(),
      '退出码：0 没有发现问题，可能有警告；1 有问题；2 用法错误。',
    ),
  rehearse: () =>
    helpText(
      'rehearse [FLAGS]',
      '在快进的时钟上按调度规则预演：如果无人改动，何时会轮换什么。不写入任何内容。从服务器读取项目的密钥；' +
        '指定 --data 或 --store 时，从存储读取所有项目的密钥，不论是否有服务器在使用它。时间均为 UTC。',
      {
        '--years N': '预演多少年，1 至 100 [10]',
        '--from TIME': '开始的时间，如 2027-01-01 或 2027-01-01T12:00Z [服务器时钟的当前时间]',
        [`--by ${PERIODS.join('|')}`]:
          '按月、按季度还是按年汇总 [3 年以内为 month，否则为 quarter]',
        '--key KEY': '只看这一个密钥，用 ID 或别名指定',
        '--list N': '逐个列出多少个密钥 [50]',
        ...outputTexts(),
        '--data DIR': '服务器的数据目录，代替询问服务器',
        ...storeTexts('root-key'),
      },
      CONNECTION_HEADING,
      connectionTexts(),
    ),
  'encrypt-file': () =>
    helpText(
      'encrypt-file --key KEY IN OUT [FLAGS]',
      '加密任意大小的文件。服务器在主密钥 KEY 下生成一个数据密钥，文件本身不离开本机。IN 和 OUT 写作 - 时' +
        '表示标准输入和标准输出。OUT 在完整并落盘之后才出现，只有所有者可读写。密钥可以轮换：以前加密的文件仍可解密。' +
        '文件格式见 docs/file-format.zh.md。',
      {
        '--key KEY': '主密钥的 ID 或别名（必填）',
        '--aad TEXT':
          '把数据密钥与 TEXT 绑定，decrypt-file 必须给出相同的文本；它不是机密，也不保存在 OUT 中',
        '--force': 'OUT 已存在时替换它',
      },
      CONNECTION_HEADING,
      connectionTexts(),
    ),
  'decrypt-file': () =>
    helpText(
      'decrypt-file IN OUT [FLAGS]',
      '解密 encrypt-file 生成的文件，文件中写明了它所用的密钥。IN 和 OUT 写作 - 时' +
        '表示标准输入和标准输出。确认 IN 完整且未被改动之后，OUT 才出现，只有所有者可读写：' +
        '被改动、截断或追加过的文件不会留下任何内容。',
      '输出到标准输出时，数据逐段验证，每段一兆字节，通过后才写出。结尾是否缺失要到最后才知道：只有退出码为 0 时，才可使用管道中的输出。',
      {
        '--aad TEXT': '与 encrypt-file 时相同的文本；加密时没有给出文本的，此处给出则会被拒绝',
        '--force': 'OUT 已存在时替换它',
      },
      CONNECTION_HEADING,
      connectionTexts(),
    ),
  configure: () =>
    helpText(
      'configure [--profile NAME] [FLAGS]',
      '保存服务器地址和登录方式，此后其他命令不必再指定。未用参数给出的内容会在终端上逐项询问：按 Enter 保留已保存的值，' +
        '输入 - 清除；输入机密时不回显。然后尝试登录，检查是否可用。',
      {
        '--profile NAME': `保存为哪份配置 [${DEFAULT_PROFILE}]`,
        '--endpoint URL': '服务器地址，如 https://kms.example',
        '--auth-url URL': '身份认证服务的地址，不是服务器本身时使用',
        '--region NAME': '区域；没有自己名称的项目以区域名为名',
        '--project-id ID, --project NAME': '项目的 ID 或名称',
        '--domain NAME': '用户所属的域',
        '--user NAME, --password-file FILE': '登录的用户；密码取自文件，- 表示标准输入',
        '--access-key ID, --secret-key-file FILE': '改用访问密钥（AK）和 SK',
        '--token-file FILE': '改用 Token',
        '--ca-file FILE': '信任的证书（PEM），代替系统自带的证书',
        '--no-check': '不尝试登录',
      },
      '机密以外的内容保存在 $XDG_CONFIG_HOME（~/.config）下 keyturn 目录的 config.toml 中，机密保存在旁边的 ' +
        'credentials.toml 中，只有您本人可读。',
    ),
  'configure list': () => helpText('configure list', '列出已保存的配置：名称、服务器、登录者。'),
  'configure show': () =>
    helpText('configure show [--profile NAME]', '显示一份配置；机密只显示是否已保存。'),
  'configure remove': () => helpText('configure remove --profile NAME', '删除一份配置及其机密。'),
  completion: () =>
    helpText(
      'completion bash|zsh|fish',
      '输出一段脚本，使 shell 能自动补全命令、参数及其取值。',
      [
        '  bash   keyturn completion bash > ~/.local/share/bash-completion/completions/keyturn',
        '  zsh    keyturn completion zsh > ~/.zfunc/_keyturn      （$fpath 中的目录，须在 compinit 之前）',
        '  fish   keyturn completion fish > ~/.config/fish/completions/keyturn.fish',
      ].join('\n'),
    ),
  version: () => helpText('version', '显示版本。'),
}
