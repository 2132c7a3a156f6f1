import type { Group } from './group.ts'

/** Groups by the ids that they would have with one of their words taken for a value. */
export type Siblings = {
  /** Those that become `id` so. */
  of(id: number): readonly Group[]
  add(group: Group): void
  remove(group: Group): void
}

const none: readonly Group[] = []

export function createSiblings(): Siblings {
  const families = new Map<number, Group | Group[]>()
  const leave = (id: number, group: Group): void => {
    const family = families.get(id)
    if (!Array.isArray(family)) {
      if (family === group) families.delete(id)
      return
    }
    const at = family.indexOf(group)
    if (at >= 0) family.splice(at, 1)
    if (family.length === 1) families.set(id, family[0]!)
  }
  return {
    of(id) {
      const family = families.get(id)
      if (family === undefined) return none
      return Array.isArray(family) ? family : [family]
    },
    add(group) {
      for (const id of group.maskedIds) {
        const family = families.get(id)
        if (family === undefined) families.set(id, group)
        else if (Array.isArray(family)) family.push(group)
        else families.set(id, [family, group])
      }
    },
    remove(group) {
      for (const id of group.maskedIds) leave(id, group)
    },
  }
}
