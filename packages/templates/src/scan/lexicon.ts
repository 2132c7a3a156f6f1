import { hashOf } from './tokens.ts'

/** What a few words of every language of logs mean for their neighbours. */
export const ordinary = 0
/** Always a value: true, null. */
export const literal = 1
/** Part of the number before it: ms, bytes. */
export const unit = 2
/** A day or a month before a number: Mon, Jan. */
export const calendar = 3
/** A word after it is likely a value: user, from. */
export const hint = 4
/** A key whose value is text, not a value: msg, level. */
export const textKey = 5
/** Ends the name of a host: com, net. */
export const domain = 6

const words: readonly (readonly [category: number, words: string])[] = [
  [literal, 'true false null undefined none nil NaN True False None'],
  [unit, 'b B kb kB KB mb MB gb GB tb TB KiB MiB GiB bytes byte bits ns us ms s sec secs second seconds'],
  [unit, 'msec msecs usec m min mins minute minutes h hour hours d day days Hz kHz MHz GHz times'],
  [calendar, 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun'],
  [hint, 'for from by user User host Host class Class name named file File service Service'],
  [textKey, 'msg message event level severity error err'],
  [domain, 'com net org edu gov mil info io local lan'],
]

const size = 1024
const hashes = new Int32Array(size)
const categories = new Uint8Array(size)

for (const [category, list] of words) for (const word of list.split(' ')) enter(hashOf(word), category)

function enter(hash: number, category: number): void {
  let at = hash & (size - 1)
  while (categories[at] !== ordinary) at = (at + 1) & (size - 1)
  hashes[at] = hash
  categories[at] = category
}

/** By the word's hash: two words in four thousand million share one, and a mistake only masks a word. */
export function categoryOf(hash: number): number {
  let at = hash & (size - 1)
  while (categories[at] !== ordinary) {
    if (hashes[at] === hash) return categories[at]!
    at = (at + 1) & (size - 1)
  }
  return ordinary
}
