import type { Group } from './group.ts'
import { type Tokens, tail, value } from './scan/tokens.ts'

/** Below it a line is another message. */
const closeEnough = 0.6
/** So many messages that differ in some words only: the words were values after all. */
const manySiblings = 10
/** Of a leaf, only the templates made last are compared, so that free text stays cheap. */
const mostCompared = 256

const found = { equal: 0, fixed: 0 }

/** The template that is closest to the line, if one is close enough; of several the one with most words. */
export function findClosest(leaf: readonly Group[], tokens: Tokens): Group | undefined {
  let closest: Group | undefined
  let best = 0
  let bestEqual = 0
  let sibling: Group | undefined
  let bestSibling = 0
  let siblings = 0
  for (let at = leaf.length - 1; at >= Math.max(0, leaf.length - mostCompared); at--) {
    const group = leaf[at]!
    const similarity = similarityOf(group, tokens)
    if (similarity < closeEnough) continue
    if (found.fixed === 0) {
      if (similarity > best || (similarity === best && found.equal > bestEqual)) {
        best = similarity
        bestEqual = found.equal
        closest = group
      }
      continue
    }
    siblings++
    if (similarity > bestSibling) {
      bestSibling = similarity
      sibling = group
    }
  }
  return closest ?? (siblings >= manySiblings ? sibling : undefined)
}

/**
 * The share of the template's words that the line has too, from 0 to 1. What the template leaves open does not count.
 * `found.fixed` says how many of the others stand where both have a word of the message.
 */
function similarityOf({ hashes, glueHashes, fixed }: Group, tokens: Tokens): number {
  const { count } = tokens
  found.fixed = 0
  if (hashes.length !== count) return 0
  const mostDifferent = (1 - closeEnough) * count
  let equal = 0
  let different = 0
  for (let at = 0; at < count; at++) {
    const own = hashes[at]!
    const other = tokens.hashes[at]!
    if (own === other) {
      if (own === value) continue
      if (glueHashes[at] !== tokens.glueHashes[at]) return 0
      equal++
    } else if (own === tail || other === tail || glueHashes[at] !== tokens.glueHashes[at]) return 0
    else if (own !== value) {
      different++
      if (different > mostDifferent) return 0
      found.fixed += fixed[at]! & tokens.fixed[at]!
    }
  }
  found.equal = equal
  return different === 0 ? 1 : equal / (equal + different)
}
