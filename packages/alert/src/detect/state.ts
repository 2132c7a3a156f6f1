import type { AlertLine } from '../alert.ts'
import { beginCauses, type Causes } from './causes.ts'
import type { CountSeries } from './count-series.ts'
import { linesFrom } from './kept-lines.ts'
import type { Opinions } from './opinions.ts'
import { type Group, type Room, reviveService, type Service } from './service.ts'
import type { ValueSeries } from './value-series.ts'

/** All that a detector knows. JSON but for the maps. */
export type State = {
  version: number
  minute: number
  /** The first of which all was counted; not in states of former versions. */
  watchedFrom?: number
  services: Map<string, Service>
  causes: Causes
  opinions: Opinions
  room: Room
  late: number
  ahead: number
}

const stateVersion = 6

export function beginState(): State {
  const room = { series: 0, most: 0, leftOut: 0 }
  return {
    version: stateVersion,
    minute: 0,
    services: new Map(),
    causes: beginCauses(),
    opinions: new Map(),
    room,
    late: 0,
    ahead: 0,
  }
}

export const printState = (state: State): string =>
  JSON.stringify(state, (_, value) => (value instanceof Map ? { entries: [...value] } : value))

/** Nothing where it is none, or of a version that is not known. */
export function parseState(saved: string): State | undefined {
  try {
    const state = JSON.parse(saved, (_, value) =>
      Array.isArray(value?.entries) ? new Map(value.entries) : value,
    ) as State
    if (state.version === 4) fromFour(state)
    if (state.version === 5) fromFive(state)
    if (state.version !== stateVersion) return undefined
    for (const [name, service] of state.services) state.services.set(name, reviveService(service))
    return state
  } catch {
    return undefined
  }
}

/** Version 4 did not know how long the shares of a mix were learnt, nor how much they vary. */
function fromFour(state: State): void {
  for (const service of state.services.values())
    for (const count of countsOf(service)) {
      count.slowMinutes = count.usual.minutes
      count.shareWander = 1
    }
  state.version = 5
}

/** Version 5 had a list of each that is now one of several, and did not know which lines have a trace. */
function fromFive(state: State): void {
  const join = (series: CountSeries | ValueSeries, into: 'open' | 'kept', names: readonly string[]): void => {
    const former = series as unknown as { [name: string]: number[] }
    const lists = names.map((name) => former[name]!)
    for (const name of names) delete former[name]
    former[into] = lists[0]!.flatMap((_, at) => lists.map((list) => list[at]!))
  }
  for (const service of state.services.values()) {
    for (const count of countsOf(service)) join(count, 'open', ['open', 'openSquares'])
    for (const series of [...countsOf(service), ...valuesOf(service)])
      series.lines = linesFrom(series.lines as unknown as AlertLine[])
    for (const values of valuesOf(service)) {
      join(values, 'open', ['openSums', 'openSquares', 'openWeights', 'openCounts'])
      join(values, 'kept', ['sums', 'squares', 'weights', 'counts'])
    }
  }
  state.version = stateVersion
}

export const groupsOf = (service: Service): Group[] =>
  Object.values(service.groups).flatMap((map) => [...map.values()])
export const countsOf = (service: Service): CountSeries[] => [
  service.all,
  ...groupsOf(service).map(({ count }) => count),
]
export const valuesOf = (service: Service): ValueSeries[] =>
  groupsOf(service).flatMap(({ values }) => [...values.values()])
