import type { Words } from '../en/index.ts'

export const share: Words['share'] = {
  action: '分享为单个文件…',
  title: '分享为单个文件',
  about: '一个 HTML 文件，包含这条调用链和阅读它的页面。无需 desk 即可打开，不发出任何请求。',
  redact: '剔除机密：被禁的键、令牌、卡号、地址和个人号码',
  making: '正在生成文件……',
  size: (size, spans, lines) => `${size}：${spans} 个 span，${lines} 行日志。`,
  save: '保存文件',
  isFile: '以单个文件分享的调用链。',
  redacted: (count) => `已剔除 ${count} 处机密。`,
  notRedacted: '文本未作剔除。',
  left: (records, details) =>
    `${[records > 0 && `${records} 个 span 或日志行放不下`, details > 0 && `${details} 行没有详情`]
      .filter(Boolean)
      .join('；')}。`,
  noDetails: '文件中放不下这一行的详情。',
  search: '在此调用链中搜索',
}

export const compare: Words['compare'] = {
  action: '与……比较',
  title: '比较调用链',
  choose: '将此调用链与之比较',
  paste: 'trace id、traceparent 或调用链地址',
  go: '比较',
  notId: '这不是 trace id：应为 32 位十六进制数字',
  itself: '这就是此调用链本身',
  recent: '最近的同名调用链',
  noneRecent: '这里没有其他同名调用链。',
  loading: '加载中……',
  notFound: (which) => `调用链 ${which} 不在这里`,
  swap: '交换 A 与 B',
  table: '两条调用链的行，左右对照',
  columns: { what: 'span 与日志行', a: 'A', b: 'B', change: 'B 相对 A', time: '时间' },
  verdicts: {
    same: '相同',
    slower: '变慢',
    faster: '变快',
    missing: 'B 中缺失',
    new: 'B 中新增',
  },
  total: (change) => `总计 ${change}`,
  counts: {
    slower: (count) => `${count} 处变慢`,
    faster: (count) => `${count} 处变快`,
    missing: (count) => `${count} 处缺失`,
    new: (count) => `${count} 处新增`,
    same: (count) => `${count} 处相同`,
  },
  inFirst: (name) => `A：${name}`,
  failsNow: '在 B 中失败',
  failedBefore: '在 A 中失败',
  times: (a, b) => `${a}× → ${b}×`,
  nothing: '没有差异。',
  onlyChanges: '仅看差异',
  threshold: (percent, time) => `变慢或变快：与 A 相差 ${percent} % 及以上，且 ${time} 及以上。`,
  byName: '同一父行之下按服务和名称对应；同名的按顺序对应。',
  left: (count) => `两条调用链中有 ${count} 行放不下。`,
  keys: { next: '下一处差异', previous: '上一处差异', changes: '仅看差异：开或关' },
}
