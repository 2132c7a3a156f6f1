/** What a text may have in it, as bits. */
export const pairSign = 1
export const patternSign = 2

const digit = 1
const separator = 2
const beyondHex = 4
const hex = 8
const dash = 16

/** Classes of ASCII characters; of others a number and a word end. */
const classes = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  const text = String.fromCharCode(code)
  if (/\d/.test(text)) classes[code] = digit | hex
  else if (/[a-f]/i.test(text)) classes[code] = hex
  else if (/[g-z_]/i.test(text)) classes[code] = beyondHex
  else if (text === '-') classes[code] = dash | separator
  else if (/[ +.()%]/.test(text)) classes[code] = separator
}

/** A phone number has so many digits, a token so many characters. */
const leastDigits = 10
const leastToken = 16

const [space, percent, colon, equals, at] = [32, 37, 58, 61, 64]

/**
 * Looks once at each character for what a secret in a text has: `@`, ten digits with nothing but separators between them, a
 * long word that is no hexadecimal number, the words Bearer, Basic and BEGIN, and `=` or `:` behind what may be a name. Most texts have none.
 */
export function signsOf(text: string): number {
  const { length } = text
  let signs = 0
  let digits = 0
  let word = 0
  let isToken = 0
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    const kind = code < 128 ? classes[code]! : 0
    if ((kind & digit) !== 0) {
      if (++digits === leastDigits) signs |= patternSign
    } else if ((kind & separator) === 0) digits = 0
    if ((kind & (hex | beyondHex | dash)) !== 0) {
      isToken |= kind & beyondHex
      if (++word >= leastToken && isToken !== 0) signs |= patternSign
      continue
    }
    word = 0
    isToken = 0
    if (code === at || code === percent) signs |= patternSign
    else if (code === space) {
      if (isScheme(text, index)) signs |= patternSign
    } else if ((code === equals || code === colon) && index > 0 && mayEndName(text.charCodeAt(index - 1)))
      signs |= pairSign
  }
  return signs
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
