import { nav } from './pages.ts'

/** What frames the Chinese pages. */
export const zh = {
  description: '自托管的密钥管理服务，密钥自动轮换',
  themeConfig: {
    ...nav('zh'),
    outline: { level: [2, 3] as [number, number], label: '本页内容' },
    docFooter: { prev: '上一页', next: '下一页' },
    returnToTopLabel: '回到顶部',
    sidebarMenuLabel: '目录',
    darkModeSwitchLabel: '外观',
    lightModeSwitchTitle: '切换到浅色',
    darkModeSwitchTitle: '切换到深色',
    langMenuLabel: '语言',
    skipToContentLabel: '跳到正文',
    notFound: {
      title: '没有这个页面',
      quote: '它可能已经改名或移走。',
      linkLabel: '回到首页',
      linkText: '回到首页',
    },
  },
}
