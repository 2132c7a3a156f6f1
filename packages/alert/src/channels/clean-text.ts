const esc = String.fromCharCode(27)
// CSI and OSC sequences, as loggers colour their lines.
const terminalSequence = new RegExp(
  `${esc}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${esc}\\u0007]*(?:\\u0007|${esc}\\\\))`,
  'g',
)
// Joiners hold emoji and some scripts together; all other invisible characters can hide or reorder text.
const invisible = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu
// What stands before a break stays: to look for it would take the square of a run of blanks.
const lineBreak = /(?:\r\n|[\n\r\v\f\u0085\u2028\u2029])\s*/g

/**
 * Text from a log as one line that shows all it has: breaks become ⏎, colours of terminals are left away, and characters
 * that move a cursor, turn the direction of text or are not visible become U+FFFD. No @ is left that could mention somebody.
 */
export function cleanText(text: string): string {
  return text
    .replace(terminalSequence, '')
    .trim()
    .replace(lineBreak, ' ⏎ ')
    .replace(/\t/g, ' ')
    .replace(invisible, '\ufffd')
    .replaceAll('@', '＠')
}

/** As {@link cleanText}, but with the @ of addresses: for text that people wrote into the rules, several lines of it. */
export function cleanWords(text: string): string {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.replace(/\t/g, ' ').replace(invisible, '\ufffd'))
    .join('\n')
}

/** Bytes of UTF-8. */
export function sizeOf(text: string): number {
  return Buffer.byteLength(text)
}

const encoder = new TextEncoder()
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** No emoji is longer, in UTF-16 units. */
const longestGrapheme = 64

/**
 * The beginning of a text, of at most so many bytes of UTF-8, with `…(+812 B)` for what is left away. It ends between two
 * characters as people see them. What is too small for that note is cut without one.
 */
export function cutBytes(text: string, maxBytes: number): string {
  // Three bytes are the most that a unit of UTF-16 becomes.
  if (text.length * 3 <= maxBytes) return text
  const size = sizeOf(text)
  if (size <= maxBytes) return text
  const noteBytes = sizeOf(note(size))
  if (noteBytes >= maxBytes) return text.slice(0, borderBefore(text, unitsWithin(text, maxBytes)))
  const kept = text.slice(0, borderBefore(text, unitsWithin(text, maxBytes - noteBytes)))
  return kept + note(size - sizeOf(kept))
}

/** The beginning of a text, of at most so many UTF-16 units, with … when something is left away. */
export function cutUnits(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text
  return `${text.slice(0, borderBefore(text, maxUnits - 1))}…`
}

function note(bytes: number): string {
  return `…(+${bytes} B)`
}

function unitsWithin(text: string, maxBytes: number): number {
  return encoder.encodeInto(text, new Uint8Array(maxBytes)).read
}

/** The last place up to `at` that is between two characters. */
function borderBefore(text: string, at: number): number {
  const start = Math.max(0, at - longestGrapheme)
  const around = graphemes.segment(text.slice(start, at + longestGrapheme)).containing(at - start)
  if (around === undefined) return at
  // What began before is no character that people would miss; half a surrogate pair is none at all.
  if (around.index > 0 || start === 0) return start + around.index
  return isLowSurrogate(text, at) ? at - 1 : at
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff
}
