import type { CountSeries } from './count-series.ts'
import type { Room, Service } from './service.ts'

/**
 * A template became more general, or a part of another one: its series goes on under the other id. Where both are there, they are
 * one series from now on; the values are those of the more frequent one.
 */
export function renameTemplate(service: Service, id: string, into: string, room: Room): void {
  const groups = service.groups.template
  const group = groups.get(id)
  if (group === undefined) return
  groups.delete(id)
  const other = groups.get(into)
  if (other === undefined) {
    groups.set(into, group)
    return
  }
  const [more, less] = other.count.usual.level >= group.count.usual.level ? [other, group] : [group, other]
  addCounts(more.count, less.count)
  room.series -= 1 + less.values.size
  groups.set(into, more)
}

function addCounts(to: CountSeries, from: CountSeries): void {
  const add = (into: number[], list: readonly number[]): void => {
    for (const [at, value] of list.entries()) into[at] = into[at]! + value
  }
  add(to.open, from.open)
  add(to.ring, from.ring)
  to.weights += from.weights
  to.squares += from.squares
  to.usual.level += from.usual.level
  to.slow += from.slow
  to.slowMinutes = Math.min(to.slowMinutes, from.slowMinutes)
  to.bornMinute = Math.min(to.bornMinute, from.bornMinute)
  to.lastMs = Math.max(to.lastMs, from.lastMs)
  to.first = Math.max(to.first, from.first)
  to.harmless = Math.max(to.harmless, from.harmless)
}
