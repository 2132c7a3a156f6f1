import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type Child, startChild } from '../measure/child.ts'
import { look, type Pace, paceOf } from './look.ts'
import { longestLateMs } from './orders.ts'
import type { Judged } from './receiver.ts'
import type { Sent, ToSender } from './send-orders.ts'
import { startThreeServices, type ThreeServices } from './three-services.ts'
import type { Way } from './ways.ts'

/** `rate`: orders a second; 0: as many as the services can do. */
export type Load = { readonly rate: number; readonly seconds: number; readonly warmUpSeconds: number }

/** What a run showed. Without Clew nothing comes, and nothing is judged. */
export type Measured = Pace & {
  readonly way: Way
  readonly judged: Judged | undefined
  /** What the services said, and answers that were none. */
  readonly said: readonly string[]
}

const pollMs = 100
const mostDrainMs = 60_000
/** Longer than anything waits for others before it is sent, or for Redis to be tried again. */
const lastSendMs = 8_000

export async function measureWay(way: Way, load: Load): Promise<Measured> {
  const services = await startThreeServices(way)
  const args = [String(services.apiPort), String(load.rate)]
  const sender = startChild({ file: join(import.meta.dirname, 'send-orders.ts'), args })
  const redis = new Redis(services.redisUrl)
  try {
    return await measure(way, load, services, sender, redis)
  } finally {
    redis.disconnect()
    await sender.stop()
    await services.stop()
  }
}

async function measure(
  way: Way,
  { seconds, warmUpSeconds }: Load,
  services: ThreeServices,
  sender: Child,
  redis: Redis,
): Promise<Measured> {
  const tell = (message: ToSender): Promise<Sent> => sender.ask<Sent>(message)
  await relayFor(warmUpSeconds, services, tell)
  const from = await look(services, redis, await tell({ begin: way.failing }))
  const aroundCut = (seconds - way.cutSeconds) / 2
  await relayFor(aroundCut, services, tell)
  if (way.cutSeconds > 0) services.cut()
  await relayFor(way.cutSeconds, services, tell)
  services.restore()
  await relayFor(aroundCut, services, tell)
  const sent = await tell({ end: true })
  const pace = paceOf(from, await look(services, redis, sent))
  await untilWorked(services, tell)
  if (!way.isBare) await delay(longestLateMs + lastSendMs)
  const said = linesSaid(await services.stopApps())
  return {
    ...{ way, ...pace, said: [...said, ...sent.refused] },
    judged: way.isBare ? undefined : await services.receiver.ask<Judged>({ judge: sent.orders }),
  }
}

/** Meanwhile the sender hears how many jobs are done. */
async function relayFor(
  seconds: number,
  services: ThreeServices,
  tell: (message: ToSender) => Promise<Sent>,
): Promise<void> {
  for (const endMs = performance.now() + seconds * 1000; performance.now() < endMs; ) {
    await delay(Math.min(pollMs, endMs - performance.now()))
    await tell({ worked: await workedBy(services) })
  }
}

async function workedBy({ apps }: ThreeServices): Promise<number> {
  return (await apps.work.ask<{ orders: number }>({})).orders
}

async function untilWorked(
  services: ThreeServices,
  tell: (message: ToSender) => Promise<Sent>,
): Promise<void> {
  for (const endMs = performance.now() + mostDrainMs; performance.now() < endMs; ) {
    const { open, answered } = await tell({ end: true })
    if (open === 0 && (await workedBy(services)) >= answered) return
    await delay(pollMs)
  }
  throw new Error(`the services did not come to an end with what was asked within ${mostDrainMs / 1000} s`)
}

/** Each once; what is said at a start is no news. */
function linesSaid(text: string): string[] {
  return [...new Set(text.split('\n'))].filter((line) => line !== '' && !line.includes(' joins '))
}
