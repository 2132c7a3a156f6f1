const ansi =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]/g
const plain = /^[ -~]*$/
const lineEnds = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g
/** Controls, invisible and direction-changing characters, halves of pairs; joiners within words stay. */
const invisible = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}]/gu

const mostShort = 80

/** What a peer said, to be repeated within a message: safe, and at most 80 characters of it. */
export function shortText(said: unknown): string {
  const text = String(said)
  return text.length > mostShort ? `${safeText(text.slice(0, mostShort))}…` : safeText(text)
}

/**
 * Telemetry's text as one line that can do nothing to a terminal or to the order of letters: colours are removed,
 * ends of lines are `⏎`, tabs are spaces, other controls and invisible characters are written as `<U+202E>`.
 */
export function safeText(text: string): string {
  if (plain.test(text)) return text
  return text
    .replace(ansi, '')
    .replace(/[\r\n]+$/, '')
    .replace(lineEnds, '⏎')
    .replaceAll('\t', ' ')
    .replace(invisible, (one) => `<U+${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}>`)
}
