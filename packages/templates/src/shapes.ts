import type { Group } from './group.ts'
import { createShape, readShape } from './scan/shape.ts'

/**
 * Knows the template of a line that differs from an earlier one in its numbers alone, without scanning it: of what an
 * application logs that is most, and costs a fifth.
 */
export type Shapes = {
  /** Undefined when the line must be scanned; then tell what was found. */
  find(line: string): Group | undefined
  /** Of the line that `find` was asked for last. */
  keep(group: Group): void
}

const slotCount = 2048
const noCodes = new Uint16Array()

/** `codes` are only there from the second line of a shape on: most shapes that come once never come again. */
type Slot = { hash: number; codes: Uint16Array; group: Group | undefined; text: string }

export function createShapes(): Shapes {
  const shape = createShape()
  const slots = Array.from(
    { length: slotCount },
    (): Slot => ({
      hash: 0,
      codes: noCodes,
      group: undefined,
      text: '',
    }),
  )
  let slot: Slot | undefined
  const hasSameCodes = (codes: Uint16Array): boolean => {
    if (codes.length !== shape.length) return false
    for (let at = 0; at < codes.length; at++) if (codes[at] !== shape.codes[at]) return false
    return true
  }
  return {
    find(line) {
      slot = undefined
      if (!readShape(line, shape)) return undefined
      slot = slots[(shape.hash ^ (shape.hash >>> 16)) & (slotCount - 1)]!
      const { hash, codes, group, text } = slot
      if (hash !== shape.hash || group === undefined || !hasSameCodes(codes)) return undefined
      // Since it was widened it may not accept the line, and the text of a forgotten one is empty.
      return group.text === text ? group : undefined
    },
    keep(group) {
      if (slot === undefined) return
      if (slot.hash === shape.hash) {
        slot.codes = shape.codes.slice(0, shape.length)
        slot.group = group
        slot.text = group.text
      } else {
        slot.hash = shape.hash
        slot.group = undefined
      }
    },
  }
}
