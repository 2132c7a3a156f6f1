/** What of a line is told apart where there are colours. */
export type LinePart = 'aside' | 'service' | 'warning' | 'error'
/** Gives a text the colour of what it is. */
export type Paint = (part: LinePart, text: string) => string

/** Leaves all as it is. */
export const unpainted: Paint = (_, text) => text

// Faint, cyan, yellow, red, and what ends them. https://ecma-international.org/publications-and-standards/standards/ecma-48/
const codes = { aside: [2, 22], service: [36, 39], warning: [33, 39], error: [31, 39] } as const

/** The colours of a terminal. */
export const paintAnsi: Paint = (part, text) => {
  const [begin, end] = codes[part]
  return text === '' ? '' : `\x1b[${begin}m${text}\x1b[${end}m`
}
