import type { BackupSummary, ReportWords } from '../report-words.ts'

/** What commands report of audit logs, backups and rotations to come, in Chinese. */
export const REPORT_WORDS_ZH: ReportWords = {
  auditLog(found) {
    const { problems, records, chains, groups, files, checkpoints, openRecords } = found
    const macs = found.areMacsChecked ? 'MAC 已校验' : 'MAC 未校验，校验它需要根密钥'
    const openEnd = openRecords === 0 ? '' : `；其中最后 ${openRecords} 条尚无检查点证实`
    const where = chains === 1 ? '' : `（分布在 ${chains} 条链上）`
    const counts =
      `${records} 条记录${where}，${groups} 组，${files} 个文件，` +
      `${checkpoints} 个检查点${openEnd}`
    const verdict = problems.length === 0 ? '完整' : '不完整'
    const doubts = found.doubtful.map(
      ({ chain, doubtfulRecords }) =>
        `链 ${chain}：最后 ${doubtfulRecords} 条记录只由已弃用的根密钥保护。弃用时其节点没有运行：` +
        '这些记录或是节点被终止之前所写，或是窃得该根密钥者所写',
    )
    const lines = [...problems, ...doubts].map((line) => `  ${line}`)
    return [`审计日志${verdict}：${counts}；${macs}。`, ...lines].join('\n')
  },
  backup: {
    written: (summary, bytes, seconds) =>
      [
        `已备份${contents(summary)}：${bytes}，用时 ${seconds} 秒。`,
        `根密钥 ${summary.rootKeyId} 不在备份中：请把 root.key 另行保存。没有它，谁也打不开这个备份；`,
        '同时拥有两者的人则拥有全部密钥。',
      ].join('\n'),
    good: (summary, records) => `备份完好：${guarded(summary)}；已打开 ${records} 条经包装的记录。`,
    bad: (summary, count, problems, more) =>
      [
        `备份有问题：${guarded(summary)}；共 ${count} 处问题。`,
        ...problems.map((problem) => `  ${problem}`),
        ...(more === undefined ? [] : [`  另有 ${more} 处`]),
      ].join('\n'),
    nothingChanged: '没有做任何改动。',
    restored: (summary, kept) =>
      [
        `已恢复${contents(summary)}，其中每条记录都能打开。`,
        ...(kept === undefined ? [] : [`原有的存储现在位于 ${kept}：确认无误后再删除。`]),
        '此后创建、更改或撤销的内容不在其中：请查看审计日志。',
      ].join('\n'),
  },
  hindrances: {
    off: '自动轮换已关闭',
    disabled: '密钥已禁用',
    'pending-deletion': '密钥等待删除',
    'pending-import': '密钥等待导入材料',
    imported: '导入的材料只按要求轮换',
    kind: '非对称密钥和 MAC 密钥不自动轮换',
    'default-key': '默认密钥不轮换',
    replica: '副本跟随其在另一区域的主密钥',
  },
}

function contents({ keys, rows, engine, at }: BackupSummary): string {
  return `截至 ${at} 的 ${engine} 存储（${keys} 个密钥，${rows} 行）`
}

function guarded(summary: BackupSummary): string {
  return `${contents(summary)}，由根密钥 ${summary.rootKeyId} 保护`
}
