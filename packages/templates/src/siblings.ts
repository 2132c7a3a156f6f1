import { type Group, isAlike } from './group.ts'
import { createIdCounts } from './id-counts.ts'
import { differInOneWord, maskedIdsOf } from './identity.ts'
import type { Tree } from './tree.ts'

/** Groups by the ids that they would have with one of their words taken for a value. */
export type Siblings = {
  /** One that is like the group and becomes `id` so, if there are so many at least. */
  find(id: number, enough: number, group: Group): Group | undefined
  add(group: Group): void
  remove(group: Group): void
}

/**
 * Each group has two dozen such ids, and nearly none of them has a second one. So they are counted only, and what has
 * one is looked for in its leaf of the tree; but for the word by which the tree branches, which leads to other leaves.
 */
export function createSiblings(tree: Tree): Siblings {
  const families = new Map<number, Group[]>()
  const counts = createIdCounts(() => tree.all().flatMap(maskedOf))

  const findInLeaf = (id: number, enough: number, group: Group): Group | undefined => {
    let first: Group | undefined
    let found = 0
    for (const other of tree.leaf(group, group.hashes.length)) {
      if (!differInOneWord(group, other) || !isAlike(other, group, group.hashes.length)) continue
      if (!maskedOf(other).includes(id)) continue
      first ??= other
      found++
      if (found === enough) return first
    }
    return undefined
  }

  return {
    find(id, enough, group) {
      if (counts.atMost(id) < enough) return undefined
      const family = families.get(id)
      if (family !== undefined && family.length >= enough) {
        const sibling = family.find((other) => isAlike(other, group, group.hashes.length))
        if (sibling !== undefined) return sibling
      }
      return findInLeaf(id, enough, group)
    },
    add(group) {
      const masked = maskedOf(group)
      counts.add(masked)
      const [lead] = masked
      if (lead === undefined) return
      const family = families.get(lead)
      if (family === undefined) families.set(lead, [group])
      else family.push(group)
    },
    remove(group) {
      const masked = maskedOf(group)
      counts.remove(masked)
      const [lead] = masked
      const family = lead === undefined ? undefined : families.get(lead)
      if (lead === undefined || family === undefined) return
      if (family.length === 1) families.delete(lead)
      else family.splice(family.indexOf(group), 1)
    },
  }
}

function maskedOf(group: Group): number[] {
  return maskedIdsOf(group, group.hashes.length)
}
