import { accepts, type Group } from './group.ts'
import { KeptGroups } from './kept-groups.ts'
import type { Merge } from './merges.ts'
import { scanLine } from './scan/scan-line.ts'
import { createTokens } from './scan/tokens.ts'
import { createShapes } from './shapes.ts'

/** A group of lines that differ only in their variable parts. */
export type Template = {
  /**
   * 48 bits of a hash of the words of the message and the places of values: the same in every process. It changes when
   * a word of the message turns out to be a value; then `resolve` knows the new one by the old.
   */
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
  /** What `export` gave, also of another process or version: ids that it does not use itself are resolved. */
  restore?: readonly Template[]
  /** What `merges` gave. */
  merges?: readonly Merge[]
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
  /** The id that stands for it now, when the template became a part of another or more general; else the id itself. */
  resolve(id: number): number
  /** By any id that it had. Undefined when the template was forgotten. */
  get(id: number): Template | undefined
  /** Templates that were forgotten because others needed their room. */
  readonly forgotten: number
  /** All templates, the one used longest ago first. */
  export(): Template[]
  /** Ids that others stand for; the last 2 × `maxTemplates`. */
  merges(): Merge[]
  /** Takes what another process knows, while this one goes on; counts are added. Its templates count as used last. */
  learn(state: { readonly templates: readonly Template[]; readonly merges: readonly Merge[] }): void
  /** Those of them that are new, or stand for another, since it was asked last. */
  newMerges(): Merge[]
}

/** Where the template of a line was found last, by the line's signature. */
const slotCount = 8192

/** Finds the templates of log lines by Drain, one line after the other. It knows no clock and does no I/O. */
export function createMiner({ maxTemplates = 10_000, restore = [], merges = [] }: MinerOptions = {}): Miner {
  const tokens = createTokens()
  const kept = new KeptGroups(maxTemplates)
  const signatures = new Int32Array(slotCount)
  const shapes = createShapes()
  const slots = new Array<Group | undefined>(slotCount).fill(undefined)
  let lastChanged = false

  const fits = (group: Group, line: string): boolean => !group.isForgotten && accepts(group, line, tokens)

  const findBySignature = (line: string): Group => {
    scanLine(line, tokens)
    const slot = tokens.signature & (slotCount - 1)
    const known = slots[slot]
    if (known !== undefined && signatures[slot] === tokens.signature && fits(known, line)) return known
    const group = kept.take(line, tokens)
    lastChanged = kept.hasChanged
    slots[slot] = group
    signatures[slot] = tokens.signature
    return group
  }

  for (const [id, into] of merges) kept.merges.join(id, into)
  for (const { id, text, count } of restore) kept.restore(id, text, count)

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
    get forgotten() {
      return kept.forgotten
    },
    resolve: (id) => kept.resolve(id),
    merges: kept.merges.all,
    newMerges: kept.merges.take,
    learn(state) {
      for (const { id, text, count } of state.templates) kept.restore(id, text, count)
      for (const [id, into] of state.merges) kept.join(id, into)
    },
    export: () => kept.recency.all().map(describe),
  }
}

function describe({ id, text, count }: Group): Template {
  return { id, text, count }
}
