import type { ConnectionFlagName } from '../connection/connection-flags.ts'

/** Help of the flags of every command that calls a server, in Chinese, by their names. */
export const CONNECTION_FLAGS_ZH: Readonly<Record<ConnectionFlagName, string>> = {
  profile: '使用的配置，见 keyturn configure',
  endpoint: '服务器地址，如 https://kms.example',
  'auth-url': '身份认证服务的地址，不是服务器本身时使用，如 https://keystone.example/v3',
  'project-id': '项目 ID',
  project: '项目名称',
  domain: '用户所属的域',
  user: '登录的用户',
  'password-file': '存放用户密码的文件；- 表示标准输入',
  'access-key': '为请求签名的访问密钥（AK），代替用户登录',
  'secret-key-file': '存放对应 SK 的文件；- 表示标准输入',
  'token-file': '存放 Token 的文件，代替用户登录；- 表示标准输入',
  'ca-file': '信任的证书（PEM），代替系统自带的证书',
}
