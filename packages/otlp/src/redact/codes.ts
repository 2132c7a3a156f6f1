/** What no ASCII character is. */
const beyond = 128

/** Up to this many units a loop over char codes is faster than the call into Buffer. */
const shortLength = 32
/** A text beyond ASCII of so many units takes more bytes than it has units, even where they end too early. */
const slack = 4

let codes = Buffer.alloc(8192)

/**
 * One byte for each UTF-16 unit, 128 and above for what is no ASCII, and a 0 behind: bytes are read in half the time of
 * `charCodeAt()`. The next call writes over them.
 */
export function codesOf(text: string): Uint8Array {
  const { length } = text
  if (codes.length < length + slack) codes = Buffer.alloc(2 * length + slack)
  if (length <= shortLength || codes.write(text, 0, length + slack) !== length) fill(text)
  codes[length] = 0
  return codes
}

function fill(text: string): void {
  for (let index = 0; index < text.length; index++) codes[index] = Math.min(text.charCodeAt(index), beyond)
}
