import { startRedisServer } from '../services.ts'
import type { DemoDesk } from './demo-desk.ts'
import type { Keep } from './kafka-judges.ts'
import type { OrdersServices } from './orders-services.ts'
import { until } from './until.ts'

/** So many orders go well, that keeping a share of them shows. */
export const goodOrders = 200

/** Throws with the remedy. */
export function requireShare(text: string): string {
  const share = Number(/^(\d+(?:\.\d+)?)\s*%$/.exec(text)?.[1])
  if (share <= 100) return `${share}%`
  throw new Error(`--keep ${text}: write a share such as 1%`)
}

/** A Redis of its own tells the services which chains are kept; what of INFO and of spans is not kept waits. */
export async function startKeeping(share: string, keep: Keep): Promise<NodeJS.ProcessEnv> {
  const redis = keep(await startRedisServer({ isApart: true }))
  return {
    CLEW_KEEP: share,
    CLEW_BUS: redis.url,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: String(Number.parseFloat(share) / 100),
  }
}

/** What of all lines that the loggers of the services wrote has come, once the orders that go well are paid. */
export async function describeKept(desk: DemoDesk, services: OrdersServices): Promise<string> {
  const isPaid = ({ line }: { line: string }): boolean => line.includes('"order paid"')
  await until(() => services.lines.filter(isPaid).length > goodOrders)
  const written = services.lines.length
  const [shipped, released] = [
    await desk.countLines('module:*'),
    await desk.countLines('log.sample.weight:0'),
  ]
  const held = written - shipped + released
  return `the services wrote ${written} lines: ${held} were held, ${released} of them were released with their chains, ${shipped} were shipped (${percent(shipped / written)} of all)`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
