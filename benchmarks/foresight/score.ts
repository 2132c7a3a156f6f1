import { type Archetype, archetypes, type Episode, minutesPerDay, type World } from './world.ts'

/** An alert: when, and of which services. `id`: of what may be told again; `sure`: how sure it is. */
export type Told = { minute: number; services: readonly number[]; text: string; id?: string; sure?: number }

/** How well faults were told of before they came. */
export type Score = {
  faults: number
  recall: number
  /** From the warning to the failure; the median of those that were told of. */
  medianLeadMinutes: number
  falseAlarms: number
  falsePerServiceDay: number
  precision: number
  falseOfDeploys: number
  byArchetype: { [Name in Archetype]: { faults: number; told: number; lead: number } }
  /** Of faults that two services show and that were told of: how many were told of once, before they came. */
  shared: { told: number; once: number }
  missed: Episode[]
  falseTold: Told[]
}

/** What is told of a service again within half an hour is one alert, whoever tells it. */
const againMinutes = 30
/** A service that failed recovers; alerts of that are neither right nor wrong. */
const recoveryMinutes = 60

/** The first day is for learning and counts for nobody. */
export function score(world: World, told: readonly Told[]): Score {
  const faults = world.episodes.filter(({ kind }) => kind !== 'deploy')
  const deploys = world.episodes.filter(({ kind }) => kind === 'deploy')
  const leads = new Map<Episode, number>()
  const tellers = new Map<Episode, Set<unknown>>()
  const falseTold: Told[] = []
  let right = 0
  for (const alert of once(told)) {
    if (alert.minute < minutesPerDay) continue
    const of = faults.find((fault) => isOf(fault, alert, fault.failMinute))
    if (of) {
      right++
      tellers.set(of, (tellers.get(of) ?? new Set()).add(alert.id ?? alert))
      if (!leads.has(of)) leads.set(of, of.failMinute - alert.minute)
    } else if (!faults.some((fault) => isOf(fault, alert, fault.endMinute + recoveryMinutes)))
      falseTold.push(alert)
  }
  const byArchetype = Object.fromEntries(
    archetypes.map((archetype) => {
      const own = faults.filter(({ kind }) => kind === archetype)
      const found = own.filter((fault) => leads.has(fault))
      const lead = median(found.map((fault) => leads.get(fault)!))
      return [archetype, { faults: own.length, told: found.length, lead }]
    }),
  ) as Score['byArchetype']
  const shared = faults.filter((fault) => fault.caller !== undefined && leads.has(fault))
  return {
    faults: faults.length,
    recall: leads.size / faults.length,
    medianLeadMinutes: median([...leads.values()]),
    falseAlarms: falseTold.length,
    falsePerServiceDay: falseTold.length / (world.services.length * (world.days - 1)),
    precision: right / Math.max(1, right + falseTold.length),
    falseOfDeploys: falseTold.filter((alert) =>
      deploys.some((deploy) => isOf(deploy, alert, deploy.endMinute + againMinutes)),
    ).length,
    byArchetype,
    shared: { told: shared.length, once: shared.filter((fault) => tellers.get(fault)!.size === 1).length },
    missed: faults.filter((fault) => !leads.has(fault)),
    falseTold,
  }
}

const isOf = (
  { service, caller, beginMinute }: Episode,
  { services, minute }: Told,
  until: number,
): boolean =>
  services.some((name) => name === service || name === caller) && minute >= beginMinute && minute < until

function once(told: readonly Told[]): Told[] {
  const last = new Map<number, number>()
  return told.filter(({ minute, services }) => {
    const isAgain = services.every((service) => minute - (last.get(service) ?? -1e9) < againMinutes)
    for (const service of services) last.set(service, minute)
    return !isAgain
  })
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}
