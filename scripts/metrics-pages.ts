import { metricsCatalog } from '../src/server/metrics-catalog.ts'

/** What each metric means, in Chinese. A metric that is missing here fails the making of the page. */
const MEANINGS_ZH: Readonly<Record<string, string>> = {
  keyturn_audit_failing: '有线程写不了审计日志时为 1。',
  keyturn_audit_failures: '被拒绝的审计记录数。',
  keyturn_audit_groups: '审计记录分成多少组写入。',
  keyturn_audit_sink_failing: '某个审计去向收不到记录时为 1；若为必需的去向，此时拒绝请求。',
  keyturn_audit_sink_failures_total: '审计去向连不上或中断的次数。',
  keyturn_audit_sink_lines_total: '审计去向收到的日志行数，包括重发的。',
  keyturn_audit_records: '已写入的审计记录数。',
  keyturn_build_info: '恒为 1，标签为程序版本。',
  keyturn_damaged_rows_met: '遇到被 Keyturn 以外的程序改动的数据行的次数。',
  keyturn_cache_bytes: '缓存占用的内存（估计）。',
  keyturn_cache_hits: '在缓存中找到密钥的次数。',
  keyturn_cache_keys: '缓存中的密钥数。',
  keyturn_cache_misses: '在缓存中没有找到的次数。',
  keyturn_clock_ahead_seconds: '系统时钟比实际流逝的时间快多少秒；落后则为负。',
  keyturn_clock_doubted: '系统时钟不可信时为 1，此时不销毁任何密钥，也没有材料过期。',
  keyturn_clock_jumps_total: '系统时钟跳变或停走的次数，按方向。',
  keyturn_connections: '已打开的连接数。',
  keyturn_connections_cut_total:
    '被拒绝的连接（node、address：数量过多）和被切断的连接（handshake：占用了别人的位置；reader：不读取响应）的次数，按原因。',
  keyturn_events_oldest_seconds: '最早的待发事件已等了多久；没有则为 0。',
  keyturn_events_waiting: '数据库中待发的事件数，最多数到 10000。',
  keyturn_heap_bytes: 'JavaScript 对象占用的内存。',
  keyturn_keys: '密钥数，按状态和规格。',
  keyturn_keys_destroyed_total: '本进程在等待期满后销毁的密钥数。',
  keyturn_loop_lag_max_seconds: '最慢线程的事件循环自上次查询以来的最大迟滞。',
  keyturn_loop_lag_p99_seconds: '最慢线程的事件循环自上次查询以来迟滞的 99 百分位。',
  keyturn_ready: '每个线程都在提供服务时为 1。',
  keyturn_request_seconds: '从收到请求到回答的时间。',
  keyturn_requests_total: '已回答的请求数，按操作和 HTTP 状态码。',
  keyturn_revoked_tokens: '一个线程在内存中保存的已注销 Token 数，最多是最近两天的。',
  keyturn_rotations_due: '已到期而未完成的自动轮换数。',
  keyturn_rotations_late_total: '到期一分钟以后才完成的轮换数。',
  keyturn_rotations_overdue: '其中迟到一分钟以上的，最多数到 10000。',
  keyturn_rotations_total: '本进程完成的轮换数，按原因。',
  keyturn_sealed: '根密钥不在手边时为 1，此时不提供服务。',
  keyturn_store_errors: '访问数据库失败的次数。',
  keyturn_tls_certificate_expiry_time_seconds:
    '所用证书何时到期，1970 年以来的秒数；读不出来时为 0。',
  keyturn_tls_handshakes: '正在进行 TLS 握手的连接数。',
  keyturn_token_free_bytes: 'PKCS #11 密码机中可存放密钥的剩余空间，如果它提供这个数字。',
  keyturn_token_total_bytes: 'PKCS #11 密码机中可存放密钥的全部空间，如果它提供这个数字。',
  keyturn_webhook_attempts_total: '本节点尝试发送事件的次数，按结果。',
  keyturn_webhook_gone: '接收方表示不再需要事件时为 1。',
  process_cpu_seconds: '到目前为止用掉的 CPU 时间。',
  process_resident_memory_bytes: '常驻内存。',
  process_uptime_seconds: '启动以来的时间。',
}

/** The pages of metrics, by their files, in both languages. */
export function metricsPages(): Readonly<Record<string, string>> {
  const english = [
    '# Metrics',
    '',
    'Made from what the server exports; not edited by hand. `/metrics` has them in the text format of',
    'Prometheus, added up over all threads; where it says so, of the worst of them. What to watch, and',
    'the alerts that do: [observability](observability.md).',
    '',
    '| metric | kind | labels | meaning |',
  ]
  const chinese = [
    '# 指标',
    '',
    '由服务器导出的内容生成，请勿手工修改。`/metrics` 以 Prometheus 的文本格式给出各线程之和；注明之处为其中最差者。',
    '该看什么、有哪些告警：[可观测性](observability.zh.md)。',
    '',
    '| 指标 | 种类 | 标签 | 含义 |',
  ]
  return {
    'docs/metrics.md': page(english, (_name, help) => help),
    'docs/metrics.zh.md': page(chinese, meaningZh),
  }
}

function meaningZh(name: string): string {
  const meaning = MEANINGS_ZH[name]
  if (meaning === undefined) throw new Error(`scripts/metrics-pages.ts: ${name} has no Chinese`)
  return meaning
}

function page(head: readonly string[], meaning: (name: string, help: string) => string): string {
  const rows = metricsCatalog().map(({ name, kind, labels, help }) => {
    const listed = labels.map((label) => `\`${label}\``).join(', ')
    return `| \`${name}\` | ${kind} | ${listed} | ${meaning(name, help)} |`
  })
  return [...head, '| --- | --- | --- | --- |', ...rows, ''].join('\n')
}
