import type { RotateWords } from '../rotate-words.ts'

/** What commands on root keys say, in Chinese. */
export const ROTATE_WORDS_ZH: RotateWords = {
  steps: {
    begun: (from, to) => `根密钥 ${to} 将取代 ${from}。`,
    announced: (from, to) => `封印文件已同时保存 ${to} 与 ${from}，等待服务器读取。`,
    rewrapping: (from, to) => `服务器已用 ${to} 包装，正在处理仍由 ${from} 包装的记录。`,
    rewrapped: (from, to) => `每条记录都由 ${to} 包装；封印文件仍保留 ${from}，供更早的内容使用。`,
    retiring: (_, to) => `只有 ${to} 受信任，服务器正在弃用更早的根密钥。`,
    retired: (_, to) => `封印文件只保存 ${to}。请把根密钥文件复制到其他节点。`,
  },
  done: (records, changed, seconds) =>
    `共 ${records} 条记录和 MAC，其中 ${changed} 条改由新的根密钥保护，用时 ${seconds} 秒。`,
  notReady: (ready, of, to, late) =>
    `${of} 台服务器中有 ${ready} 台已准备好使用根密钥 ${to}${
      late.length === 0 ? '' : `；未准备好：${late.join(' ')}`
    }。请把本节点的根密钥文件复制到其他节点，然后再次执行此命令：它会继续。`,
  notDropped: (ready, of, late) =>
    `${of} 台服务器中有 ${ready} 台已弃用旧的根密钥${
      late.length === 0 ? '' : `；尚未弃用：${late.join(' ')}`
    }。请查看它们的日志，然后再次执行此命令：它会继续。`,
  left: (count, rows) =>
    [
      `有 ${count} 行受损，保持原样；其余各行都已由新的根密钥保护，服务器照常运行。`,
      ...rows.map((row) => `  ${row}`),
      '请先修复这些行（docs/how-to/damaged-rows.zh.md），再次执行此命令；在此之前仍需要旧的根密钥。',
    ].join('\n'),
  refusals: {
    nothing: () => '根密钥从未更换过，没有可弃用的旧密钥',
    unfinished: () => '根密钥的更换尚未完成：keyturn root rotate 会继续',
    early: (hours) =>
      `更换之前的登录最多还会有效 ${hours} 小时：请届时再次执行此命令，或用 --end-sign-ins 使其立即失效`,
  },
  none: '此存储上从未运行过服务器，没有根密钥。',
  current: (id) => `当前的根密钥是 ${id}。`,
  under: (id, records) => `${id ?? '?'}  ${records} 条记录和 MAC`,
}
