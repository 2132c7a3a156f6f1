import type { services as en } from '../en/services.ts'

export const services: typeof en = {
  title: '服务',
  loading: '正在统计 span…',
  refresh: '刷新',
  none: '这段时间内没有服务发送数据',
  connect: '接入应用',
  sampled: (spans) => `根据最新的 ${spans} 个 span 统计。服务的耗时取自请求和任务，边的耗时取自其调用。`,
  map: {
    label: '服务拓扑图',
    closer: '放大',
    further: '缩小',
    fit: '适应页面宽度',
    kinds: { service: '服务', queue: '队列', database: '数据库', host: '不发送 span' },
    spans: (count) => `${count} 个 span`,
    failed: (share) => `失败 ${share}`,
    link: (ends, count, failed, p95) => `${ends}：调用 ${count} 次，失败 ${failed} 次，p95 ${p95}`,
  },
  table: {
    services: '服务',
    calls: '调用关系',
    never: '无',
    kinds: { call: '调用', queue: '队列', database: '数据库' },
    columns: {
      service: '服务',
      spans: 'Span 数',
      failed: '失败',
      lines: '日志行数',
      failedLines: '错误日志',
      instances: '实例数',
      from: '来源',
      to: '目标',
      kind: '类型',
      count: '次数',
    },
  },
}
