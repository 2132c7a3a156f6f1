import type { chains as en } from '../en/chains.ts'

export const chains: typeof en = {
  title: '调用链',
  loading: '正在查询调用链…',
  badSearch: '搜索语句有误，说明见搜索框下方。',
  unnamed: '未命名',
  columns: { time: '时间', chain: '调用链', course: '过程', duration: '耗时', size: '规模' },
  spans: (_count, text) => `${text} 个 span`,
  lines: (_count, text) => `${text} 行日志`,
  errors: (count) => `${count} 个错误`,
  course: (spans, errors, duration) =>
    [`${spans} 个 span`, ...(errors > 0 ? [`${errors} 个失败`] : []), duration].join('，'),
  fresh: (count) => `${count} 条新调用链`,
  filters: {
    errors: '仅看错误',
    duration: '耗时',
    anyDuration: '任意耗时',
    slower: (duration) => `慢于 ${duration}`,
    service: '服务',
    anyService: '全部服务',
    order: '排序',
    recent: '最新优先',
    slow: '最慢优先',
  },
  firstRun: {
    title: '尚未收到数据',
    text: '接入一个应用，它的调用链就会出现在这里。',
    link: '接入应用',
  },
  none: {
    title: '没有匹配的调用链',
    fewer: '请减少搜索词，或去掉一个过滤条件。',
    longer: '这段时间内没有调用链，请选择更长的时间。',
    wait: '收到的数据没有 trace id，不属于任何调用链。',
    clear: '清除搜索',
    allTime: '查看全部时间',
  },
}
