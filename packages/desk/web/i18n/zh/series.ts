import type { Words } from '../en/index.ts'

export const series: Words['series'] = {
  title: '指标',
  none: '还没有指标',
  connect: 'OpenTelemetry SDK 或 collector 发送到 /v1/metrics 或 gRPC 的指标显示在这里，只保存在内存中。',
  name: '名称',
  kind: '类型',
  kinds: { gauge: '仪表', sum: '累加值', counter: '计数器', histogram: '直方图', summary: '摘要' },
  last: '最新值',
  mean: '平均值',
  high: '第 95 百分位',
  highest: '最高分位数',
  total: '总计',
  count: '序列',
  services: '服务',
  at: '时间',
  kept: (series, most) =>
    `${series} 个序列（最多 ${most} 个），各保留最新 240 个点；保存在内存中，desk 结束时清除。`,
  notKept: (points) => `${points} 个点未保留：序列过多。`,
  shown: (shown, all) => `显示最近写入的 ${shown} 个序列，共 ${all} 个`,
  close: '关闭',
  tooFew: '还没有可绘制的内容。',
  label: (last, least, most, from, to) => `最新 ${last}；从 ${least} 到 ${most}，${from} 至 ${to}`,
  exemplars: (count) => `示例：${count}`,
  openChain: (at, traceId) => `${at}，调用链 ${traceId}`,
}
