import type { Words } from '../en/index.ts'

export const warnings: Words['warnings'] = {
  title: '早期预警',
  none: '没有异常在积累。',
  learning: (until) => `仍在学习正常情况，直到 ${until}：发现的异常只显示在这里，不会发送。`,
  nothingYet: '还没有数据可供学习正常情况。',
  leftOut: (count) => `${count} 条日志和 span 未被观察：种类过多。`,
  states: {
    told: ['已通知', '与其他告警一样处理。'],
    learning: ['学习中', '在学满一天之前发现，未发送。'],
    below: ['把握不足', '可信度低于规则的要求，未发送。'],
  },
  sure: (share) => `可信度 ${share}`,
  noLead: '未早于故障',
  lead: (length) => `早于故障 ${length}`,
  changes: '变化',
  pattern: '所属模式',
  lines: '相关日志',
  course: '后续经过',
  began: '开始',
  warned: '预警',
  failed: '故障',
  alerted: '告警',
  later: (length) => `${length} 后`,
  noFailure: '两小时内没有发生故障。',
  noneSoFar: '目前没有发生故障。',
  opinion: {
    label: '这条预警有用吗？',
    useful: '有用',
    noise: '噪声',
    said: {
      useful: '此类异常出现时都会预警。',
      noise: '此类异常超过本次的程度时才会再次预警。',
    },
  },
  older: '显示更早的预警',
}
