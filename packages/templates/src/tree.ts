import type { Group } from './group.ts'
import { isWordAt, type Words } from './identity.ts'
import { hashStep, value } from './scan/tokens.ts'

/** Drain's tree of fixed depth: the number of tokens, then the first word of the message. Its leaves hold what is worth comparing. */
export type Tree = {
  leaf(words: Words, count: number): readonly Group[]
  add(group: Group): void
  remove(group: Group): void
  all(): Group[]
}

const none: readonly Group[] = []

export function createTree(): Tree {
  const leaves = new Map<number, Group[]>()
  return {
    leaf: (words, count) => leaves.get(branchOf(words, count)) ?? none,
    add(group) {
      const branch = branchOf(group, group.hashes.length)
      const leaf = leaves.get(branch)
      if (leaf === undefined) leaves.set(branch, [group])
      else leaf.push(group)
    },
    remove(group) {
      const branch = branchOf(group, group.hashes.length)
      const leaf = leaves.get(branch)!
      leaf.splice(leaf.indexOf(group), 1)
      if (leaf.length === 0) leaves.delete(branch)
    },
    all: () => [...leaves.values()].flat(),
  }
}

/** Two branches with one number share a leaf, where lines of different length are never similar. */
function branchOf(words: Words, count: number): number {
  let first = 0
  while (first < count && !isWordAt(words, first)) first++
  return hashStep(hashStep(first < count ? words.hashes[first]! : value, first), count)
}
