import { linesByChunk } from './chunks.ts'
import { accepts, covers, createGroup, emptyGroup, type Group, isAlike, textOf, widen } from './group.ts'
import { createIdCounts } from './id-counts.ts'
import { idOf, maskedIdsOf } from './identity.ts'
import { createMerges, type Merges } from './merges.ts'
import { createRecency, type Recency } from './recency.ts'
import { scanLine, scanTemplate } from './scan/scan-line.ts'
import { createTokens, type Tokens, value } from './scan/tokens.ts'
import { createSiblings } from './siblings.ts'
import { findClosest } from './similarity.ts'
import { createTree } from './tree.ts'

const mergesPerGroup = 2
/** So many messages that differ in the same word only: it was a value after all. */
const manySiblings = 6
/** Of the first word, which says most often what speaks. */
const manyFirst = 12

const idSize = 2 ** 48

const ofText = createTokens()
const ofChunk = createTokens()

/** At most `most` groups: by id, by their last use, by what they are with one word less, and in a tree by likeness. */
export class KeptGroups {
  readonly recency: Recency<Group> = createRecency<Group>()
  readonly merges: Merges
  /** Whether the last `take` made a group or one more general. */
  hasChanged = false
  forgotten = 0
  readonly #most: number
  readonly #groups = new Map<number, Group>()
  readonly #tree = createTree()
  readonly #ids = createIdCounts(() => this.#groups.keys())
  readonly #siblings = createSiblings(this.#tree)

  constructor(most: number) {
    this.#most = most
    this.merges = createMerges(most * mergesPerGroup)
  }

  /** Also by an id that it had before. */
  get(id: number): Group | undefined {
    const known = this.#ids.atMost(id) === 0 ? undefined : this.#groups.get(id)
    if (known !== undefined) return known
    const now = this.merges.resolve(id)
    return now === id ? undefined : this.#groups.get(now)
  }

  /** The id that stands for it now. */
  resolve(id: number): number {
    return this.#groups.has(id) ? id : this.merges.resolve(id)
  }

  /** The group of the line, a new one if none fits. */
  take(line: string, tokens: Tokens): Group {
    this.hasChanged = false
    const same = this.#findSame(tokens)
    if (same !== undefined) return this.#takeBy(same, line, tokens)
    for (const other of linesByChunk(line, tokens)) {
      scanLine(other, ofChunk)
      const general = this.#findSame(ofChunk)
      if (general !== undefined) return this.#takeBy(general, other, ofChunk)
    }
    const closest = findClosest(this.#tree.leaf(tokens, tokens.count), tokens)
    if (closest !== undefined) return this.#takeBy(closest, line, tokens)
    return this.#settle(createGroup(textOf(line, tokens), 0), true)
  }

  /** Makes the group so general that it takes the line. */
  #takeBy(group: Group, line: string, tokens: Tokens): Group {
    if (accepts(group, line, tokens)) return group
    this.#takeOut(group)
    this.#generalise(group, line, tokens)
    return this.#settle(group, false)
  }

  /** Adds one of another process or of a former time. */
  restore(id: number, text: string, count: number): void {
    const known = this.get(id)
    scanTemplate(text, ofText)
    if (known === undefined || !isAlike(known, ofText, ofText.count)) {
      this.merges.join(id, this.#settle(createGroup(text, count), true).id)
      return
    }
    known.count += count
    this.#takeBy(known, text, ofText)
  }

  /** Another process found that `into` stands for it. */
  join(id: number, into: number): void {
    const group = this.#groups.get(id)
    const general = this.get(into)
    if (group === undefined) this.merges.join(id, general?.id ?? into)
    if (group === undefined || general === undefined || group === general) return
    if (!isAlike(general, group, group.hashes.length)) return
    this.#takeOut(general)
    this.#absorb(general, group)
    this.#settle(general, false)
  }

  /** The group that says the same, or would with a word of the line taken for a value. */
  #findSame(tokens: Tokens): Group | undefined {
    const same = this.get(idOf(tokens, tokens.count))
    if (same !== undefined && isAlike(same, tokens, tokens.count)) return same
    for (const id of maskedIdsOf(tokens, tokens.count)) {
      const general = this.get(id)
      if (general !== undefined && isAlike(general, tokens, tokens.count)) return general
    }
    return undefined
  }

  /** Puts a group that stands nowhere into its place, joined with all that say the same. */
  #settle(group: Group, isNew: boolean): Group {
    this.hasChanged = true
    let isWider = !isNew
    for (let other = this.#partnerOf(group); other !== undefined; other = this.#partnerOf(group)) {
      this.#absorb(group, other)
      isWider = true
    }
    if (isWider) this.#absorbCovered(group)
    if (isNew && this.#groups.size >= this.#most) {
      this.#forget(this.recency.oldest()!)
      this.forgotten++
    }
    while (this.#groups.has(group.id)) group.id = (group.id + 1) % idSize
    this.merges.part(group.id)
    this.#ids.add([group.id])
    this.#siblings.add(group)
    this.#groups.set(group.id, group)
    this.#tree.add(group)
    if (isNew) this.recency.append(group)
    return group
  }

  /** A line of those would be the group's if it came now. */
  #absorbCovered(group: Group): void {
    const leaf = this.#tree.leaf(group, group.hashes.length)
    for (const other of leaf.filter((other) => covers(group, other))) this.#absorb(group, other)
  }

  /** Another one that says the same. That ids are equal is no proof: whoever writes lines can make them so. */
  #partnerOf(group: Group): Group | undefined {
    const { id, hashes } = group
    const same = this.#sayingSame(id, 1, group)
    if (same !== undefined) return same
    for (const [index, masked] of maskedIdsOf(group, hashes.length).entries()) {
      const many = index === 0 && hashes[0] !== value ? manyFirst : manySiblings
      const general = this.#sayingSame(masked, many - 1, group)
      if (general !== undefined) return general
    }
    return undefined
  }

  /** The group of that id, or one of so many at least that have it with one word less. */
  #sayingSame(id: number, enough: number, group: Group): Group | undefined {
    const { length } = group.hashes
    const known = this.get(id)
    if (known !== undefined && isAlike(known, group, length)) return known
    return this.#siblings.find(id, enough, group)
  }

  #absorb(group: Group, other: Group): void {
    const { id, text } = other
    group.count += other.count
    this.#forget(other)
    scanTemplate(text, ofText)
    if (!accepts(group, text, ofText)) this.#generalise(group, text, ofText)
    this.merges.join(id, group.id)
  }

  #generalise(group: Group, line: string, tokens: Tokens): void {
    const { id } = group
    widen(group, line, tokens)
    this.merges.join(id, group.id)
  }

  #takeOut(group: Group): void {
    this.#groups.delete(group.id)
    this.#ids.remove([group.id])
    this.#siblings.remove(group)
    this.#tree.remove(group)
  }

  #forget(group: Group): void {
    this.#takeOut(group)
    this.recency.remove(group)
    emptyGroup(group)
  }
}
