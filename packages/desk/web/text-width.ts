const narrowPx = 7.2
const widePx = 11.5

/** About as wide as a text of 11 px is in the widest of the usual fonts. Chinese and the like take a square for each character. */
export function textWidth(text: string): number {
  let px = 0
  for (const character of text) px += character.codePointAt(0)! >= 0x2e80 ? widePx : narrowPx
  return px
}
