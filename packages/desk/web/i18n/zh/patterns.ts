import type { patterns as en } from '../en/patterns.ts'

export const patterns: typeof en = {
  title: '模式',
  since: '新出现于',
  only: '仅新模式',
  order: '排序',
  orders: { count: '最频繁', new: '最新出现', severity: '级别最高', last: '最近出现' },
  counts: (count) => `${count} 个模式`,
  isNew: '新',
  varies: '可变部分',
  trend: (most, step, before) => `每 ${step} 最多 ${most} 次，距末尾 ${before}`,
  columns: {
    count: '次数',
    trend: '趋势',
    severity: '级别',
    text: '模式',
    services: '服务',
    first: '首次出现',
    last: '最近出现',
  },
  pane: {
    title: '模式详情',
    copy: '复制模式',
    showLines: '查看其日志',
    examples: '最新的日志',
  },
  empty: {
    title: '这里没有模式',
    alsoOld: '同时显示旧模式',
    noSearch: '去掉搜索',
    allTime: '在全部时间中查找',
  },
  keys: {
    order: '更换排序',
    onlyNew: '仅看新模式，或查看全部',
    lines: '查看该模式的日志',
  },
}
