import { accepts, createGroup, emptyGroup, type Group, textOf, widen } from './group.ts'
import { createRecency, type Recency } from './recency.ts'
import { scanLine } from './scan/scan-line.ts'
import { createTokens, type Tokens } from './scan/tokens.ts'
import { createShapes } from './shapes.ts'
import { findClosest } from './similarity.ts'
import { createTree } from './tree.ts'

/** A group of lines that differ only in their variable parts. */
export type Template = {
  /** From 1, in order of appearance; stable for the life of a miner and across `restore`. */
  readonly id: number
  /** The line with `<*>` for variable parts. It can become more general as lines come. */
  readonly text: string
  /** Lines that it took. */
  readonly count: number
}

/** How many templates are kept, and where to go on. */
export type MinerOptions = {
  /** Templates that are kept, from 1; beyond it the one used longest ago is forgotten. Default 10,000. */
  maxTemplates?: number
  /** What `export` gave, to go on with the same ids. */
  restore?: readonly Template[]
  /** The id of the next new template; default one more than the highest of `restore`. */
  nextId?: number
}

/** Finds the templates of lines, one line after the other. Equal lines in equal order give equal templates. */
export type Miner = {
  /**
   * The id of the line's template, a new one if none fits. Only the first line of several counts, and of that the first
   * 2,048 characters and 128 words. Never throws.
   */
  add(line: string): number
  /** Whether the last `add` made a new template or its text more general. */
  readonly lastChanged: boolean
  /** Undefined when the template was forgotten. */
  get(id: number): Template | undefined
  /** All templates, the one used longest ago first. */
  export(): Template[]
}

/** Where the template of a line was found last, by the line's signature. */
const slotCount = 8192

/** Finds the templates of log lines by Drain, one line after the other. It knows no clock and does no I/O. */
export function createMiner({ maxTemplates = 10_000, restore = [], nextId = 1 }: MinerOptions = {}): Miner {
  const tokens = createTokens()
  const kept = keepGroups(maxTemplates, nextId)
  const signatures = new Int32Array(slotCount)
  const shapes = createShapes()
  const slots = new Array<Group | undefined>(slotCount).fill(undefined)
  let lastChanged = false

  const fits = (group: Group, line: string): boolean => !group.isForgotten && accepts(group, line, tokens)

  const find = (line: string): Group => {
    const closest = kept.closest(tokens)
    if (closest !== undefined && accepts(closest, line, tokens)) return closest
    lastChanged = true
    if (closest === undefined) return kept.add(kept.nextId(), textOf(line, tokens), 0)
    kept.widen(closest, line, tokens)
    return closest
  }

  const findBySignature = (line: string): Group => {
    scanLine(line, tokens)
    const slot = tokens.signature & (slotCount - 1)
    const known = slots[slot]
    if (known !== undefined && signatures[slot] === tokens.signature && fits(known, line)) return known
    const group = find(line)
    slots[slot] = group
    signatures[slot] = tokens.signature
    return group
  }
  for (const { id, text, count } of restore) if (kept.get(id) === undefined) kept.add(id, text, count)

  return {
    add(line) {
      lastChanged = false
      let group = shapes.find(line)
      if (group === undefined) {
        group = findBySignature(line)
        shapes.keep(group)
      }
      group.count++
      kept.recency.touch(group)
      return group.id
    },
    get lastChanged() {
      return lastChanged
    },
    get(id) {
      const group = kept.get(id)
      return group && describe(group)
    },
    export() {
      const templates: Template[] = []
      for (let group = kept.recency.oldest(); group !== undefined; group = group.newer)
        templates.push(describe(group))
      return templates
    },
  }
}

/** At most `most` groups: by id, by their last use, and in the tree in which a line finds them. */
type KeptGroups = {
  recency: Recency<Group>
  nextId(): number
  get(id: number): Group | undefined
  closest(tokens: Tokens): Group | undefined
  /** Forgets the one used longest ago where there is no room. */
  add(id: number, text: string, count: number): Group
  widen(group: Group, line: string, tokens: Tokens): void
}

function keepGroups(most: number, firstId: number): KeptGroups {
  const groups = new Map<number, Group>()
  const recency = createRecency<Group>()
  const tree = createTree()
  let next = firstId

  const forget = (group: Group): void => {
    groups.delete(group.id)
    recency.remove(group)
    tree.remove(group)
    emptyGroup(group)
  }

  return {
    recency,
    nextId: () => next,
    get: (id) => groups.get(id),
    closest: (tokens) => findClosest(tree.leaf(tokens.hashes, tokens.count), tokens),
    add(id, text, count) {
      if (groups.size >= most) forget(recency.oldest()!)
      const group = createGroup(id, text, count)
      groups.set(id, group)
      recency.append(group)
      tree.add(group)
      next = Math.max(next, id + 1)
      return group
    },
    widen(group, line, tokens) {
      tree.remove(group)
      widen(group, line, tokens)
      tree.add(group)
    },
  }
}

function describe({ id, text, count }: Group): Template {
  return { id, text, count }
}
