/** What a UTF-16 code unit is to a line: between words, between the parts of a word, or in a word. */
export const BLANK = 0
export const PUNCTUATION = 1
export const JOINER = 2
export const LETTER = 3
export const DIGIT = 4
export const IDEOGRAPH = 5

const MICRO = 0xb5

const classes = new Uint8Array(65_536)
for (let code = 128; code < 65_536; code++) classes[code] = classOfWide(code)
classes.fill(PUNCTUATION, 33, 127)
classes.fill(LETTER, 65, 91)
classes.fill(LETTER, 97, 123)
classes.fill(DIGIT, 48, 58)
for (const joiner of "_-./:@$+~\\'") classes[joiner.charCodeAt(0)] = JOINER

/** Control characters are blanks; `LETTER` and above are in a word. */
export function classOf(code: number): number {
  return classes[code]!
}

function classOfWide(code: number): number {
  if (code < 0xa1) return BLANK
  if (code < 0xc0) return code === MICRO ? LETTER : PUNCTUATION
  if (code < 0x2000) return LETTER
  if (code < 0x3040) return isWideBlank(code) ? BLANK : PUNCTUATION
  if (code < 0xd800) return IDEOGRAPH
  if (code < 0xf900) return LETTER
  if (code < 0xff00) return IDEOGRAPH
  return isWidePunctuation(code) ? PUNCTUATION : IDEOGRAPH
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
  return classOf(code) === BLANK
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
