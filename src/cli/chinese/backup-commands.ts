import { helpText } from './help-text.ts'
import { placeTexts } from './identity-commands.ts'

/** Help in Chinese of the commands on backups, and on whether a store is whole. */
export const BACKUP_COMMANDS_ZH: Readonly<Record<string, () => string>> = {
  'store verify': () =>
    helpText(
      'store verify [FLAGS]',
      '逐行校验存储中的密钥和版本：每一行都必须是 Keyturn 所写，每个密钥都必须有它所声明的版本。使用 ' +
        'SQLite 时还会读取每一页和每个索引。服务器可以照常运行，不改动任何内容。退出码 0 表示全部正常；' +
        '否则逐行指出问题所在，服务器也不会使用这些行。详见 docs/how-to/damaged-rows.zh.md。',
      placeTexts(),
    ),
  'backup create': () =>
    helpText(
      'backup create --to FILE [FLAGS]',
      '把存储在某一时刻的全部数据写入一个加密文件，服务器可以照常运行。FILE ' +
        '在写完并落盘之后才会出现，只有所有者可读。SQLite 与 PostgreSQL 的备份格式相同，可以互相恢复。',
      '备份中不含根密钥，没有根密钥，备份毫无价值：请把它存放在别处，由他人保管。' +
        '审计日志也是单独的目录。详见 docs/how-to/backup.zh.md。',
      {
        '--to FILE': '写入的位置，- 表示标准输出（必填）',
        '--force': 'FILE 已存在时替换它',
        ...placeTexts(),
      },
    ),
  'backup verify': () =>
    helpText(
      'backup verify FILE [FLAGS]',
      '读取整个备份：每一段都与写入时相同，每张表的行数与记录相符，每条包裹的记录都能在其位置打开，' +
        '每个密钥都有主版本。只需要根密钥（数据目录中的，或由 --root-key 指定），不访问任何存储。' +
        '退出码 0 表示全部正常。',
      placeTexts(),
    ),
  'backup restore': () =>
    helpText(
      'backup restore FILE [FLAGS]',
      '先像 backup verify 一样校验整个备份，再用它恢复存储。中途崩溃后，存储要么保持原样，' +
        '要么就是完整的备份。恢复到的存储可以与备份的数据库类型不同。',
      '请先停止该存储上的所有服务器，并把 root.key 放入数据目录，或用 --root-key 指定。' +
        '恢复后，此前签发的 Token 全部失效。详见 docs/how-to/backup.zh.md。',
      {
        '--replace': '替换已有数据的存储；SQLite 的原存储会改名保留',
        ...placeTexts(),
      },
    ),
}
