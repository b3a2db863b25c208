import type { SystemWords } from '../system-problems.ts'

/** What a system refuses, in Chinese. */
export const SYSTEM_WORDS_ZH: SystemWords = {
  absent: (path) => (path === undefined ? '没有此文件' : `${path} 不存在`),
  denied: (path) => `${path === undefined ? '' : `${path}：`}当前用户没有权限`,
  there: (path) => `${path ?? '该文件'} 已存在`,
  full: (path) => `${path === undefined ? '' : `${path}：`}磁盘空间不足`,
  readOnly: (path) => `${path ?? '该文件'} 位于只读的磁盘上`,
  folder: (path) => `${path ?? '所给路径'} 是目录，不是文件`,
  noFolder: (path) => `${path ?? '所给路径'}：路径中有一部分不是目录`,
  longName: (path) => `${path ?? '名称'} 过长`,
}
