/** What a text may have in it, as bits. */
export const pairSign = 1
export const patternSign = 2

const hex = 1
const beyondHex = 2
const digit = 3
const dash = 4
const separator = 5
const other = 6

/** Classes of ASCII characters. Others count as the one of their last 7 bits: where that is wrong, a text is looked at in vain. */
const classes = Uint8Array.from({ length: 128 }, (_, code) => {
  const text = String.fromCharCode(code)
  if (/\d/.test(text)) return digit
  if (/[a-f]/i.test(text)) return hex
  if (/[g-z_]/i.test(text)) return beyondHex
  if (text === '-') return dash
  return /[ +.()%]/.test(text) ? separator : other
})

/** A phone number has so many digits, a token so many characters. */
const leastDigits = 10
const leastToken = 16
/** `pwd=x` and `a@b.cn` are the shortest of all. */
const leastSecret = 5

const [space, percent, colon, equals, at] = [32, 37, 58, 61, 64]

/**
 * Looks once at each character for what a secret in a text has: `@`, ten digits with nothing but separators between them, a
 * long word that is no hexadecimal number, the words Bearer, Basic and BEGIN, and `=` or `:` behind what may be a name. Most texts have none.
 */
export function signsOf(text: string): number {
  const { length } = text
  if (length < leastSecret) return 0
  let signs = 0
  let digits = 0
  let wordStart = 0
  let inWord = 0
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    const kind = classes[code & 0x7f]!
    if (kind <= beyondHex) {
      inWord |= kind
      digits = 0
    } else if (kind === digit) {
      if (++digits === leastDigits) signs |= patternSign
    } else if (kind !== dash) {
      if ((inWord & beyondHex) !== 0 && index - wordStart >= leastToken) signs |= patternSign
      wordStart = index + 1
      inWord = 0
      if (kind === other) digits = 0
      signs |= signOf(text, index, code)
    }
  }
  return (inWord & beyondHex) !== 0 && length - wordStart >= leastToken ? signs | patternSign : signs
}

function signOf(text: string, index: number, code: number): number {
  if (code === space) return isScheme(text, index) ? patternSign : 0
  if (code === at || code === percent) return patternSign
  if (code !== equals && code !== colon) return 0
  return index > 0 && mayEndName(text.charCodeAt(index - 1)) ? pairSign : 0
}

// Bearer and Basic, and the BEGIN of a PEM text, by their first and last letters.
function isScheme(text: string, end: number): boolean {
  const last = text.charCodeAt(end - 1)
  if (last === 0x72) return (text.charCodeAt(end - 6) | 0x20) === 0x62
  if (last === 0x63) return (text.charCodeAt(end - 5) | 0x20) === 0x62
  return last === 0x4e && text.charCodeAt(end - 5) === 0x42
}

/** A letter, a digit behind one, a quote, a space or a bracket. */
function mayEndName(code: number): boolean {
  return code > 57 || code === space || code === 34 || code === 39 || code === 50
}
