import { existsSync, readdirSync, readFileSync } from 'node:fs'

type Language = 'en' | 'zh'

/** A page: its file from docs/ without its ending, and its name in both languages. */
type Page = readonly [file: string, en: string, zh: string]

interface Section {
  readonly en: string
  readonly zh: string
  readonly pages: readonly Page[]
}

/** Every page of the site, in reading order. */
export const SECTIONS: readonly Section[] = [
  {
    en: 'Start',
    zh: '入门',
    pages: [
      ['guide/quick-start', 'Quick start', '快速上手'],
      ['guide/concepts', 'Concepts', '概念'],
      ['guide/differences', 'Differences from the cloud', '与云服务的差异'],
      ['guide/migration', 'Moving from and to the cloud', '从云上迁入与迁出'],
    ],
  },
  {
    en: 'Use it',
    zh: '使用',
    pages: [
      ['console', 'Console', '控制台'],
      ['command-line', 'Command line', '命令行'],
      ['client', 'TypeScript client', 'TypeScript 客户端'],
      ['how-to/sdks', 'SDKs: Python, Go, Java, Node', 'SDK：Python、Go、Java、Node'],
      ['how-to/openstack-cli', 'openstack command', 'openstack 命令行'],
      ['how-to/terraform', 'Terraform', 'Terraform'],
      ['how-to/sops', 'SOPS', 'SOPS'],
      ['how-to/opengauss', 'openGauss', 'openGauss'],
      ['file-format', 'Encrypted files', '加密文件'],
      ['how-to/old-versions', 'Old versions', '旧版本'],
      ['how-to/rotation-by-use', 'Rotation by use', '按用量轮换'],
      ['how-to/testing', 'Testing your own software', '测试您自己的软件'],
      ['events', 'Events and webhooks', '事件与 webhook'],
    ],
  },
  {
    en: 'Run it',
    zh: '运维',
    pages: [
      ['deployment', 'Deployment', '部署'],
      ['how-to/users', 'Users and rights', '用户与权限'],
      ['how-to/postgresql', 'PostgreSQL', 'PostgreSQL'],
      ['how-to/kubernetes', 'Kubernetes', 'Kubernetes'],
      ['how-to/keystone', 'Keystone', 'Keystone'],
      ['key-stores', 'Hardware security modules', '硬件密码机'],
      ['regions', 'Regions', '多区域'],
      ['how-to/seals', 'Seals', '封印'],
      ['how-to/backup', 'Backup and restore', '备份与恢复'],
      ['how-to/damaged-rows', 'Damaged rows', '受损的数据行'],
      ['store-copy', 'Moving a store', '搬迁存储'],
      ['observability', 'Observability', '可观测性'],
      ['metrics', 'Metrics', '指标'],
      ['audit-log', 'The audit log', '审计日志'],
      ['proof', 'Proof for others', '给他人的证明'],
    ],
  },
  {
    en: 'Security',
    zh: '安全',
    pages: [
      ['guide/security', 'Security guide', '安全指南'],
      ['threat-model', 'Threat model', '威胁模型'],
      ['reliability', 'Reliability', '可靠性'],
    ],
  },
  {
    en: 'Reference',
    zh: '参考',
    pages: [
      ['operations', 'Operations', '接口'],
      ['faults', 'Faults', '错误码'],
      ['settings', 'Settings', '设置'],
      ['compatibility', 'Compatibility', '兼容性'],
    ],
  },
]

const folder = new URL('..', import.meta.url)

/** The records of decisions, which are in English alone, by their files. */
function decisions(): readonly { readonly text: string; readonly link: string }[] {
  return readdirSync(new URL('adr', folder))
    .filter((name) => /^\d{4}-.+\.md$/.test(name))
    .sort()
    .map((name) => {
      const [heading = name] = readFileSync(new URL(`adr/${name}`, folder), 'utf8').split('\n')
      const title = heading.replace(/^#\s*\d+[.:]?\s*/, '')
      return { text: `${Number(name.slice(0, 4))}. ${title}`, link: `/adr/${name.slice(0, -3)}` }
    })
}

/** Menu and sidebar of a language, as the theme takes them. */
export function nav(language: Language) {
  const link = (file: string) => {
    const isThere = language === 'zh' && existsSync(new URL(`${file}.zh.md`, folder))
    return `${isThere ? '/zh' : ''}/${file}`
  }
  const sections = SECTIONS.map((section) => ({
    text: section[language],
    items: section.pages
      .filter(([file]) => existsSync(new URL(`${file}.md`, folder)))
      .map(([file, en, zh]) => ({ text: language === 'en' ? en : zh, link: link(file) })),
  }))
  const records = { text: language === 'en' ? 'Decisions' : '设计决策', collapsed: true }
  return {
    nav: sections.map(({ text, items }) => ({ text, link: items[0]?.link ?? '/' })),
    sidebar: [...sections, { ...records, items: decisions() }],
  }
}
