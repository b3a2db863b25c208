import { SYSTEM_ROLES } from '../../core/system-roles.ts'
import { storeTexts } from './flag-texts.ts'
import { type FlagTexts, helpText } from './help-text.ts'

/** The flags that say where the data of a server is. */
export function placeTexts(): FlagTexts {
  return {
    '--data DIR': '服务器的数据目录 [./keyturn-data]',
    ...storeTexts(),
    '--seal-shares-dir DIR': '存放封印的足够份额的目录；不指定则在终端询问',
  }
}

const DOMAIN = { '--domain NAME': '所属的域，有多个域时必须指定' }
const USER = { '--user NAME': '用户（必填）', ...DOMAIN }

/** Help in Chinese of the commands on projects, users and what these may do. */
export const IDENTITY_COMMANDS_ZH: Readonly<Record<string, () => string>> = {
  'project create': () =>
    helpText('project create [FLAGS]', '创建项目，并输出它的 ID。', {
      '--name NAME': '项目名称（必填）',
      ...DOMAIN,
      ...placeTexts(),
    }),
  'user create': () =>
    helpText('user create [FLAGS]', '创建没有任何权限的用户，并输出它的 ID。', {
      '--name NAME': '用户名（必填）',
      '--password-file FILE': '存放密码的文件，- 表示标准输入；不指定则该用户只能用访问密钥',
      '--project NAME': '默认项目，登录时未指明范围则使用它',
      ...DOMAIN,
      ...placeTexts(),
    }),
  'user list': () =>
    helpText('user list [FLAGS]', '列出用户：ID、用户名、角色。', { ...DOMAIN, ...placeTexts() }),
  'user password': () =>
    helpText('user password [FLAGS]', '为用户设置新密码，此前的 Token 全部失效。', {
      ...USER,
      '--password-file FILE': '存放新密码的文件，- 表示标准输入（必填）',
      ...placeTexts(),
    }),
  'user delete': () =>
    helpText('user delete [FLAGS]', '删除用户及其访问密钥和角色。', { ...USER, ...placeTexts() }),
  'access-key create': () =>
    helpText('access-key create [FLAGS]', '为用户创建访问密钥，并写入文件。', {
      ...USER,
      '--out FILE': '保存访问密钥 AK 和 SK 的新文件；SK 不会在别处显示（必填）',
      ...placeTexts(),
    }),
  'access-key delete': () =>
    helpText('access-key delete [FLAGS]', '删除访问密钥。', {
      '--id ID': '访问密钥 AK（必填）',
      ...placeTexts(),
    }),
  'role assign': () =>
    helpText('role assign [FLAGS]', '授予用户一个角色。', { ...roleTexts(), ...placeTexts() }),
  'role remove': () =>
    helpText('role remove [FLAGS]', '收回用户的一个角色。', { ...roleTexts(), ...placeTexts() }),
  'policy put': () =>
    helpText('policy put [FLAGS]', '保存一个可以授予用户的策略，同名的旧策略被替换。', {
      '--name NAME': '策略名称（必填）',
      '--file FILE': '策略的 JSON 文件，Version 1.1，- 表示标准输入（必填）',
      ...DOMAIN,
      ...placeTexts(),
    }),
  'policy delete': () =>
    helpText('policy delete [FLAGS]', '删除策略，并从已授予的用户处收回。', {
      '--name NAME': '策略名称（必填）',
      ...DOMAIN,
      ...placeTexts(),
    }),
}

function roleTexts(): FlagTexts {
  return {
    ...USER,
    '--role NAME': `域中的一个策略，或 ${Object.keys(SYSTEM_ROLES).join('、')}（必填）`,
    '--project NAME': '只在该项目中有效；不指定则在域的所有项目中有效',
  }
}
