import type { Group } from './group.ts'
import { hashStep, value } from './scan/tokens.ts'

/** Drain's tree of fixed depth: the number of tokens, then the first word. Its leaves hold what is worth comparing. */
export type Tree = {
  leaf(hashes: Int32Array, count: number): readonly Group[]
  add(group: Group): void
  remove(group: Group): void
  all(): Group[]
}

const none: readonly Group[] = []

export function createTree(): Tree {
  const leaves = new Map<number, Group[]>()
  return {
    leaf: (hashes, count) => leaves.get(branchOf(hashes, count)) ?? none,
    add(group) {
      const branch = branchOf(group.hashes, group.hashes.length)
      const leaf = leaves.get(branch)
      if (leaf === undefined) leaves.set(branch, [group])
      else leaf.push(group)
    },
    remove(group) {
      const branch = branchOf(group.hashes, group.hashes.length)
      const leaf = leaves.get(branch)!
      leaf.splice(leaf.indexOf(group), 1)
      if (leaf.length === 0) leaves.delete(branch)
    },
    all: () => [...leaves.values()].flat(),
  }
}

/** Two branches with one number share a leaf, where lines of different length are never similar. */
function branchOf(hashes: Int32Array, count: number): number {
  const first = branchPlace(hashes, count)
  return hashStep(hashStep(first < count ? hashes[first]! : value, first), count)
}

/** Where the first word stands. */
export function branchPlace(hashes: Int32Array, count: number): number {
  let at = 0
  while (at < count && hashes[at] === value) at++
  return at
}
