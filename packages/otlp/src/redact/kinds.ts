/** Kinds of characters: what goes on with a word comes first. */
export const kindNumbers = { letter: 0, digit: 1, dash: 2, gap: 3, other: 4, space: 5, sign: 6 } as const

const { letter, digit, dash, gap, other, space, sign } = kindNumbers

const [percent, apostrophe, plus, point] = [37, 39, 43, 46]

/** The kind of each code. */
export const kinds: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const text = String.fromCharCode(code)
  if (/[a-zA-Z_]/.test(text)) return letter
  if (/\d/.test(text)) return digit
  if (text === '-') return dash
  if (/[.()+]/.test(text)) return gap
  if (text === ' ') return space
  return /[@%:=]/.test(text) ? sign : other
})

/** A letter of ASCII, a digit or `_`: `\w`. */
export function isWord(code: number): boolean {
  return kinds[code]! <= digit
}

export function isDigit(code: number): boolean {
  return kinds[code] === digit
}

/** `\w.-` */
export function isNameCode(code: number): boolean {
  return kinds[code]! <= dash || code === point
}

/** What may be in a number: a digit, a gap between some, `%` of an encoded one. */
export function isInNumber(code: number): boolean {
  const kind = kinds[code]
  return kind === digit || kind === dash || kind === gap || kind === space || code === percent
}

/** What may be in the first part of an e-mail address: `\w.+'-` */
export function isLocal(code: number): boolean {
  return kinds[code]! <= dash || code === point || code === plus || code === apostrophe
}
