import { PUBLIC_KEY_FILE } from '../../audit/file-log.ts'
import { variableOf } from '../../server/settings.ts'
import { settingTexts } from './flag-texts.ts'
import { helpText } from './help-text.ts'
import { placeTexts } from './identity-commands.ts'

/** Help in Chinese of the commands on a server, its store and its log. */
export const SERVER_COMMANDS_ZH: Readonly<Record<string, () => string>> = {
  serve: () => settingsText('serve', '启动服务器。'),
  health: () =>
    helpText(
      'health [FLAGS]',
      '询问服务器是否正常提供服务，供没有 curl 的容器和脚本使用。退出码 0 表示正常。',
      {
        '--url URL':
          '询问的完整地址，如 https://kms.example/healthz；不指定则询问环境变量和 --config 所描述的本机服务器的 /readyz',
        '--ca FILE': '信任的 CA 证书（PEM），代替系统自带的证书，与 --url 一起使用',
        '--config FILE': '服务器的设置文件 [KEYTURN_CONFIG]',
      },
    ),
  'audit verify': () =>
    helpText(
      'audit verify [FOLDER] [FLAGS]',
      '读取全部审计日志，找出任何修改、截断或缺失。服务器可以照常运行。指定 FOLDER 和 --public-key ' +
        '时，在任何机器上校验审计目录的一份副本，无需存储和根密钥。',
      {
        '--node-name NAME': '日志所属节点的名称，与该服务器的设置相同',
        '--public-key FILE': `不用根密钥，改用公钥校验：${PUBLIC_KEY_FILE}，或 audit public-key 的输出`,
        '--attestation FILE':
          '与 FOLDER 一起使用：rotation attest 曾经的输出；日志中必须有其中所写的链头',
        ...placeTexts(),
      },
    ),
  'config check': () => settingsText('config check', '检查设置是否可用，不启动服务器。'),
  'config show': () => settingsText('config show', '列出每项设置的值及其来源。'),
  'events list': () =>
    helpText('events list [FLAGS]', '列出等待发送的事件，最早的在前。', {
      '--limit N': '最多列出多少个 [50]',
      ...placeTexts(),
    }),
  'events test': () =>
    settingsText(
      'events test',
      '立即向设置中的 webhook 发送一个 keyturn.test 类型的事件，并报告结果。',
    ),
  'events discard': () =>
    helpText(
      'events discard [FLAGS]',
      '放弃等待发送的事件：它们不会再送达任何人。轮换本身仍可查到，因为每次轮换的事件都保存在存储中。',
      {
        '--before TIME': '放弃在此时间之前写入的事件，时间为 ISO 8601 格式（必填）',
        ...placeTexts(),
      },
    ),
  'root create': () =>
    helpText(
      'root create --root-key FILE',
      '生成新的根密钥文件，只有所有者可读，并输出该密钥的 ID。共用一个存储的各节点需要同一个文件：' +
        '启动 serve 时用 --root-key 指定。丢失它，全部密钥都将丢失。',
      { '--root-key FILE': '写入的位置；已存在的文件不会被覆盖（必填）' },
    ),
  'root rotate': () =>
    helpText(
      'root rotate [FLAGS]',
      '生成新的根密钥，使运行中的服务器改用它，再把每条记录重新包装到它之下。服务器照常运行。任何时刻被终止，' +
        '再次执行即可继续。旧的根密钥仍保留在封印文件中，用于此前签发的令牌、审计日志和备份。多个节点共用一个存储时，' +
        '命令会等待；请在此期间把本节点的根密钥文件复制到其他节点。',
      { '--nodes N': '存储上运行的服务器数量，使用 PostgreSQL 时必填', ...placeTexts() },
    ),
  'root retire': () =>
    helpText(
      'root retire [FLAGS]',
      '在 root rotate 之后弃用旧的根密钥：用它们生成的任何内容都不再受信任，封印文件也不再保存它们。更换 24 小时之后、' +
        '此前的登录均已失效时方可执行，或用 --end-sign-ins 立即执行。校验更早的审计日志和声明所需的内容仍保留在存储中。' +
        '旧备份仍需要旧的根密钥文件，请把旧文件与旧备份一同保存。',
      {
        '--nodes N': '存储上运行的服务器数量，使用 PostgreSQL 时必填',
        '--end-sign-ins': '不等待此前的登录失效，立即使其失效',
        ...placeTexts(),
      },
    ),
  'root status': () =>
    helpText(
      'root status [FLAGS]',
      '说明存储当前的根密钥、更换进行到哪一步，以及每个根密钥之下有多少条记录和消息认证码。读取全部记录，但不打开，也不改变任何内容。',
      placeTexts(),
    ),
  'store copy': () =>
    helpText(
      'store copy --from PLACE --to PLACE [FLAGS]',
      '把一个存储的全部数据复制到空的存储，然后重新读取两边，逐行逐列比对。PLACE 为 sqlite:FILE' +
        '（数据目录中的 keyturn.sqlite），或与 --store 相同的 URL：' +
        'postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full。',
      '请先停止服务器；使用 PostgreSQL 时停止所有节点：正在使用 SQLite 的服务器会被发现，PostgreSQL ' +
        '上的节点不会。复制期间写入的内容在比对时会被发现，此时退出码为 1。' +
        '根密钥和审计日志是数据目录中的文件，不在复制之列：新存储需要同一个 root.key。' +
        '复制一事写入审计日志：旁边有根密钥的 SQLite 文件所在的目录，或 --data 指定的目录。' +
        '详见 docs/store-copy.zh.md。',
      {
        '--from PLACE': '被复制的存储，只读取（必填）',
        '--to PLACE': '复制到的位置：新文件，或没有任何 Keyturn 数据的数据库（必填）',
        '--from-password-file FILE, --to-password-file FILE': '存放数据库密码的文件',
        '--from-ca FILE, --to-ca FILE': '校验数据库证书所用的 CA 证书（PEM），代替系统自带的证书',
        '--replace-unfinished': '清除先前未完成的复制在目标中留下的内容',
        '--data DIR': '节点的数据目录，复制一事记入其中的审计日志',
        '--root-key FILE, --seal-passphrase-file FILE': '与该目录的服务器所用的相同',
      },
    ),
}

function settingsText(words: string, about: string): string {
  return helpText(
    `${words} [FLAGS]`,
    about,
    settingTexts(),
    `每个参数也可以写作环境变量，如 ${variableOf('log-level')}。参数优先于环境变量，环境变量优先于设置文件。`,
  )
}
