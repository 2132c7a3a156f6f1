import { isNameCode } from './kinds.ts'

/** Of a name so many letters are looked at. */
export const maxEnding = 3

const bits = 5
const mask = (1 << bits) - 1
const [underscore, point, hyphen] = [95, 46, 45]

/** Whether a denied name may end before `end`. */
export type Endings = (codes: Uint8Array, end: number) => boolean

/**
 * Whether a name may end before a place of a text, by its last three letters: few do, and asking by the name takes ten times as
 * long. An ending of fewer letters behind `^` is a whole name, and without it the end of any. Case, `-` and `_` do not count.
 */
export function compileEndings(endings: readonly string[]): Endings {
  const known = new Uint32Array(1 << (bits * maxEnding - bits))
  for (const ending of endings.filter((text) => /^\^?[a-z\d]*$/.test(text))) addEnding(known, ending)
  return (codes, end) => {
    let place = 0
    for (let back = 1, shift = 0; back <= maxEnding; back++, shift += bits) {
      const code = end >= back ? codes[end - back]! : 0
      if (code === underscore || code === hyphen) return true
      // A shorter name has no more letters.
      if (!isNameCode(code) || code === point) break
      place |= (code & mask) << shift
    }
    return ((known[place >>> bits]! >>> (place & mask)) & 1) === 1
  }
}

/** `^` is no letter, before the first one of a name. */
function addEnding(known: Uint32Array, ending: string): void {
  const letters = [...ending.replace('^', '')].toReversed()
  const isWhole = ending.startsWith('^')
  const add = (place: number, at: number): void => {
    if (at === maxEnding || (isWhole && at === letters.length)) {
      known[place >>> bits]! |= 1 << (place & mask)
      return
    }
    const letter = letters[at]
    if (letter !== undefined) add(place | ((letter.charCodeAt(0) & mask) << (at * bits)), at + 1)
    else for (let any = 0; any <= mask; any++) add(place | (any << (at * bits)), at + 1)
  }
  add(0, 0)
}
