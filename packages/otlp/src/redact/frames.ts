import type { Scan } from './scan.ts'

const frameBegin = '\n    at '
/** UTF-16 units of a text that may have frames. */
const leastLength = 128
/** UTF-16 units of frames that are remembered: with all slots full a megabyte. */
const maxLength = 8192
const slots = 128

/**
 * Reads the frames of a stack once, as long as they are clean: an application throws at few places. What stands before them is always
 * read. Comparing texts takes a twentieth of hashing them, so each has one place, which the next one there takes.
 */
export function skipCleanFrames(scan: Scan): Scan {
  const known = new Array<string>(slots).fill('')
  return (text, isId) => {
    const at = text.length < leastLength ? -1 : text.indexOf(frameBegin)
    if (at === -1) return scan(text, isId)
    const frames = text.slice(at)
    const slot = slotOf(frames)
    if (known[slot] === frames) {
      const head = text.slice(0, at)
      const clean = scan(head, false)
      return clean === head ? text : clean + frames
    }
    const clean = scan(text, false)
    if (clean === text && frames.length <= maxLength) known[slot] = frames
    return clean
  }
}

function slotOf(frames: string): number {
  const { length } = frames
  const letters = frames.charCodeAt(frameBegin.length) + 31 * frames.charCodeAt(length >>> 1)
  return (length + letters) & (slots - 1)
}
