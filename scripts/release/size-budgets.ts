/** What each package may take packed, in kB: what it takes and a tenth more, so that what makes it larger is seen. */
const budgetsKb: Readonly<Record<string, number>> = {
  '@clew/alert': 220,
  '@clew/bullmq': 30,
  '@clew/console': 9,
  '@clew/core': 70,
  '@clew/cron': 7,
  '@clew/desk': 610,
  '@clew/express': 11,
  '@clew/fastify': 7,
  '@clew/file-exporter': 20,
  '@clew/hono': 8,
  '@clew/http': 35,
  '@clew/ioredis': 11,
  '@clew/kafka-exporter': 15,
  '@clew/kafkajs': 13,
  '@clew/koa': 8,
  '@clew/mcp': 150,
  '@clew/mongodb': 12,
  '@clew/mysql2': 11,
  '@clew/nest': 9,
  '@clew/node': 440,
  '@clew/node-cron': 8,
  '@clew/otlp': 130,
  '@clew/pg': 14,
  '@clew/pino': 16,
  '@clew/pipeline': 145,
  '@clew/platformatic-kafka': 16,
  '@clew/postgres': 12,
  '@clew/prometheus-exporter': 30,
  '@clew/redis': 10,
  '@clew/search': 30,
  '@clew/settings': 30,
  '@clew/syslog-exporter': 14,
  '@clew/templates': 35,
  '@clew/testing': 13,
  '@clew/winston': 20,
  clew: 85,
}

/** What is wrong with the size of a packed package. */
export function checkSize(name: string, bytes: number): string[] {
  const budgetKb = budgetsKb[name]
  const size = `${(bytes / 1000).toFixed(1)} kB packed`
  const place = 'scripts/release/size-budgets.ts'
  if (budgetKb === undefined) return [`${size}, and has no budget; write one into ${place}`]
  if (bytes <= budgetKb * 1000) return []
  return [`${size}, more than its budget of ${budgetKb} kB; make it smaller, or say a new budget in ${place}`]
}
