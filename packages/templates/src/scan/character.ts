/** What a UTF-16 code unit is to a line: between words, between the parts of a word, or in a word. */
export const blank = 0
export const punctuation = 1
export const joinerClass = 2
export const letter = 3
export const digit = 4
export const ideograph = 5

const micro = 0xb5

const classes = new Uint8Array(65_536)
for (let code = 128; code < 65_536; code++) classes[code] = classOfWide(code)
classes.fill(punctuation, 33, 127)
classes.fill(letter, 65, 91)
classes.fill(letter, 97, 123)
classes.fill(digit, 48, 58)
for (const joiner of "_-./:@$+~\\'") classes[joiner.charCodeAt(0)] = joinerClass

/** Control characters are blanks; `letter` and above are in a word. */
export function classOf(code: number): number {
  return classes[code]!
}

function classOfWide(code: number): number {
  if (code < 0xa1) return blank
  if (code < 0xc0) return code === micro ? letter : punctuation
  if (code < 0x2000) return letter
  if (code < 0x3040) return isWideBlank(code) ? blank : punctuation
  if (code < 0xd800) return ideograph
  if (code < 0xf900) return letter
  if (code < 0xff00) return ideograph
  return isWidePunctuation(code) ? punctuation : ideograph
}

function isWideBlank(code: number): boolean {
  return code < 0x200c || code === 0x2028 || code === 0x2029 || code === 0x3000
}

/** The full-width forms of ASCII punctuation, and what is no character at all. */
function isWidePunctuation(code: number): boolean {
  return (
    code < 0xff10 || (code > 0xff19 && code < 0xff21) || (code > 0xff3a && code < 0xff41) || code > 0xffdf
  )
}

export function isBlank(code: number): boolean {
  return classOf(code) === blank
}

/** `(`, `[`, `{` or `<`. */
export function isOpener(code: number): boolean {
  return code === 40 || code === 91 || code === 123 || code === 60
}

/** `)`, `]`, `}` or `>`. */
export function isCloser(code: number): boolean {
  return code === 41 || code === 93 || code === 125 || code === 62
}

/** `"` or `'`. */
export function isQuote(code: number): boolean {
  return code === 34 || code === 39
}
