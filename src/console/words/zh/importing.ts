import type { Words } from '../words.ts'

/** 导入密钥材料。 */
export const IMPORTING: Words['importing'] = {
  title: '导入密钥材料',
  lead: '材料在本浏览器中用服务器为本次导入生成的公钥加密包装，除此之外不会离开浏览器。',
  insecure:
    '页面经由明文 HTTP 打开，浏览器不允许在此加密。请通过 HTTPS 打开控制台，或在服务器本机上打开。',
  notExternal: '此密钥使用自身生成的材料',
  notExternalText: '只有来源为“外部”的密钥才能导入材料，来源在创建密钥时选定。',
  waiting: '此密钥正在等待导入材料，在此之前无法使用。',
  waitingSame:
    '此密钥的材料已被删除或过期。只能重新导入同一份材料，之后原先加密的数据即可照常解密。',
  next: '此密钥已有材料。现在导入的新材料会等到下次轮换时启用，之前加密的数据仍可解密。',
  nothingMissing: '此密钥已有材料，这类密钥不接受其他材料。',
  from: '材料来源',
  ways: {
    generate: '在浏览器中生成',
    generateText: '由浏览器的随机数生成器产生，您会得到一份副本自行保管。',
    file: '来自文件',
    fileText: {
      bytes: (bytes) => `${bytes} 字节的原始数据，或其十六进制、Base64 文本。`,
      privateKey: 'PKCS #8 私钥，PEM 或 DER 格式，未加密。',
    },
    text: '输入或粘贴',
    textText: {
      bytes: (bytes) => `${bytes} 字节，十六进制或 Base64。`,
      privateKey: 'PKCS #8，PEM 或 Base64。',
    },
  },
  cannotGenerate: (spec) =>
    `浏览器无法生成 ${spec} 密钥。请使用 openssl 等支持它的工具生成，再从文件导入。`,
  file: '文件',
  material: '材料',
  mistakes: {
    unreadable: '既不是十六进制也不是 Base64。',
    length: (bytes) => `此密钥需要恰好 ${bytes} 字节。`,
    notPkcs8:
      '这不是 PKCS #8 私钥。可用以下命令转换：openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY.pk8',
    encrypted: '该私钥已加密。可用以下命令去除口令：openssl pkcs8 -in KEY -out KEY.pk8',
    missing: '请先选择材料。',
    past: '请选择将来的时间。',
  },
  ready: (bytes) => `已就绪：${bytes} 字节。`,
  keep: '保留副本',
  keepText:
    '服务器不会再次提供这份材料。材料过期或删除后，只有同一份材料才能恢复。持有副本即持有密钥，请妥善保管。',
  download: '下载材料',
  downloaded: '我已将副本存放在安全的地方',
  expiry: '过期时间',
  expiryHint: '留空表示永不过期。过期的材料会被销毁，之后可以重新导入。',
  wrapping: '加密方式',
  wrappingBytes: '使用 WebCrypto，以 2048 位公钥进行 RSAES-OAEP（SHA-256）加密。',
  wrappingPrivateKey:
    '先用临时密钥进行带填充的 AES-256 密钥包装（RFC 5649），再用 RSAES-OAEP（SHA-256）加密该临时密钥。',
  wrappingSm2: 'API 还支持 SM2 加密，但浏览器不具备该算法。如需使用，请通过命令行或 SDK 导入。',
  submit: '加密并导入',
  busy: '正在导入……',
  done: '材料已导入。',
  doneNext: '材料已导入，将在下次轮换时启用。',
  sent: '已发送的内容',
  sentText: (bytes, fingerprint) => `${bytes} 字节密文，只有与 ${fingerprint} 对应的私钥才能解开。`,
  remove: '删除导入的材料',
  removeText: '在重新导入同一份材料之前，此密钥无法使用。若没有副本，用它加密的一切都将永久丢失。',
  removeConfirm: '我持有材料副本，或确认放弃其保护的数据',
  removeSubmit: '删除材料',
  removed: '材料已删除，密钥正在等待重新导入。',
}
