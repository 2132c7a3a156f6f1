import { cpus } from 'node:os'
import type { Redis } from 'ioredis'
import type { ReceiverCpu } from './receiver.ts'
import type { Sent } from './send-orders.ts'
import { type ServiceName, serviceNames, type ThreeServices } from './three-services.ts'

/** Who takes CPU in a run. */
export const processNames = [...serviceNames, 'redis', 'sender', 'receiver'] as const
type ProcessName = (typeof processNames)[number]

/** How far everything is at one moment. */
export type Look = {
  readonly atMs: number
  readonly orders: number
  readonly lines: number
  readonly cpuUs: Readonly<Record<ProcessName, number>>
  readonly activeMs: Readonly<Record<ServiceName, number>>
  /** All cores of the machine, with what else runs on it. */
  readonly machineMs: number
}

/** What one second between two looks was. */
export type Pace = {
  readonly perSecond: number
  readonly linesPerSecond: number
  /** Microseconds of CPU for an order, all threads of the process. */
  readonly cpuUs: Readonly<Record<ProcessName, number>>
  /** Of each service's main thread, the share of the time in which it had something to do. */
  readonly active: Readonly<Record<ServiceName, number>>
  /** Cores that were busy, and those that these processes took. */
  readonly cores: { readonly all: number; readonly busy: number; readonly ours: number }
}

type Told = {
  readonly orders: number
  readonly lines: number
  readonly cpuUs: number
  readonly activeMs: number
}

export async function look({ apps, receiver }: ThreeServices, redis: Redis, sent: Sent): Promise<Look> {
  const [api, work, second] = await Promise.all(serviceNames.map((name) => apps[name].ask<Told>({})))
  const told: Record<ServiceName, Told> = { api: api!, work: work!, second: second! }
  return {
    ...{ atMs: performance.now(), orders: told.work.orders, machineMs: machineMs() },
    lines: serviceNames.reduce((sum, name) => sum + told[name].lines, 0),
    activeMs: { api: told.api.activeMs, work: told.work.activeMs, second: told.second.activeMs },
    cpuUs: {
      ...{ api: told.api.cpuUs, work: told.work.cpuUs, second: told.second.cpuUs, sender: sent.cpuUs },
      redis: redisUs(await redis.info('cpu')),
      receiver: (await receiver.ask<ReceiverCpu>({ tell: 'cpu' })).cpuUs,
    },
  }
}

export function paceOf(from: Look, to: Look): Pace {
  const seconds = (to.atMs - from.atMs) / 1000
  const orders = to.orders - from.orders
  const difference = <Name extends string>(
    names: readonly Name[],
    of: (look: Look) => Readonly<Record<Name, number>>,
    per: number,
  ): Record<Name, number> =>
    Object.fromEntries(names.map((name) => [name, (of(to)[name] - of(from)[name]) / per])) as Record<
      Name,
      number
    >
  const cpuUs = difference(processNames, (one) => one.cpuUs, orders)
  const ours = processNames.reduce((sum, name) => sum + cpuUs[name], 0)
  return {
    perSecond: orders / seconds,
    linesPerSecond: (to.lines - from.lines) / seconds,
    cpuUs,
    active: difference(serviceNames, (one) => one.activeMs, seconds * 1000),
    cores: {
      all: cpus().length,
      busy: (to.machineMs - from.machineMs) / 1000 / seconds,
      ours: (ours * orders) / 1e6 / seconds,
    },
  }
}

function machineMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}

/** `used_cpu_sys:1.25` and `used_cpu_user:…`, in seconds. */
function redisUs(info: string): number {
  const [, system = 0] = /used_cpu_sys:([\d.]+)/.exec(info) ?? []
  const [, user = 0] = /used_cpu_user:([\d.]+)/.exec(info) ?? []
  return (Number(system) + Number(user)) * 1e6
}
