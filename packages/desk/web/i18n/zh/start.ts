import type { start as en } from '../en/start.ts'

export const start: typeof en = {
  title: '接入应用',
  lead: '按下面的方式启动应用并发一个请求，调用链就会出现在这里。',
  framework: '你的应用',
  any: '任意 Node.js',
  install: '安装',
  run: '预加载启动',
  noCode: '无需修改代码。stderr 上的一行会说明接入了什么、发往哪里。',
  sdk: '使用任意 OpenTelemetry SDK',
  sdkNote: '任何语言，HTTP 或 gRPC 均可。在应用的环境变量中设置。',
  collector: '来自 OpenTelemetry Collector',
  collectorNote: '把这个 exporter 加入 traces 和 logs 的 pipeline。',
  waiting: '正在等待第一条记录……',
  arrived: (logs, spans) => `成功：已收到 ${logs} 行日志和 ${spans} 个 span。`,
  look: '查看调用链',
  stored: '已存储',
  of: (used, limit) => `${used} / ${limit}`,
  where: '存放于',
  memory: '仅内存',
  refused: '被拒绝的请求',
  version: '版本',
}
